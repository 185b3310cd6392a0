import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  ADMINISTRATORS_GROUP_ID,
  EVERYONE_GROUP_ID,
  type HardStopRules,
} from '../../../../shared/domain/plan/hard-stops';
import {
  changesIn,
  leadsOut,
  planMemberships,
  waitingPart,
  withWaiting,
  type GroupCase,
  type MembershipCase,
  type MembershipDecision,
} from '../../../../shared/domain/plan/membership-plan';
import type { AppliedMembership } from '../../../../shared/domain/ledger/person-ledger';

const STOPS: HardStopRules = {
  ownIds: new Set(['self']),
  protectedIds: new Set(['robot']),
  protectedMembers: new Map(),
  administratorsLeft: 1,
};
const seen = (origin: AppliedMembership['origin']): AppliedMembership => ({
  groupId: 'g1',
  groupName: 'Group 1',
  origin,
  sinceMs: 0,
});
const membership = (overrides: Partial<MembershipCase> = {}): MembershipCase => ({
  personKey: 'p1',
  addresses: ['ana.pop@example.com'],
  memberId: 'm1',
  want: false,
  have: true,
  leaving: false,
  applied: undefined,
  why: ['no-reason'],
  ...overrides,
});
const group = (overrides: Partial<GroupCase> = {}): GroupCase => ({
  groupId: 'g1',
  name: 'Group 1',
  mode: 'authoritative',
  cases: [membership()],
  ...overrides,
});
const decisionOf = (one: GroupCase, stops = STOPS): MembershipDecision | undefined =>
  planMemberships([one], stops).groups[0]?.decided[0]?.decision;

describe('what becomes of one person and one group', () => {
  const modes = ['observe', 'additive', 'authoritative', 'unmanaged'] as const;

  it.each(modes)('is nothing in a group of mode %s when it is as it should be', (mode) => {
    const decide = (want: boolean) =>
      decisionOf(group({ mode, cases: [membership({ want, have: want, leaving: true })] }));
    expect([decide(true), decide(false)]).toEqual(['in-place', 'absent']);
  });

  it.each<[GroupCase['mode'], MembershipDecision]>([
    ['observe', 'observed'],
    ['additive', 'add'],
    ['authoritative', 'add'],
    ['unmanaged', 'out-of-policy'],
  ])('in a group of mode %s is %s when a reason is there and the membership is not', (mode, expected) => {
    expect(decisionOf(group({ mode, cases: [membership({ want: true, have: false })] }))).toBe(expected);
  });

  it.each<[GroupCase['mode'], AppliedMembership['origin'] | undefined, boolean, MembershipDecision]>([
    ['observe', 'applied', false, 'observed'],
    ['observe', 'applied', true, 'observed'],
    ['additive', 'applied', false, 'remove'],
    ['additive', 'standing', false, 'left-alone'],
    ['additive', undefined, false, 'left-alone'],
    ['additive', 'standing', true, 'remove'],
    ['additive', undefined, true, 'remove'],
    ['authoritative', 'applied', false, 'remove'],
    ['authoritative', 'standing', false, 'remove'],
    ['authoritative', undefined, false, 'remove'],
    ['unmanaged', 'applied', false, 'remove'],
    ['unmanaged', 'applied', true, 'remove'],
    ['unmanaged', 'standing', false, 'left-alone'],
    ['unmanaged', undefined, false, 'left-alone'],
    ['unmanaged', undefined, true, 'remove'],
  ])(
    'in a group of mode %s that we know as %p, when the last reason is gone (a leaver: %p), is %s',
    (mode, origin, leaving, expected) => {
      const applied = origin === undefined ? undefined : seen(origin);
      expect(decisionOf(group({ mode, cases: [membership({ applied, leaving })] }))).toBe(expected);
    },
  );

  it.each<[AppliedMembership['origin'], MembershipDecision]>([
    ['applied', 'remove'],
    ['standing', 'left-alone'],
  ])(
    'in a group that the policy does not name any more, where a grant has ended that made it %s, is %s',
    (origin, expected) => {
      const one = membership({ applied: { ...seen(origin), by: 'grant' } });
      expect(decisionOf(group({ mode: 'unmanaged', cases: [one] }))).toBe(expected);
    },
  );

  it('leaves a standing member in place when a grant on top of it ends (sso-elevator)', () => {
    const standing = membership({ applied: seen('standing') });
    expect(decisionOf(group({ mode: 'additive', cases: [standing] }))).toBe('left-alone');
  });

  it.each<[string, Partial<GroupCase>, Partial<HardStopRules>, MembershipDecision]>([
    ['the implicit group Everyone', { groupId: EVERYONE_GROUP_ID }, {}, 'everyone-is-implicit'],
    [
      'the application itself',
      { cases: [membership({ memberId: 'self', leaving: true })] },
      {},
      'own-identity',
    ],
    [
      'a protected principal',
      { cases: [membership({ memberId: 'robot', leaving: true })] },
      {},
      'protected-principal',
    ],
    [
      'the last administrator',
      { groupId: ADMINISTRATORS_GROUP_ID, cases: [membership({ leaving: true })] },
      { administratorsLeft: 0 },
      'last-administrator',
    ],
    ['a group that is only observed', { groupId: EVERYONE_GROUP_ID, mode: 'observe' }, {}, 'observed'],
  ])('is never the removal of %s', (_what, one, stops, expected) => {
    expect(decisionOf(group(one), { ...STOPS, ...stops })).toBe(expected);
  });
});

