import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import {
  lastOutAtMs,
  personAt,
  recordsOf,
  recordWord,
} from '../../../../shared/domain/ledger/worker-records';
import type { Statement, Timeline } from '../../../../shared/domain/ledger/statement';
import { aBirthrightLine, aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';
import { joined, left, moved } from '../../../fixtures/builders/worker-events';

const organization = anOrganization({
  birthright: [
    aBirthrightLine('sales', { department: 'Sales' }, 'Sales'),
    aBirthrightLine('finance', { department: 'Finance' }, 'Finance'),
  ],
  groups: groupsOf(aGroup('Ordinary'), aGroup('Treasury', { privileged: true })),
});

const R1 = { source: 'hr', workerId: '1' };
const R2 = { source: 'hr', workerId: '2' };
const OTHER = { source: 'agency', workerId: '1' };
const SCIM = { source: 'entra', of: 'account' } as const;
const NAMELESS = { source: 'hr' };
const SALES = { attributes: { department: 'Sales' } };
const FINANCE = { attributes: { department: 'Finance' } };

function timelineFrom(words: readonly Statement[], nowMs = 1_000): Timeline {
  return words.reduce<Timeline>((timeline, word) => recordWord(timeline, word, nowMs).timeline, []);
}

/** Groups at an instant: birthright, and of what was asked for at 15 `Ordinary` and the privileged `Treasury`. */
function groupsAt(words: readonly Statement[], nowMs: number, askedAtMs = 15): readonly string[] {
  const asked = { occurredAtMs: askedAtMs, validFromMs: askedAtMs };
  const ledger = aPersonLedger({
    timeline: timelineFrom(words),
    grants: [
      aGrant({ requestId: 'a', group: 'Ordinary', ...asked }),
      aGrant({ requestId: 'b', group: 'Treasury', ...asked }),
    ],
  });
  return personAccess(ledger, organization, nowMs)
    .reasons.map(({ group }) => group)
    .toSorted();
}

type History = Readonly<{
  title: string;
  words: readonly Statement[];
  at: Readonly<Record<number, readonly string[]>>;
}>;
const ALL_OF_SALES = ['ordinary', 'sales', 'treasury'];

const HISTORIES: readonly History[] = [
  {
    title: 'a second record that begins before the first ends',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      joined({ saidAt: 20, ...R2, ...FINANCE }),
      left({ saidAt: 30, ...R1 }),
    ],
    at: { 16: ALL_OF_SALES, 25: ['finance', ...ALL_OF_SALES], 30: ['finance'] },
  },
  {
    title: 'a first record that had ended before the second began, as is said after it',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      joined({ saidAt: 20, ...R2, ...FINANCE }),
      left({ saidAt: 30, from: 18, ...R1 }),
    ],
    at: { 30: ['finance'] },
  },
  {
    title: 'one record that ends today and another that begins tomorrow',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...R1 }),
      joined({ saidAt: 19, from: 40, ...R2, ...SALES }),
    ],
    at: { 25: [], 40: ['sales'] },
  },
  {
    title: 'a rehire under the old number',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...R1 }),
      joined({ saidAt: 30, ...R1, ...FINANCE }),
    ],
    at: { 25: [], 30: ['finance'] },
  },
  {
    title: 'a rehire under a new number',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...R1 }),
      joined({ saidAt: 30, ...R2, ...FINANCE }),
    ],
    at: { 25: [], 30: ['finance'] },
  },
  {
    title: 'records side by side in two sources, of which one ends',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      joined({ saidAt: 17, ...OTHER, ...FINANCE }),
      left({ saidAt: 30, ...R1 }),
    ],
    at: { 30: ['finance'] },
  },
  {
    title: 'two records in force when something was asked for, of which one ends',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      joined({ saidAt: 12, ...R2, ...FINANCE }),
      left({ saidAt: 30, ...R1 }),
    ],
    at: { 29: ['finance', ...ALL_OF_SALES], 30: ['finance', 'ordinary'] },
  },
  {
    title: 'an old record that is edited long after its end',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...R1 }),
      joined({ saidAt: 21, ...R2, ...FINANCE }),
      moved({ saidAt: 50, ...R1, ...SALES }),
    ],
    at: { 50: ['finance'] },
  },
  {
    title: 'an old record of which only the end is ever said',
    words: [joined({ saidAt: 10, ...R2, ...SALES }), left({ saidAt: 30, ...R1 })],
    at: { 30: ALL_OF_SALES },
  },
  {
    title: 'an account that is switched off and on while the record is unbroken',
    words: [
      joined({ saidAt: 5, ...SCIM }),
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...SCIM }),
      joined({ saidAt: 30, ...SCIM }),
    ],
    at: { 19: ALL_OF_SALES, 20: [], 30: ['ordinary', 'sales'] },
  },
  {
    title: 'an account that is switched on again after the record ended',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...R1 }),
      joined({ saidAt: 30, ...SCIM, ...SALES }),
    ],
    at: { 30: [] },
  },
  {
    title: 'an account without any record, off and on again',
    words: [
      joined({ saidAt: 10, ...SCIM, ...SALES }),
      left({ saidAt: 20, ...SCIM }),
      joined({ saidAt: 30, ...SCIM, ...SALES }),
    ],
    at: { 19: ALL_OF_SALES, 20: [], 30: ['sales'] },
  },
  {
    title: 'two hires and a leaving without worker ids',
    words: [
      joined({ saidAt: 10, ...NAMELESS, ...SALES }),
      joined({ saidAt: 20, ...NAMELESS, ...FINANCE }),
      left({ saidAt: 30, ...NAMELESS }),
    ],
    at: { 30: [] },
  },
  {
    title: 'a leaving without a worker id beside the record of another source',
    words: [
      joined({ saidAt: 10, ...NAMELESS, ...SALES }),
      joined({ saidAt: 11, ...OTHER, ...FINANCE }),
      left({ saidAt: 30, ...NAMELESS }),
    ],
    at: { 30: ['finance', 'ordinary'] },
  },
  {
    title: 'a leaving without a worker id, said by the source of both records',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      joined({ saidAt: 11, ...R2, ...FINANCE }),
      left({ saidAt: 30, ...NAMELESS }),
    ],
    at: { 30: [] },
  },
  {
    title: 'a leaving without a worker id, said by a source that hired nobody',
    words: [joined({ saidAt: 10, ...R1, ...SALES }), left({ saidAt: 30, source: 'agency' })],
    at: { 30: [] },
  },
  {
    title: 'a leaving that means the person',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      joined({ saidAt: 11, ...OTHER, ...FINANCE }),
      left({ saidAt: 30, source: 'hr', of: 'person' }),
    ],
    at: { 30: [] },
  },
  {
    title: 'a leaving and then a change of the same record, older or newer',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...R1 }),
      moved({ saidAt: 18, ...R1, ...FINANCE }),
      moved({ saidAt: 30, ...R1, ...FINANCE }),
    ],
    at: { 30: [] },
  },
  {
    title: 'a change without a worker id',
    words: [joined({ saidAt: 10, ...R1, ...SALES }), moved({ saidAt: 30, source: 'scim', ...FINANCE })],
    at: { 30: ['finance', 'ordinary', 'treasury'] },
  },
  {
    title: 'an end that took effect and was taken back',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, ...R1 }),
      joined({ saidAt: 30, ...R1, ...SALES }),
    ],
    at: { 30: ['sales'] },
  },
  {
    title: 'an end that was announced and called off before its day',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 20, from: 60, ...R1 }),
      joined({ saidAt: 30, ...R1, ...SALES }),
    ],
    at: { 61: ALL_OF_SALES },
  },
  {
    title: 'a backdated end, and a hire after it',
    words: [
      joined({ saidAt: 10, ...R1, ...SALES }),
      left({ saidAt: 30, from: 12, ...R1 }),
      joined({ saidAt: 40, ...R1, ...SALES }),
    ],
    at: { 30: [], 40: ['sales'] },
  },
  {
    title: 'words of the earlier form, and the end of a record of that time',
    words: [joined({ saidAt: 10, ...SALES }), left({ saidAt: 30, ...R1 })],
    at: { 29: ALL_OF_SALES, 30: [] },
  },
];

