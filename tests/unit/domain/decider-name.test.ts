import { describe, expect, it } from '@jest/globals';
import { readDeciderName } from '../../../shared/domain/decider-name';

describe('the name of who decides', () => {
  it.each([
    ['Maria Lead', 'Maria Lead'],
    ['  olga.admin@acme.example ', 'olga.admin@acme.example'],
    ['Ștefan Țurcanu', 'Ștefan Țurcanu'],
    ['E\u0301mile', '\u00C9mile'],
    ['李小龙', '李小龙'],
    ['Policy Team', 'Policy Team'],
    ['policyholder', 'policyholder'],
    ['x'.repeat(200), 'x'.repeat(200)],
  ])('is %j as %j', (said, name) => {
    expect(readDeciderName(said)).toEqual({ name });
  });

  it.each([
    ['', 'is too short'],
    ['   ', 'is too short'],
    ['ab', 'is too short'],
    ['...', 'is too short'],
    ['x'.repeat(201), 'is too long'],
    ['a\u0301'.repeat(101), 'is too long'],
    ['olga\u202Egnp', 'holds characters that cannot be seen'],
    ['\u2066olga\u2069', 'holds characters that cannot be seen'],
    ['olga\u200B', 'holds characters that cannot be seen'],
    ['olga\nadmin', 'holds characters that cannot be seen'],
    ['olga\u0000admin', 'holds characters that cannot be seen'],
    ['olga\u00A0admin', 'holds characters that cannot be seen'],
    ['olga\u2028admin', 'holds characters that cannot be seen'],
    ['olga\uD800', 'holds characters that cannot be seen'],
    ['olga\uFEFF', 'holds characters that cannot be seen'],
    ['olga\u{E0041}', 'holds characters that cannot be seen'],
    ['policy', 'is the name of the policy'],
    ['Policy ', 'is the name of the policy'],
    ['P O L I C Y', 'is the name of the policy'],
    ['"policy"', 'is the name of the policy'],
    ['\uFF50\uFF4F\uFF4C\uFF49\uFF43\uFF59', 'is the name of the policy'],
    ['\u{1D429}\u{1D428}\u{1D425}\u{1D422}\u{1D41C}\u{1D432}', 'is the name of the policy'],
    ['p\u043Elicy', 'is the name of the policy'],
    ['\u0440\u043El\u0456\u0441\u0443', 'is the name of the policy'],
    ['pol\u0131cy', 'is the name of the policy'],
    ['p\u00F6licy', 'is the name of the policy'],
    ['poIicy', 'is the name of the policy'],
  ])('is not %j: it %s', (said, problem) => {
    expect(readDeciderName(said)).toEqual({ problem });
  });
});
