import { describe, expect, it } from '@jest/globals';
import { requestInWords, type RequestStanding } from '../../../../shared/domain/desk/request-in-words';
import type { OrganizationPolicy, RequestRules } from '../../../../shared/domain/policy';
import { REQUEST_STATES, type RequestState } from '../../../../shared/domain/ledger/request-progress';

const NOW_MS = Date.parse('2026-12-01T12:00Z');
const HOUR_MS = 3_600_000;
const rules: RequestRules = {
  requesters: new Set(['olga@acme.example']),
  approvers: new Set(['ben.lead@acme.example', 'maria.lead@acme.example']),
  approvals: 1,
  approvalsLastDays: 30,
  longestDays: 30,
};
const organizationWith = (requests: RequestRules | undefined) =>
  ({
    groups: new Map([['support', { requests }]]),
    rules: { requests },
    accessPolicy: { requests },
  }) as unknown as OrganizationPolicy;
const say = (standing: Partial<RequestStanding>, requests: RequestRules | undefined = rules): string =>
  requestInWords(
    { state: 'pending', action: 'grant', group: 'Support', refusal: undefined, ...standing },
    organizationWith(requests),
    { nowMs: NOW_MS, told: (atMs) => new Date(atMs).toISOString().slice(11, 16) },
  );

describe('the words of a request', () => {
  it.each<[Partial<RequestStanding>, string]>([
    [
      { state: 'refused', refusal: 'approvals-missing' },
      'refused: needs an approval of ben.lead@acme.example or maria.lead@acme.example',
    ],
    [
      { state: 'refused', refusal: 'requester-not-allowed' },
      'refused: may be asked for by olga@acme.example only',
    ],
    [{ state: 'refused', refusal: 'lasts-too-long' }, 'refused: may last 30 days at most'],
    [
      { state: 'refused', refusal: 'separation-of-duties' },
      'refused: separation of duties. End the group that must not go together with this one first',
    ],
    [{ state: 'refused', refusal: 'of-an-earlier-version' }, 'refused: of an earlier version'],
    [{ state: 'waiting', validFromMs: NOW_MS + HOUR_MS }, 'begins 13:00'],
    [{}, 'on its way to UiPath'],
    [
      { rejections: { count: 2, code: 'uipath-not-found', isFinal: false }, nextTryMs: NOW_MS + 32 * 60_000 },
      'waits for UiPath: rejected twice (uipath-not-found), next try 12:32',
    ],
    [
      { rejections: { count: 1, code: 'uipath-not-found', isFinal: false } },
      'waits for UiPath: rejected once (uipath-not-found), next try with the next run',
    ],
    [{ nextTryMs: NOW_MS + 60_000 }, 'waits for UiPath: it could not be done, next try 12:01'],
    [
      { state: 'failed', rejections: { count: 3, code: 'uipath-not-found', isFinal: true } },
      'failed: rejected by UiPath 3 times (uipath-not-found), and tried again when somebody says so, among the dead letters',
    ],
    [{ state: 'applied', sinceMs: NOW_MS - 60_000 }, 'in force at their next sign-in, at the latest 12:59'],
    [{ state: 'applied', sinceMs: NOW_MS - 2 * HOUR_MS }, 'in force since 10:00'],
    [{ state: 'applied' }, 'in force at their next sign-in'],
    [{ state: 'applied', action: 'revoke' }, 'taken away in UiPath: gone at their next sign-in'],
    [
      { state: 'applied', action: 'create-rule' },
      'in UiPath: in force for each person at their next sign-in',
    ],
  ])('of %j are %s', (standing, words) => {
    expect(say(standing)).toBe(words);
  });

  it('name some of many approvers, how many it takes, and nobody where anybody may', () => {
    const many = new Set(Array.from({ length: 9 }, (_, number) => `lead${number}@acme.example`));
    const refused = { state: 'refused', refusal: 'approvals-missing' } as const;
    expect(say(refused, { ...rules, approvals: 2, approvers: many })).toMatch(
      /^refused: needs 2 approvals of lead0@acme\.example, .*lead5@acme\.example or 3 others$/,
    );
    expect(say(refused, { ...rules, approvers: 'anyone' })).toBe(
      'refused: needs an approval of somebody else than who asked',
    );
    expect(say({ ...refused, group: 'Unknown' })).toMatch(/^refused: approvals missing\. Have it approved/);
  });

  it.each(Object.keys(REQUEST_STATES) as RequestState[])('are there for the state %s', (state) => {
    expect(say({ state })).not.toBe('');
  });
});
