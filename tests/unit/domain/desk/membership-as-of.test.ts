import { describe, expect, it } from '@jest/globals';
import {
  changesIn,
  groupsIn,
  membershipAsOf,
  type RecordedChange,
  type SeenAt,
} from '../../../../shared/domain/desk/membership-as-of';
import type { EvidenceRecord } from '../../../../shared/domain/ledger/evidence';

const seen = (takenAtMs: number, isMember: boolean, startedAtMs = takenAtMs): SeenAt => ({
  startedAtMs,
  takenAtMs,
  isMember,
});
const change = (atMs: number, isIn: boolean): RecordedChange => ({ atMs, isIn, own: true });
/** This app came to see it, and did not do it. */
const found = (atMs: number, isIn: boolean): RecordedChange => ({ atMs, isIn, own: false });

const CASES: ReadonlyArray<
  readonly [
    what: string,
    before: SeenAt | undefined,
    after: SeenAt | undefined,
    changes: readonly RecordedChange[],
    isMember: boolean | null,
    how: string,
  ]
> = [
  ['seen before and after', seen(10, true), seen(90, true), [], true, 'seen'],
  ['seen neither before nor after', seen(10, false), seen(90, false), [], false, 'seen'],
  [
    'changed by somebody else between the nights',
    seen(10, true),
    seen(90, false),
    [],
    null,
    'changed-unseen',
  ],
  ['put in by this app before', seen(10, false), seen(90, true), [change(40, true)], true, 'recorded'],
  [
    'put in by this app at that moment',
    seen(10, false),
    seen(90, true),
    [change(50, true)],
    true,
    'recorded',
  ],
  ['put in by this app later', seen(10, false), seen(90, true), [change(51, true)], false, 'seen-before'],
  [
    'taken out and put in again',
    seen(10, true),
    seen(90, true),
    [change(20, false), change(60, true)],
    false,
    'recorded',
  ],
  [
    'recorded before the night, which saw otherwise',
    seen(10, false),
    undefined,
    [change(9, true)],
    false,
    'seen-before',
  ],
  ['seen before, and nothing since', seen(10, true), undefined, [], true, 'seen-before'],
  [
    'no night before, taken out later',
    undefined,
    seen(90, false),
    [change(60, false)],
    true,
    'recorded-after',
  ],
  ['no night before, put in later', undefined, seen(90, true), [change(60, true)], false, 'recorded-after'],
  [
    'no night before, changed after the next night',
    undefined,
    seen(90, true),
    [change(95, false)],
    null,
    'not-known',
  ],
  ['nothing stored at all', undefined, undefined, [], null, 'not-known'],
  [
    'put in by this app, and out of it in the next night though nobody recorded that',
    seen(10, false),
    seen(90, false),
    [change(40, true)],
    null,
    'changed-unseen',
  ],
  [
    'taken out by somebody else, which this app came to see later',
    seen(10, true),
    seen(90, false),
    [found(60, false)],
    null,
    'changed-unseen',
  ],
  [
    'put in by this app though the night before had seen it: somebody took them out between',
    seen(10, true),
    seen(90, true),
    [change(60, true)],
    null,
    'changed-unseen',
  ],
  [
    'no night before, and later seen to be in it already',
    undefined,
    undefined,
    [found(60, true)],
    null,
    'not-known',
  ],
  [
    'no night before, and later seen to be out of it',
    undefined,
    undefined,
    [found(60, false)],
    null,
    'not-known',
  ],
  [
    'taken out by this app while the night before was reading, after it had read the group',
    seen(40, true, 10),
    undefined,
    [change(30, false)],
    false,
    'recorded',
  ],
  ['only a record of long before', undefined, undefined, [change(2, true)], true, 'recorded'],
];

describe('a membership at a moment', () => {
  it.each(CASES)('%s', (_what, before, after, changes, isMember, how) => {
    expect(membershipAsOf({ before, after, changes }, 50)).toMatchObject({ isMember, how });
  });
});

describe('what records say of a group', () => {
  const record = (atMs: number, kind: string, facts: EvidenceRecord['facts']): EvidenceRecord => ({
    atMs,
    kind,
    facts,
    seq: atMs,
    policyHash: '',
    previousHash: '',
    hash: '',
  });
  const records = [
    record(3, 'membership-removed', { groupId: 'G-1', group: 'devs of today' }),
    record(1, 'membership-added', { groupId: 'g-1', group: 'devs' }),
    record(2, 'membership-gone', { group: 'Users' }),
    record(4, 'change-refused', { groupId: 'g-1', group: 'devs' }),
    record(5, 'membership-added', { groupId: 7, group: ['x'] }),
  ];

  it('goes by the id where both have one, through renames, and else by the name', () => {
    expect(changesIn(records, { groupId: 'g-1', name: 'anything' })).toEqual([
      change(1, true),
      change(3, false),
    ]);
    expect(changesIn(records, { groupId: undefined, name: 'USERS' })).toEqual([found(2, false)]);
    expect(groupsIn(records).map(({ name }) => name)).toEqual(['devs', 'Users', '']);
  });
});