describe('a plan', () => {
  const cases = (...ids: readonly string[]) => ids.map((memberId) => membership({ memberId }));
  const two = [
    group({ groupId: 'g2', name: 'Two', cases: cases('m2', 'm1', 'm3') }),
    group({ cases: cases('m1') }),
  ];

  it('is in the order of ids, and keeps what explains each decision', () => {
    const { groups } = planMemberships(two, STOPS);
    expect(groups.map(({ groupId, name }) => [groupId, name])).toEqual([
      ['g1', 'Group 1'],
      ['g2', 'Two'],
    ]);
    expect(groups[1]?.decided.map(({ memberId }) => memberId)).toEqual(['m1', 'm2', 'm3']);
    expect(groups[0]?.decided[0]).toEqual({ ...membership(), decision: 'remove' });
  });

  it('has the same hash for the same changes, whatever order they were found in', () => {
    const reversed = two.toReversed().map((one) => ({ ...one, cases: one.cases.toReversed() }));
    expect(planMemberships(reversed, STOPS).hash).toBe(planMemberships(two, STOPS).hash);
  });

  it('does not change its hash for what it leaves as it is', () => {
    const more = [group({ cases: [...cases('m1'), membership({ memberId: 'm9', have: false })] })];
    expect(planMemberships(more, STOPS).hash).toBe(planMemberships([group()], STOPS).hash);
  });

  it.each<[string, GroupCase]>([
    ['member', group({ cases: cases('m2') })],
    ['group', group({ groupId: 'g2' })],
    ['direction', group({ cases: [membership({ want: true, have: false })] })],
    ['number of changes', group({ cases: cases('m1', 'm2') })],
  ])('has another hash for another %s', (_what, other) => {
    expect(planMemberships([other], STOPS).hash).not.toBe(planMemberships([group()], STOPS).hash);
  });

  it('has additions and removals as its changes, nothing else', () => {
    const mixed = group({
      cases: [
        membership({ memberId: 'a', want: true, have: false }),
        membership({ memberId: 'b' }),
        membership({ memberId: 'c', want: true }),
        membership({ memberId: 'self' }),
      ],
    });
    const [plan] = planMemberships([mixed], STOPS).groups;
    expect(
      plan === undefined ? [] : changesIn(plan).map(({ memberId, decision }) => [memberId, decision]),
    ).toEqual([
      ['a', 'add'],
      ['b', 'remove'],
    ]);
  });
});

describe('changes that wait for the next plan', () => {
  const person = (key: string, overrides: Partial<MembershipCase> = {}): MembershipCase =>
    membership({ personKey: key, memberId: `id-${key}`, want: true, have: false, ...overrides });
  const earlier = planMemberships(
    [
      group({ cases: [person('a'), person('b'), person('c', { have: true })] }),
      group({ groupId: 'g2', name: 'Two', cases: [person('a')] }),
    ],
    STOPS,
  );
  const waiting = waitingPart(earlier, new Set(['g1/b', 'g1/c', 'g3/a']));

  it('are those that were not sent, and no other decision', () => {
    expect(
      waiting.map(({ groupId, decided }) => [groupId, decided.map(({ personKey }) => personKey)]),
    ).toEqual([['g1', ['b']]]);
  });

  it('are sent with those of other people, under another hash', () => {
    const later = planMemberships(
      [group({ cases: [person('d')] }), group({ groupId: 'g4', cases: [person('d')] })],
      STOPS,
    );
    const both = withWaiting(later, waiting);
    expect(both.groups.map((one) => [one.groupId, changesIn(one).map(({ personKey }) => personKey)])).toEqual(
      [
        ['g1', ['b', 'd']],
        ['g4', ['d']],
      ],
    );
    expect(both.hash).not.toBe(later.hash);
    expect(withWaiting(later, [])).toBe(later);
  });
});

