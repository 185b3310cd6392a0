import { describe, expect, it } from '@jest/globals';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { comparePeopleUnder, type PolicyEditPlan } from '../../../../shared/domain/plan/policy-edit';
import type { GroupMode, OrganizationPolicy } from '../../../../shared/domain/policy';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const DAY_MS = 86_400_000;
const NOW_MS = 100 * DAY_MS;
const HASH = '0123456789abcdef';
const EDIT = 'edit of the policy 01234567';
const EMPTYING = 'emptying edit of the policy 01234567';

type Lines = Readonly<Record<string, Readonly<{ of: string; groups: readonly string[] }>>>;

/** Lines by name, each for a department, over groups that are additive unless said otherwise. */
function policy(
  lines: Lines,
  modes: Readonly<Record<string, GroupMode>> = {},
  more: Partial<OrganizationPolicy> = {},
): OrganizationPolicy {
  const names = new Set([...Object.values(lines).flatMap(({ groups }) => groups), ...Object.keys(modes)]);
  return anOrganization({
    groups: groupsOf(...[...names].map((name) => aGroup(name, { mode: modes[name] ?? 'additive' }))),
    birthright: Object.entries(lines).map(([name, { of, groups }]) => ({
      name,
      when: new Map([['department', new Set([of])]]),
      groups,
    })),
    ...more,
  });
}

/** Somebody of a department, with groups that this application put them in. */
function worker(
  department: string,
  groups: readonly string[] = [],
  more: Partial<PersonLedger> = {},
): PersonLedger {
  return aPersonLedger({
    timeline: [{ id: 'hire', kind: 'joiner', occurredAtMs: 1, effectiveAtMs: 1, attributes: { department } }],
    applied: groups.map((groupName) => ({
      groupId: `id of ${groupName}`,
      groupName,
      origin: 'applied',
      sinceMs: 2,
    })),
    ...more,
  });
}

function planOf(
  before: OrganizationPolicy | undefined,
  after: OrganizationPolicy,
  people: Readonly<Record<string, PersonLedger>>,
): PolicyEditPlan {
  const compared = comparePeopleUnder({
    before,
    after,
    isBetween: false,
    wasObserved: false,
    hash: HASH,
    nowMs: NOW_MS,
  });
  for (const [key, ledger] of Object.entries(people)) compared.note(key, ledger);
  return compared.plan();
}

const causes = ({ people }: PolicyEditPlan) =>
  Object.fromEntries(people.map(({ personKey, cause }) => [personKey, cause]));

const OPS = { ops: { of: 'ops', groups: ['robots'] } };
const BOTH = { ...OPS, sales: { of: 'sales', groups: ['crm'] } };
const STAFF = {
  ana: worker('ops', ['robots']),
  ben: worker('ops', ['robots']),
  cleo: worker('sales', ['crm']),
};

