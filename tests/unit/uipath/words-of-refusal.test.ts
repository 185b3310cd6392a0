import { describe, expect, it } from '@jest/globals';
import { wordsOf } from '../../../shared/uipath/words-of-refusal';
import { startCpuClock } from '../../fakes/cpu-clock';

const GUID = '7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47';
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJiMGE3YzZkZSJ9.c2lnbmF0dXJl';

describe("UiPath's own words", () => {
  it.each<readonly [string, string, string | undefined]>([
    ['an OAuth error', '{"error":"invalid_client"}', 'invalid_client'],
    [
      'an OAuth error with a description',
      '{"error":"invalid_scope","error_description":"Not given"}',
      'invalid_scope: Not given',
    ],
    [
      'a missing scope',
      `{"errorMessage":"Scope(s) 'PM.Group' is(are) invalid. Expect to have 'PM.User' or 'PM.User.Read'. "}`,
      "Scope(s) 'PM.Group' is(are) invalid. Expect to have 'PM.User' or 'PM.User.Read'.",
    ],
    ['an id', `{"Message":"Organization ${GUID} does not exist"}`, `Organization ${GUID} does not exist`],
    ['plain text', 'InvalidPartition', 'InvalidPartition'],
    ['a page', '<!DOCTYPE html><p>ana@acme.example</p>', 'a page instead of data'],
    ['nothing', ' \n', undefined],
    ['JSON without words', '{"a":1}', undefined],
    ['a list', '["ana@acme.example"]', undefined],
    ['JSON that is cut off', `{"errorMessage":"Ana Pop`, undefined],
  ])('are told of %s', (_what, text, words) => {
    expect(wordsOf(text)).toBe(words);
  });

  it.each([
    ['an address', 'The user ana.pop@acme.example is unknown', 'The user … is unknown'],
    ['a quoted name', `Username 'Ana Pop' is already taken, "Ben" too`, 'Username … is already taken, … too'],
    ['a token', `Bearer ${TOKEN} has expired`, 'Bearer … has expired'],
    ['a key', 'The key c2VjcmV0LXNlY3JldC1zZWNyZXQ= is wrong', 'The key … is wrong'],
    ['the secret that was sent', 'The secret hush is wrong', 'The secret … is wrong'],
    [
      'several lines and invisible characters',
      'One\r\ntwo\u0000\u202ethree\ufeff\tfour',
      'One two three four',
    ],
  ])('hold no part of %s', (_what, errorMessage, words) => {
    expect(wordsOf(JSON.stringify({ errorMessage }), ['hush', ''])).toBe(words);
  });

  it('are short, and quickly found in a long text', () => {
    const computedMs = startCpuClock();
    const long = wordsOf(JSON.stringify({ errorMessage: 'a @ '.repeat(500_000) }));
    expect(long ?? '').toHaveLength(0);
    expect(wordsOf(JSON.stringify({ errorMessage: 'no '.repeat(1_000) }))?.length).toBe(200);
    expect(wordsOf(JSON.stringify({ errorMessage: "'".repeat(15_000) }))?.length).toBeLessThanOrEqual(200);
    expect(computedMs()).toBeLessThan(1_000);
  });
});