describe('any plan', () => {
  const ids = ['m1', 'm2', 'm3', 'self', 'robot'];
  const groupCase = fc
    .record({
      groupId: fc.constantFrom('g1', 'g2', EVERYONE_GROUP_ID, ADMINISTRATORS_GROUP_ID),
      mode: fc.constantFrom<GroupCase['mode']>('observe', 'additive', 'authoritative', 'unmanaged'),
      people: fc.uniqueArray(
        fc.record({
          memberId: fc.constantFrom(...ids),
          want: fc.boolean(),
          have: fc.boolean(),
          leaving: fc.boolean(),
          applied: fc.constantFrom(undefined, seen('applied'), seen('standing')),
        }),
        { selector: (one) => one.memberId },
      ),
    })
    .map(({ groupId, mode, people }): GroupCase =>
      group({
        groupId,
        mode,
        cases: people.map((one) => membership({ ...one, want: one.want && !one.leaving })),
      }),
    );
  const groupCases = fc.uniqueArray(groupCase, { selector: (one) => one.groupId, maxLength: 4 });
  const stopRules = fc.nat(2).map((administratorsLeft): HardStopRules => ({ ...STOPS, administratorsLeft }));
  const options = { seed: 20_261_130, numRuns: 200 };

  it('leaves nothing to change once it was applied', () => {
    fc.assert(
      fc.property(groupCases, stopRules, (cases, stops) => {
        const plan = planMemberships(cases, stops);
        const after = plan.groups.map(({ groupId, decided }): GroupCase => {
          const before = cases.find((one) => one.groupId === groupId) ?? group();
          return {
            ...before,
            cases: decided.map(({ decision, ...one }) => ({
              ...one,
              have: decision === 'add' || (decision !== 'remove' && one.have),
              applied: decision === 'add' ? seen('applied') : decision === 'remove' ? undefined : one.applied,
            })),
          };
        });
        const again = planMemberships(after, stops);
        expect(again.groups.flatMap(changesIn)).toEqual([]);
        expect(planMemberships(cases, stops).hash).toBe(plan.hash);
      }),
      options,
    );
  });

  it('removes nobody for whom there is a reason, nobody whom it must not touch, and nothing it cannot explain', () => {
    fc.assert(
      fc.property(groupCases, stopRules, (cases, stops) => {
        for (const { groupId, decided } of planMemberships(cases, stops).groups) {
          const mode = cases.find((one) => one.groupId === groupId)?.mode;
          for (const one of decided.filter(({ decision }) => decision === 'remove')) {
            expect(one).toMatchObject({ want: false, have: true });
            expect(['self', 'robot']).not.toContain(one.memberId);
            expect(groupId).not.toBe(EVERYONE_GROUP_ID);
            expect(mode).not.toBe('observe');
            expect(one.leaving || mode === 'authoritative' || one.applied?.origin === 'applied').toBe(true);
          }
        }
      }),
      options,
    );
  });
});

describe('a membership of an account that another person of the ledger has too', () => {
  it.each([true, false])('stays for their reason, whoever leaves: leaving %s', (leaving) => {
    const cases = [membership({ keptByOther: true, leaving, applied: seen('applied') })];
    const [planned] = planMemberships([group({ cases })], STOPS).groups;
    expect(planned?.decided.map(({ decision: decided }) => decided)).toEqual(['left-alone']);
  });
});

describe('a decision after which nobody is a member', () => {
  it.each<[MembershipDecision, boolean]>([
    ['remove', true],
    ['absent', true],
    ['add', false],
    ['held', false],
    ['observed', false],
    ['out-of-policy', false],
    ['left-alone', false],
    ['own-identity', false],
  ])('%s: %s', (decided, expected) => {
    expect(leadsOut(decided)).toBe(expected);
  });
});