describe('whom an edit of the policy changes', () => {
  it('is nobody where nothing that concerns people differs', () => {
    const renamed = { operations: { of: 'ops', groups: ['robots'] }, sales: BOTH.sales };
    expect(planOf(policy(BOTH), policy(renamed, {}, { planExpiryDays: 9 }), STAFF)).toEqual({
      people: [],
      groups: [],
      emptied: { groups: [], lines: ['ops'] },
    });
  });

  it('is whoever a line gives more, and nobody else', () => {
    const more = { ...BOTH, sales: { of: 'sales', groups: ['crm', 'robots'] } };
    expect(planOf(policy(BOTH), policy(more), STAFF)).toEqual({
      people: [{ personKey: 'cleo', cause: EDIT }],
      groups: [{ group: 'robots', gains: 1, loses: 0 }],
      emptied: { groups: [], lines: [] },
    });
  });

  it('is whoever a line gives less; where a group keeps others that empties nothing', () => {
    const both = { ...BOTH, sales: { of: 'sales', groups: ['crm', 'robots'] } };
    const staff = { ...STAFF, cleo: worker('sales', ['crm', 'robots']) };
    const plan = planOf(policy(both), policy(BOTH), staff);
    expect([causes(plan), plan.groups, plan.emptied]).toEqual([
      { cleo: EDIT },
      [{ group: 'robots', gains: 0, loses: 1 }],
      { groups: [], lines: [] },
    ]);
  });

  it('empties a line that has nobody any more, also where its group keeps others', () => {
    const shared = { ...OPS, sales: { of: 'sales', groups: ['robots'] } };
    const staff = { ana: worker('ops', ['robots']), cleo: worker('sales', ['robots']) };
    const plan = planOf(
      policy(shared),
      policy({ ...shared, sales: { of: 'sails', groups: ['robots'] } }),
      staff,
    );
    expect([causes(plan), plan.emptied]).toEqual([{ cleo: EMPTYING }, { groups: [], lines: ['sales'] }]);
  });

  it.each<[string, Partial<PersonLedger>]>([
    ['by birthright', {}],
    ['by a grant that runs', { grants: [aGrant({ group: 'Robots' })] }],
  ])(
    'empties a group that leaves the policy, whoever has it %s, but for whom others put there',
    (_by, more) => {
      const staff = {
        ana: worker('ops', ['robots'], more),
        ben: worker('ops', ['robots'], more),
        cleo: worker('sales', ['crm']),
        dan: worker('sales', [], {
          applied: [{ groupId: 'id of robots', groupName: 'robots', origin: 'standing', sinceMs: 2 }],
        }),
      };
      const plan = planOf(policy(BOTH), policy({ sales: BOTH.sales }), staff);
      expect([causes(plan), plan.groups, plan.emptied.groups]).toEqual([
        { ana: EMPTYING, ben: EMPTYING },
        [{ group: 'robots', gains: 0, loses: 2 }],
        ['robots'],
      ]);
      expect(causes(planOf(policy({ sales: BOTH.sales }), policy(BOTH), staff))).toEqual({
        ana: EDIT,
        ben: EDIT,
      });
    },
  );

  it.each([
    { all: 3, stay: ['tests'], emptied: { groups: ['robots'], lines: ['ops'] }, cause: EMPTYING },
    { all: 2, stay: ['tests'], emptied: { groups: [], lines: [] }, cause: EDIT },
    { all: 4, stay: ['tests', 'tests'], emptied: { groups: [], lines: [] }, cause: EDIT },
  ])('counts one who is left of several as nobody: of $all stay $stay', ({ all, stay, emptied, cause }) => {
    const departments = Array.from({ length: all }, (_, at) => stay[at] ?? 'ops');
    const people = Object.fromEntries(
      departments.map((department, at) => [`p${at}`, worker(department, ['robots'])] as const),
    );
    const of = (...matched: readonly string[]) => {
      const given = policy(OPS);
      const when = new Map([['department', new Set(matched)]]);
      return { ...given, birthright: [{ name: 'ops', when, groups: ['robots'] }] };
    };
    const plan = planOf(of('ops', 'tests'), of('tests'), people);
    expect(plan.emptied).toEqual(emptied);
    expect(new Set(Object.values(causes(plan)))).toEqual(new Set([cause]));
  });

  it('empties a group that nobody has a reason for any more', () => {
    const plan = planOf(
      policy(BOTH),
      policy({ ...BOTH, ops: { of: 'ops', groups: ['crm'] } }, { robots: 'additive' }),
      STAFF,
    );
    expect([causes(plan), plan.emptied]).toEqual([
      { ana: EMPTYING, ben: EMPTYING },
      { groups: ['robots'], lines: [] },
    ]);
  });

  it.each([
    { from: 'observe', to: 'additive', staff: worker('ops'), gains: 1, loses: 0 },
    { from: 'observe', to: 'authoritative', staff: worker('ops'), gains: 1, loses: 0 },
    { from: 'additive', to: 'authoritative', staff: worker('ops'), gains: 0, loses: 0 },
    { from: 'observe', to: 'additive', staff: worker('none', ['robots']), gains: 0, loses: 1 },
    { from: 'additive', to: 'observe', staff: worker('none', ['robots']), gains: 0, loses: 0 },
  ] as const)('counts a group whose mode goes from $from to $to', ({ from, to, staff, gains, loses }) => {
    const { groups } = planOf(policy(OPS, { robots: from }), policy(OPS, { robots: to }), { ana: staff });
    expect(groups).toEqual(gains + loses === 0 ? [] : [{ group: 'robots', gains, loses }]);
  });

  it('is whoever loses something at another instant, so that it is looked at in time', () => {
    const moved = worker('ops', ['robots', 'crm'], {
      timeline: [
        { id: 'a', kind: 'joiner', occurredAtMs: 1, effectiveAtMs: 1, attributes: { department: 'sales' } },
        {
          id: 'b',
          kind: 'mover',
          occurredAtMs: NOW_MS - 2 * DAY_MS,
          effectiveAtMs: NOW_MS - 2 * DAY_MS,
          attributes: { department: 'ops' },
        },
      ],
    });
    const within = (graceDays: number) => policy(BOTH, {}, { mover: { graceDays } });
    expect(causes(planOf(within(30), within(10), { ana: moved, ben: worker('ops', ['robots']) }))).toEqual({
      ana: EDIT,
    });
    expect(planOf(within(30), within(1), { ana: moved }).groups).toEqual([
      { group: 'crm', gains: 0, loses: 1 },
    ]);
  });

  it('counts what everybody has where the version before is not known', () => {
    const staff = { ana: worker('ops'), ben: worker('ops', ['robots']), cleo: worker('none', ['robots']) };
    const plan = planOf(undefined, policy(OPS), staff);
    expect([causes(plan), plan.groups]).toEqual([
      { ana: EDIT, cleo: EDIT },
      [{ group: 'robots', gains: 1, loses: 1 }],
    ]);
  });

  it('is no leaver where the version before is not known: they go by their leaving', () => {
    const timeline = [
      { id: 'x', kind: 'leaver', occurredAtMs: 1, effectiveAtMs: 1, attributes: {} },
    ] as const;
    const staff = {
      left: worker('ops', ['robots'], { timeline }),
      ana: worker('none', ['robots']),
      ben: worker('ops', ['robots']),
    };
    expect(causes(planOf(undefined, policy(OPS), staff))).toEqual({ ana: EDIT });
  });

  it('is nobody who joined another, was erased, or has left already', () => {
    const left = worker('ops', [], {
      timeline: [{ id: 'x', kind: 'leaver', occurredAtMs: 1, effectiveAtMs: 1, attributes: {} }],
    });
    const staff = {
      joined: worker('ops', [], { joined: { into: 'ana', before: worker('ops') } }),
      erased: worker('ops', [], { erased: { atMs: 1, saidToMs: 1 } }),
      left,
    };
    expect(planOf(policy({}), policy(OPS), staff).people).toEqual([]);
  });

  it('is whoever has not what the version says, where another was in force in between', () => {
    const versions = { before: policy(OPS), after: policy(OPS), hash: HASH, nowMs: NOW_MS };
    const plans = [false, true].map((isBetween) => {
      const compared = comparePeopleUnder({ ...versions, isBetween, wasObserved: false });
      compared.note('ana', worker('ops', ['robots']));
      compared.note('ben', worker('ops'));
      compared.note('cleo', worker('none', ['robots']));
      return compared.plan();
    });
    expect(plans.map(causes)).toEqual([{}, { ben: EDIT, cleo: EDIT }]);
    expect(plans[1]?.groups).toEqual([{ group: 'robots', gains: 1, loses: 1 }]);
  });

  describe('that ends observe', () => {
    const planAfterObserve = (before: OrganizationPolicy, people: Readonly<Record<string, PersonLedger>>) => {
      const compared = comparePeopleUnder({
        before,
        after: before,
        isBetween: false,
        wasObserved: true,
        hash: HASH,
        nowMs: NOW_MS,
      });
      for (const [key, ledger] of Object.entries(people)) compared.note(key, ledger);
      return compared.plan();
    };
    const grant = {
      requestId: 'G-1',
      group: 'crm',
      occurredAtMs: 1,
      validFromMs: 1,
      validUntilMs: 50 * DAY_MS,
    };

    it('empties nothing by a grant that ended meanwhile, and weighs it as of the edit', () => {
      const staff = { ana: worker('none', ['crm'], { grants: [aGrant(grant)] }) };
      const plan = planAfterObserve(policy(OPS, { crm: 'additive' }), staff);
      expect([causes(plan), plan.groups]).toEqual([{ ana: EDIT }, [{ group: 'crm', gains: 0, loses: 1 }]]);
    });

    it('empties what an edit followed in observe has emptied, but for one who is left', () => {
      const staff = {
        ana: worker('ops', ['robots']),
        ...Object.fromEntries(['ben', 'cleo', 'dan'].map((key) => [key, worker('opps', ['robots'])])),
      };
      expect(causes(planAfterObserve(policy(OPS), staff))).toMatchObject({
        ben: EMPTYING,
        cleo: EMPTYING,
        dan: EMPTYING,
      });
    });
  });

  it('holds no leaver, also where the group has nobody else', () => {
    const timeline = [
      { id: 'hire', kind: 'joiner', occurredAtMs: 1, effectiveAtMs: 1, attributes: { department: 'ops' } },
      { id: 'end', kind: 'leaver', occurredAtMs: 2, effectiveAtMs: 2, attributes: {} },
    ] as const;
    const before = policy(OPS, { robots: 'observe' });
    const staff = { ana: worker('ops', ['robots'], { timeline }) };
    const plan = planOf(before, policy(OPS), staff);
    expect([causes(plan), plan.emptied.groups]).toEqual([{ ana: EDIT }, ['robots']]);
  });

  it('is whoever nothing can be read of', () => {
    const compared = comparePeopleUnder({
      before: policy(OPS),
      isBetween: false,
      wasObserved: false,
      after: policy(OPS),
      hash: HASH,
      nowMs: NOW_MS,
    });
    compared.noteUnread('ana');
    expect(compared.plan().people).toEqual([{ personKey: 'ana', cause: EMPTYING }]);
  });
});

