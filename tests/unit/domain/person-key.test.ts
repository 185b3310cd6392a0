import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../shared/domain/person-key';
import { fold } from '../../../shared/domain/fold';

describe('names that are compared', () => {
  it.each([
    ['  Ana.Pop@Example.COM\n', 'ana.pop@example.com'],
    ['Ada\u0301m', 'ad\u00e1m'],
    ['ÎNTREȚINERE', 'întreținere'],
    ['', ''],
  ])('%j is %j', (name, expected) => {
    expect(fold(name)).toBe(expected);
  });
});

describe('the key of a person', () => {
  it('is the same for every way to write one address, and shows nothing of it', () => {
    const key = personKey('ana.pop@example.com');
    expect(personKey(' Ana.Pop@EXAMPLE.com ')).toBe(key);
    expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('differs between people', () => {
    expect(personKey('a@example.com')).not.toBe(personKey('b@example.com'));
  });

  it('stays what it was: stored ledgers are found by it', () => {
    expect(personKey('ana.pop@example.com')).toBe('ad972ab068ba55a1865da271ea3432a0');
  });
});
