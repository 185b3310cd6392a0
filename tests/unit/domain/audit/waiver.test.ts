import { describe, expect, it } from '@jest/globals';
import {
  isBeyondCeiling,
  reachOfWaivers,
  waiverOf,
  type Waiver,
} from '../../../../shared/domain/audit/waiver';

const DAY_MS = 86_400_000;
const waiver: Waiver = {
  check: 'member-without-reason',
  subject: { group: 'Developers' },
  reason: 'r',
  owner: 'o@acme.example',
  ticket: 't',
  fromMs: 10,
  untilMs: 20,
};
const finding = { check: 'member-without-reason', subject: { group: 'developers', memberId: 'm1' } } as const;

describe('a waiver', () => {
  it.each([
    [9, false],
    [10, true],
    [19, true],
    [20, false],
  ])('counts from its first instant and not beyond its last: at %d %s', (nowMs, counts) => {
    expect(waiverOf(finding, [waiver], nowMs)).toBe(counts ? waiver : undefined);
  });

  it.each<[string, Partial<Waiver>, boolean]>([
    ['the same in another case', { subject: { group: 'DEVELOPERS' } }, true],
    ['any member of the group', { subject: { group: 'developers', memberId: '*' } }, true],
    ['this member of it', { subject: { group: 'developers', memberId: 'm1' } }, true],
    ['another member of it', { subject: { group: 'developers', memberId: 'm2' } }, false],
    ['something that the finding does not have', { subject: { rule: '*' } }, false],
    ['another check', { check: 'member-missing' }, false],
  ])('is about %s: %s', (_what, overrides, covers) => {
    expect(waiverOf(finding, [{ ...waiver, ...overrides }], 15) !== undefined).toBe(covers);
  });

  it('covers nothing that could not be read', () => {
    const unknown = { check: 'part-unknown', subject: { part: 'rules' } } as const;
    expect(
      waiverOf(unknown, [{ ...waiver, check: 'part-unknown', subject: { part: '*' } }], 15),
    ).toBeUndefined();
  });

  it('of several is the one that lasts longest', () => {
    const longer = { ...waiver, untilMs: 30 };
    expect(waiverOf(finding, [waiver, longer], 15)).toBe(longer);
  });

  it.each([
    [180 * DAY_MS, false],
    [180 * DAY_MS + 1, true],
    [730 * DAY_MS, true],
  ])('of %d ms is beyond a ceiling of 180 days: %s (incident 22)', (untilMs, isBeyond) => {
    expect(isBeyondCeiling({ fromMs: 0, untilMs }, 180)).toBe(isBeyond);
  });

  it.each([
    [9, 'not-begun'],
    [10, 'in-force'],
    [20, 'ended'],
  ])('shows at %d that it is %s, and what it is about', (nowMs, state) => {
    const findings = [
      { ...finding, state: 'new' },
      { ...finding, subject: { group: 'Developers', memberId: 'm2' }, state: 'waived' },
      { ...finding, state: 'fixed' },
      { ...finding, subject: { group: 'finance' }, state: 'open' },
    ] as const;
    const unused = { ...waiver, subject: { group: 'gone' } };
    expect(reachOfWaivers([waiver, unused], findings, nowMs)).toEqual([
      {
        check: 'member-without-reason',
        subject: { group: 'Developers' },
        owner: 'o@acme.example',
        ticket: 't',
        untilMs: 20,
        state,
        covers: 2,
      },
      expect.objectContaining({ subject: { group: 'gone' }, state, covers: 0 }),
    ]);
  });
});