describe('any edit', () => {
  const DEPARTMENTS = ['a', 'b', 'c', 'd', 'e', 'f'];
  const GROUPS = Array.from({ length: 8 }, (_, index) => `g${index}`);

  /** Numbers of a sequence that a seed begins, from 0 up to below `below`. */
  function numbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
  }

  /** What each department gives, as sets, apart from how a policy says it. */
  function gifts(next: (below: number) => number): ReadonlyMap<string, ReadonlySet<string>> {
    return new Map(
      DEPARTMENTS.map((department) => [department, new Set(GROUPS.filter(() => next(3) === 0))]),
    );
  }

  function toPolicy(given: ReadonlyMap<string, ReadonlySet<string>>): OrganizationPolicy {
    const lines = [...given].map(([of, groups]) => [`line ${of}`, { of, groups: [...groups] }] as const);
    return policy(Object.fromEntries(lines), Object.fromEntries(GROUPS.map((group) => [group, 'additive'])));
  }

  it('changes exactly those whose department gives something else, by as much as it does', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = numbers(seed);
      const before = gifts(next);
      const edited = DEPARTMENTS[next(DEPARTMENTS.length)] ?? 'a';
      const after = new Map([...before, [edited, gifts(next).get(edited) ?? new Set<string>()]]);
      const staff = new Map(
        Array.from({ length: 40 }, (_, index) => [`p${index}`, DEPARTMENTS[next(DEPARTMENTS.length)] ?? 'a']),
      );
      const ledgers = [...staff].map(
        ([key, department]) => [key, worker(department, [...(before.get(department) ?? [])])] as const,
      );
      const plan = planOf(toPolicy(before), toPolicy(after), Object.fromEntries(ledgers));

      const [had, has] = [before.get(edited) ?? new Set<string>(), after.get(edited) ?? new Set<string>()];
      const concerned = [...staff].filter(([, department]) => department === edited).map(([key]) => key);
      const differ = GROUPS.filter((group) => had.has(group) !== has.has(group));
      const isAny = differ.length > 0 && concerned.length > 0;
      expect(plan.people.map(({ personKey }) => personKey).toSorted()).toEqual(
        isAny ? concerned.toSorted() : [],
      );
      expect(plan.groups).toEqual(
        isAny
          ? differ.map((group) => ({
              group,
              gains: has.has(group) ? concerned.length : 0,
              loses: had.has(group) ? concerned.length : 0,
            }))
          : [],
      );
      const inGroup = (gives: typeof before, group: string): number =>
        [...staff.values()].filter((department) => gives.get(department)?.has(group) === true).length;
      const isEmptied = (group: string): boolean =>
        inGroup(after, group) <= (inGroup(before, group) > 2 ? 1 : 0);
      const isLost = differ.some((group) => had.has(group));
      const isEmptying =
        isLost && (has.size === 0 || differ.some((group) => had.has(group) && isEmptied(group)));
      expect(new Set(plan.people.map(({ cause }) => cause))).toEqual(
        new Set(isAny ? [isEmptying ? EMPTYING : EDIT] : []),
      );
    }
  });
});
