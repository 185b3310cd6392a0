import { describe, expect, it } from '@jest/globals';
import { verifyEmptyGroups } from '../../../../shared/access/audit/verify-empty-groups';
import type { ExpectedPerson } from '../../../../shared/domain/audit/expected-access-types';
import type { Snapshot } from '../../../../shared/domain/audit/snapshot';
import { AppError, type ErrorCode } from '../../../../shared/errors';
import { errorOf } from '../../../fakes/error-of';
import { anAudit, aPerson, aSnapshotGroup, inGroup, known, UNKNOWN } from '../../../fixtures/builders/audits';

describe('a group that is answered without members', () => {
  const wanted = new Set(['developers']);
  const run = async ({
    groups = inGroup([]),
    people = [],
    before = [],
    members = async (ids: readonly string[]) => new Set(ids.slice(0, 1)),
  }: Readonly<{
    groups?: Partial<Snapshot>;
    people?: readonly ExpectedPerson[];
    before?: readonly string[];
    members?: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  }>) => {
    const asked: unknown[] = [];
    const uipath = {
      checkMembers: async (groupId: string, ids: readonly string[]) => {
        asked.push([groupId, ...ids]);
        return members(ids);
      },
    };
    const { snapshot } = anAudit({ snapshot: groups });
    const membersOf = new Map([['developers', new Set(before)]]);
    const after = await verifyEmptyGroups(uipath, snapshot, people, { membersOf });
    return { asked, group: after.groups.get('developers') };
  };
  const DOUBTED = { kind: 'unknown', code: 'uipath-answer-empty' };

  it('is not known when somebody who should be there, or was, is', async () => {
    const people = [aPerson({ groups: wanted }), aPerson({ memberId: 'm2', groups: wanted })];
    const { asked, group } = await run({ people, before: ['m2', 'm3'] });
    expect(asked).toEqual([['g1', 'm2', 'm3', 'm1']]);
    expect(group).toEqual(DOUBTED);
    expect((await run({ before: ['m3'] })).group).toEqual(DOUBTED);
  });

  it('is empty when none of them is', async () => {
    const people = [aPerson({ groups: wanted })];
    expect((await run({ people, members: async () => new Set() })).group).toEqual(
      known(aSnapshotGroup('g1')),
    );
  });

  it.each<[string, Parameters<typeof run>[0]]>([
    ['nobody should be there', { people: [aPerson()] }],
    ['it is known of nobody by which id', { people: [aPerson({ memberId: undefined, groups: wanted })] }],
    ['those are still to be added', { people: [aPerson({ groups: wanted, pending: true })] }],
    ['somebody is there', { groups: inGroup(['m7']), people: [aPerson({ groups: wanted })] }],
    [
      'UiPath has no such group',
      { groups: { groups: new Map([['developers', known(undefined)]]) }, before: ['m1'] },
    ],
    ['it could not be read', { groups: { groups: new Map([['developers', UNKNOWN]]) }, before: ['m1'] }],
  ])('is not asked about when %s', async (_when, given) => {
    expect((await run(given)).asked).toEqual([]);
  });

  const failing = (code: ErrorCode) => async () => {
    throw new AppError(code, 'no');
  };
  it('is unknown when that cannot be asked', async () => {
    expect((await run({ before: ['m1'], members: failing('uipath-unavailable') })).group).toEqual(UNKNOWN);
  });
  it.each(['quota-exhausted', 'uipath-throttled'] as const)('waits when the answer is %s', async (code) => {
    expect((await errorOf(async () => run({ before: ['m1'], members: failing(code) }))).code).toBe(code);
  });
});
