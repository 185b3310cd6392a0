import { describe, expect, it } from '@jest/globals';
import {
  gatheringCauses,
  holdToJoin,
  joinHold,
  releaseRefusalOf,
  removalsHash,
  stillTripped,
  type Hold,
} from '../../../../shared/domain/plan/hold';

const plan: Hold = {
  hash: 'h',
  state: 'held',
  guards: [],
  removals: [],
  heldAtMs: 0,
  expiresAtMs: 1_000,
  releasedBy: undefined,
  releasedAtMs: undefined,
};
const removal = (groupId: string, memberId: string) => ({ groupId, memberId });

describe('a held plan', () => {
  it('has one hash for the same removals in any order, and another for any other set', () => {
    const hash = removalsHash([removal('g', '1'), removal('g', '2')]);
    expect(removalsHash([removal('g', '2'), removal('g', '1')])).toBe(hash);
    expect(removalsHash([removal('g', '1')])).not.toBe(hash);
    expect(removalsHash([removal('g', '1'), removal('h', '2')])).not.toBe(hash);
  });

  it.each([
    ['held and in time', {}, 999, undefined],
    ['held, at its end', {}, 1_000, undefined],
    ['of the audit, at its end', { kind: 'remediation' }, 1_000, 'plan-expired'],
    ['released already', { state: 'released' }, 0, 'plan-not-held'],
    ['done', { state: 'done' }, 0, 'plan-not-held'],
    ['stale', { state: 'stale' }, 0, 'plan-not-held'],
  ] as const)('%s: release is refused with %s', (_title, change, nowMs, refusal) => {
    expect(releaseRefusalOf({ ...plan, ...change }, nowMs)).toBe(refusal);
  });
});

describe('further removals of an incident', () => {
  const HOUR = 3_600_000;
  const held = (groupId: string, memberId: string) => ({
    ...removal(groupId, memberId),
    groupName: groupId,
    personKey: `p${memberId}`,
    why: ['left'],
  });
  const many = (count: number) => Array.from({ length: count }, () => held('g', '1'));
  const guard = (scope: string, removals: number) =>
    ({ guard: 'batch', scope, removals, whole: 10 }) as const;
  const incident: Hold = {
    ...plan,
    causes: ['hr'],
    heldAtMs: 1_000,
    removals: [held('g', '1')],
    guards: [guard('hr', 7)],
  };

  it.each([
    ['of the same source', {}, ['hr', 'time'], HOUR + 999, true],
    ['an hour later', {}, ['hr'], HOUR + 1_000, false],
    ['of another source', {}, ['jira'], 2_000, false],
    ['of a hold that no source tripped', { causes: [] }, ['hr'], 2_000, false],
    ['that no source tripped', {}, [], 2_000, false],
    ['that an audit asks for', { kind: 'remediation' }, ['hr'], 2_000, false],
    ['of one that becomes as large as it may', { removals: many(19_999) }, ['hr'], 2_000, true],
    ['of one that would become larger', { removals: many(20_000) }, ['hr'], 2_000, false],
  ] as const)('%s join its hold or do not', (_what, change, causes, nowMs, joins) => {
    const open: readonly Hold[] = [
      { ...plan, hash: 'other' },
      { ...incident, ...change },
    ];
    expect(holdToJoin(open, { removals: many(1), causes }, nowMs)?.hash).toBe(joins ? 'h' : undefined);
  });

  it('are held with the earlier ones, each once, by every guard that tripped', () => {
    const further = {
      removals: [held('g', '1'), held('g', '2')],
      guards: [guard('hr', 5), guard('jira', 9)],
      causes: ['jira'],
    };
    const joined = joinHold(incident, further);
    expect(joined.removals.map(({ memberId }) => memberId)).toEqual(['1', '2']);
    expect(joined.guards).toEqual([guard('hr', 7), guard('jira', 9)]);
    expect(joined.causes).toEqual(['hr', 'jira']);
    const without = { removals: [], guards: [] };
    expect(joinHold(without, without)).toEqual({ ...without, causes: [] });
  });

  it('trip the guard of their source for an hour, while it holds something', () => {
    const guards = [guard('hr', 7), { guard: 'group', scope: 'g', removals: 7, whole: 9 } as const];
    const open = [{ ...incident, guards, joinedAtMs: 9_000 }];
    expect(stillTripped(open, HOUR + 999)).toEqual([guard('hr', 7)]);
    expect(stillTripped(open, HOUR + 1_000)).toEqual([]);
  });

  it('are gathered for ten seconds after the last was held', () => {
    const later = { ...incident, joinedAtMs: 4_000, causes: ['hr', 'jira'] };
    const others: readonly Hold[] = [
      { ...incident, state: 'released' },
      { ...plan, heldAtMs: 4_000 },
    ];
    expect([...gatheringCauses([later, incident, ...others], 10_999)]).toEqual([
      ['hr', 14_000],
      ['jira', 14_000],
    ]);
    expect(gatheringCauses([incident], 11_000).size).toBe(0);
  });
});
