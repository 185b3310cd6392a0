import { describe, expect, it } from '@jest/globals';
import type { MemberKind } from '../../../../shared/domain/member-kind';
import type { EarlierAudits } from '../../../../shared/domain/audit/seen-in-earlier-audits';
import { rejectEmptyAnswers } from '../../../../shared/domain/audit/reject-empty-answers';
import type { Snapshot } from '../../../../shared/domain/audit/snapshot';
import { ADMINISTRATORS_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { anAudit, aSnapshotGroup, aUser, inGroup, known, UNKNOWN } from '../../../fixtures/builders/audits';

const DOUBTED = { kind: 'unknown', code: 'uipath-answer-empty' } as const;
const LAST_MS = 5;

describe('an empty answer', () => {
  const entry = { entityType: 'group', name: 'Staff' } as const;
  const nothing: EarlierAudits = {
    ruleIds: [],
    membersOf: new Map(),
    leaverIds: new Map(),
    administrators: [],
    uses: [],
    isLogUnread: false,
    hadEntries: false,
    hadAccounts: false,
    doubtedMs: new Map(),
    forgotten: [],
  };
  const doubt = (
    snapshot: Partial<Snapshot>,
    {
      baseline,
      isFirstNight = false,
      ...earlier
    }: Partial<EarlierAudits> & {
      baseline?: ReadonlyArray<typeof entry> | undefined;
      isFirstNight?: boolean;
    } = {},
  ) => {
    const audit = anAudit({
      snapshot,
      organization: { accessPolicy: { requests: undefined, baseline } },
    });
    const lastAuditMs = isFirstNight ? undefined : LAST_MS;
    return rejectEmptyAnswers(audit.organization, audit.snapshot, { ...nothing, ...earlier }, lastAuditMs);
  };
  const seen = (part: string, atMs: number) => ({ doubtedMs: new Map([[part, atMs]]) });

  it.each<[string, Parameters<typeof doubt>[1], boolean]>([
    ['is believed without a baseline', {}, true],
    ['is believed where the baseline agrees', { baseline: [] }, true],
    ['is not against a baseline', { baseline: [entry] }, false],
    [
      'is not against a baseline, however often',
      { baseline: [entry], ...seen('access-policy', LAST_MS) },
      false,
    ],
    ['is not against an earlier night', { hadEntries: true }, false],
    [
      'is not against an earlier night, though the baseline agrees',
      { baseline: [], hadEntries: true },
      false,
    ],
    ['is the second night', { hadEntries: true, ...seen('access-policy', LAST_MS) }, true],
    [
      'is not when the night before was another',
      { hadEntries: true, ...seen('access-policy', LAST_MS - 1) },
      false,
    ],
    ['is not when no audit ended yet', { hadEntries: true, isFirstNight: true }, false],
    ['is not when another part was doubted', { hadEntries: true, ...seen('users', LAST_MS) }, false],
  ])('of the access policy %s', (_when, earlier, isBelieved) => {
    const empty = known([]);
    expect(doubt({ accessPolicy: empty }, earlier).accessPolicy).toEqual(isBelieved ? empty : DOUBTED);
    expect(doubt({ accessPolicy: known([entry]) }, earlier).accessPolicy).toEqual(known([entry]));
    expect(doubt({ accessPolicy: UNKNOWN }, earlier).accessPolicy).toEqual(UNKNOWN);
  });

  const member = (kind: MemberKind): Partial<Snapshot> => inGroup({ m1: kind });
  it.each<[string, Partial<Snapshot>, Parameters<typeof doubt>[1], boolean]>([
    ['is believed where nobody is in a group', {}, {}, true],
    ['is believed where only people of a directory are', member('directory-user'), {}, true],
    ['is not where a local user is', member('user'), seen('users', LAST_MS), false],
    [
      'is not where a local user administers',
      { administrators: known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['m1'])) },
      {},
      false,
    ],
    ['is believed where no group could be read', { groups: new Map([['developers', UNKNOWN]]) }, {}, true],
    ['is not against an earlier night', {}, { hadAccounts: true }, false],
    ['is the second night', {}, { hadAccounts: true, ...seen('users', LAST_MS) }, true],
  ])('of the list of users %s', (_when, snapshot, earlier, isBelieved) => {
    const empty = known(new Map());
    expect(doubt({ ...snapshot, users: empty }, earlier).users).toEqual(isBelieved ? empty : DOUBTED);
    const users = known(new Map([['m1', aUser('m1')]]));
    expect(doubt({ ...snapshot, users }, earlier).users).toEqual(users);
  });

  it('of Administrators is never believed, listed in the policy or read for itself', () => {
    const nobody = known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID));
    const somebody = known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['m1']));
    const other = known(aSnapshotGroup('g1'));
    const { groups, administrators } = doubt({
      groups: new Map([
        ['administrators', nobody],
        ['developers', other],
      ]),
      administrators: nobody,
    });
    expect([...groups.values(), administrators]).toEqual([DOUBTED, other, DOUBTED]);
    expect(doubt({ administrators: somebody }).administrators).toEqual(somebody);
    expect(doubt({ administrators: UNKNOWN }).administrators).toEqual(UNKNOWN);
  });
});
