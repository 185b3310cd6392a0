import { describe, expect, it } from '@jest/globals';
import { doubtOf } from '../../../../shared/access/audit/identity-doubt';
import { personAt } from '../../../../shared/domain/ledger/worker-records';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personKey } from '../../../../shared/domain/person-key';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';
import { joined, left, moved } from '../../../fixtures/builders/worker-events';

const organization = anOrganization({
  groups: groupsOf(aGroup('Developers'), aGroup('Treasury', { privileged: true })),
});
const R1 = { source: 'hr', workerId: '1' };
const R2 = { source: 'hr', workerId: '2' };
const ACCOUNT = { source: 'entra', of: 'account' } as const;
const NOW_MS = 100;

function doubtAt(ledger: Partial<PersonLedger>): ReturnType<typeof doubtOf>['doubt'] {
  const whole = aPersonLedger(ledger);
  const isOut = personAt(whole.timeline, NOW_MS).employment === 'left';
  return doubtOf(whole, organization, { left: isOut, nowMs: NOW_MS }).doubt;
}

describe('somebody whose account is switched off', () => {
  const off = left({ saidAt: 20, ...ACCOUNT });

  it.each<[string, PersonLedger['timeline'], boolean]>([
    ['is found at work', [joined({ saidAt: 10, ...R1 }), off], true],
    [
      'is found at work by one of two records',
      [joined({ saidAt: 10, ...R1 }), joined({ saidAt: 11, ...R2 }), left({ saidAt: 15, ...R1 }), off],
      true,
    ],
    [
      'is right after the record ended',
      [joined({ saidAt: 10, ...R1 }), left({ saidAt: 15, ...R1 }), off],
      false,
    ],
    ['is right before the record begins', [joined({ saidAt: 10, from: 200, ...R1 }), off], false],
    [
      'is right while they are away',
      [joined({ saidAt: 10, ...R1 }), moved({ saidAt: 12, ...R1, attributes: { $absent: 'true' } }), off],
      false,
    ],
    ['is right where HR says nothing of them', [joined({ saidAt: 10, ...ACCOUNT }), off], false],
    [
      'is over when it is on again',
      [joined({ saidAt: 10, ...R1 }), off, joined({ saidAt: 30, ...ACCOUNT })],
      false,
    ],
  ])('%s', (_, timeline, expected) => {
    expect(doubtAt({ timeline })?.isOffAtWork === true).toBe(expected);
  });
});

describe('what was asked for', () => {
  const two = [joined({ saidAt: 10, ...R1 }), joined({ saidAt: 11, ...R2 })];
  const asked = aGrant({ occurredAtMs: 15, validFromMs: 15 });

  it.each<[string, Partial<PersonLedger>, readonly string[] | undefined]>([
    ['under two records of which none has ended is of both', { timeline: two, grants: [asked] }, undefined],
    [
      'under two records of which one has ended is found',
      { timeline: [...two, left({ saidAt: 20, ...R1 })], grants: [asked] },
      ['developers'],
    ],
    [
      'before the second record began is of the first',
      {
        timeline: [joined({ saidAt: 10, ...R1 }), joined({ saidAt: 18, ...R2 }), left({ saidAt: 20, ...R2 })],
        grants: [asked],
      },
      undefined,
    ],
    [
      'after one had ended is of the other',
      { timeline: [...two, left({ saidAt: 12, ...R1 })], grants: [asked] },
      undefined,
    ],
    [
      'and has ended since is no question any more',
      { timeline: [...two, left({ saidAt: 20, ...R1 })], grants: [{ ...asked, validUntilMs: 50 }] },
      undefined,
    ],
    [
      'of a privileged group has ended with the first record',
      { timeline: [...two, left({ saidAt: 20, ...R1 })], grants: [{ ...asked, group: 'Treasury' }] },
      undefined,
    ],
    [
      'and asked for anew since is no question any more',
      {
        timeline: [...two, left({ saidAt: 20, ...R1 })],
        grants: [asked, { ...asked, requestId: 'REQ-2', occurredAtMs: 30 }],
      },
      undefined,
    ],
    [
      'by whoever is out altogether has ended',
      { timeline: [...two, left({ saidAt: 20, ...R1 }), left({ saidAt: 21, ...R2 })], grants: [asked] },
      undefined,
    ],
  ])('%s', (_, ledger, expected) => {
    expect(doubtAt(ledger)?.keptGroups).toEqual(expected);
  });
});

describe('a new address', () => {
  const [before, now] = ['ana@acme.example', 'ana.neu@acme.example'];
  const said = (kind: typeof joined, saidAt: number, address: string, record: object = R1) => ({
    ...kind({ saidAt, ...record }),
    under: personKey(address),
  });
  const words = [said(joined, 10, before), said(moved, 30, now), said(moved, 40, now)];
  const renamed = { email: now, formerEmails: [before] };

  it('is new since it was said first', () => {
    expect(doubtAt({ ...renamed, timeline: words })?.newAddress).toEqual({
      keys: [personKey(now)],
      sinceMs: 30,
    });
  });

  it('that was that of before already is new since it came back', () => {
    const back = [...words, said(moved, 50, before)];
    const doubt = doubtAt({ email: before, formerEmails: [now], timeline: back });
    expect(doubt?.newAddress).toEqual({ keys: [personKey(before)], sinceMs: 50 });
  });

  it('of one of two employments is beside that of the other', () => {
    const two = [...words, said(joined, 20, before, R2)];
    const doubt = doubtAt({ ...renamed, timeline: two });
    expect(doubt?.newAddress).toEqual({ keys: [personKey(now), personKey(before)], sinceMs: 30 });
  });

  it.each<[string, Partial<PersonLedger>]>([
    ['the first one that was known', { email: before, timeline: words.slice(0, 1) }],
    ['one that no word gave', { ...renamed, timeline: [joined({ saidAt: 10, ...R1 })] }],
    [
      'one of two, of which the other has that of before',
      { ...renamed, timeline: [...words, joined({ saidAt: 20, ...R2 })] },
    ],
    ['one whose former was handed on', { ...renamed, handedOn: [before], timeline: words }],
    ['that of a leaver', { ...renamed, timeline: [...words, left({ saidAt: 50, ...R1 })] }],
  ])('is none where it is %s', (_, ledger) => {
    expect(doubtAt(ledger)?.newAddress).toBeUndefined();
  });
});

it('is nothing for nearly everybody', () => {
  expect(doubtAt({ timeline: [joined({ saidAt: 10, ...R1 })], grants: [aGrant()] })).toBeUndefined();
});