describe('worker records', () => {
  it.each(HISTORIES)('give what is right for $title', ({ words, at }) => {
    const expected = Object.fromEntries(
      Object.entries(at).map(([atMs, groups]) => [atMs, groups.toSorted()]),
    );
    const found = Object.fromEntries(Object.keys(at).map((atMs) => [atMs, groupsAt(words, Number(atMs))]));
    expect(found).toEqual(expected);
  });

  it('are the same in every order of arrival', () => {
    const order = fc
      .constantFrom(...HISTORIES)
      .chain((history) =>
        fc
          .shuffledSubarray([...history.words], { minLength: history.words.length })
          .map((words) => ({ history, words })),
      );
    fc.assert(
      fc.property(order, ({ history, words }) => {
        for (const [atMs, groups] of Object.entries(history.at))
          expect([history.title, groupsAt(words, Number(atMs))]).toEqual([history.title, groups.toSorted()]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the end of one record of two', () => {
  const words = [joined({ saidAt: 10, ...R1 }), joined({ saidAt: 20, ...R2 }), left({ saidAt: 30, ...R1 })];

  it('is no leaving of the person', () => {
    const timeline = timelineFrom(words);
    expect(recordsOf(timeline)).toHaveLength(2);
    expect(personAt(timeline, 30).employment).toBe('active');
    expect(lastOutAtMs(timeline, 30)).toBeUndefined();
  });

  it('is one when the other ends', () => {
    const timeline = timelineFrom([...words, left({ saidAt: 40, ...R2 })]);
    expect(personAt(timeline, 40)).toMatchObject({ employment: 'left', leftAtMs: 40 });
    expect(lastOutAtMs(timeline, 50)).toBe(40);
  });
});

describe('what became of a word', () => {
  const hired = [joined({ saidAt: 10, ...R1 }), joined({ saidAt: 50, ...R2 })];

  it('is told by the record that it is about', () => {
    const { outcome } = recordWord(timelineFrom(hired), left({ saidAt: 30, ...R1 }), 60);
    expect(outcome).toBe('recorded');
    expect(recordWord(timelineFrom(hired), left({ saidAt: 30, ...R2 }), 60).outcome).toBe('stale');
  });

  it.each([
    ['the same once more', { id: 'x', ...R1 }, 'duplicate'],
    ['one of another source with the same id', { id: 'x', ...OTHER }, 'recorded'],
  ])('is %s', (_title, about, outcome) => {
    const known = timelineFrom([joined({ saidAt: 10, id: 'x', ...R1 })]);
    expect(recordWord(known, joined({ saidAt: 10, ...about }), 60).outcome).toBe(outcome);
  });
});
