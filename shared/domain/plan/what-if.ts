import { fold } from '../fold';
import { conflictsOf } from '../ledger/request-refusal';
import { personAccess, type Reason } from '../ledger/person-access';
import type { AppliedMembership } from '../ledger/person-ledger';
import { groupPolicyOf, isPrivilegedByName, type OrganizationPolicy } from '../policy';
import { ADMINISTRATORS_GROUP_ID } from './hard-stops';
import {
  byLines,
  countsOf,
  nameIn,
  peopleOf,
  type ChangeOfWorker,
  type GroupByLines,
  type GroupChange,
  type GroupCounts,
  type PersonAsSaid,
  type WorkerAsSaid,
} from './people-as-said';
import { comparePeopleUnder, type PolicyEditPlan } from './policy-edit';

/** Two groups that nobody may have both of, and that the later policy gives somebody together and the earlier one did not. */
type NewConflict = Readonly<{
  email: string;
  name: string | undefined;
  groups: readonly [GroupByLines, GroupByLines];
}>;

/** What an edit of the policy would do to people who all have what the version before gives them. */
export type WhatIf = Readonly<{
  people: number;
  /** By address. */
  changes: readonly ChangeOfWorker[];
  conflicts: readonly NewConflict[];
  groups: readonly GroupCounts[];
  /**
   * Groups and birthright lines that are left without people: removals of these are held however few they are. Not lines that the later
   * version does not have and by which nobody loses anything, as one that has another name.
   */
  emptied: PolicyEditPlan['emptied'];
  /**
   * Groups that the later version does not name, with how many people lose them once a person released that. `mayBeRenamed`: it names
   * others, and the group may be one of them.
   */
  unmanaged: ReadonlyArray<Readonly<{ group: string; people: number; mayBeRenamed: boolean }>>;
}>;

type TriedEdit = Readonly<{ before: OrganizationPolicy; after: OrganizationPolicy; nowMs: number }>;

/** Plans an edit as the writer does when it comes into force. `onPerson` hears of each one that was looked at. */
export function whatIf(
  workers: readonly WorkerAsSaid[],
  versions: TriedEdit,
  onPerson: (looked: number) => void = () => undefined,
): WhatIf {
  const { nowMs } = versions;
  const [before, after] = [groupByGroup(versions.before), groupByGroup(versions.after)];
  const edit = { isBetween: false, wasObserved: false, hash: '', nowMs };
  const written = comparePeopleUnder({ ...edit, before, after });
  const observed = { before: asIfWritten(before), after: asIfWritten(after) };
  const seen = comparePeopleUnder({ ...edit, ...observed });
  const conflicts: NewConflict[] = [];
  const unmanaged = new Map<string, number>();
  const people = peopleOf(workers);
  for (const [index, [key, { who, ledger }]] of [...people].entries()) {
    const had = personAccess(ledger, before, nowMs).reasons;
    const has = personAccess(ledger, after, nowMs).reasons;
    const applied = membershipsOf(had, before);
    written.note(key, { ...ledger, applied });
    if (!isSameGroups(had, has)) seen.note(key, { ...ledger, applied: membershipsOf(had, observed.before) });
    conflicts.push(...conflictsIn(has, had, after).map((groups) => ({ ...who, groups })));
    for (const { groupName } of applied)
      if (groupPolicyOf(after, groupName) === undefined)
        unmanaged.set(groupName, (unmanaged.get(groupName) ?? 0) + 1);
    onPerson(index + 1);
  }
  const changes = changesOf(
    people,
    { written: written.changes(), seen: seen.changes() },
    { before, after, nowMs },
  );
  const { emptied } = written.plan();
  const isAnyNew = [...after.groups.keys()].some((name) => !before.groups.has(name));
  const linesLost = new Set(changes.flatMap(({ loses }) => loses.flatMap(({ lines }) => lines)));
  return {
    people: people.size,
    changes,
    conflicts,
    groups: countsOf(changes),
    emptied: {
      groups: emptied.groups.map((group) => nameIn(group, before)),
      lines: emptied.lines.filter((line) => linesOf(after).has(line) || linesLost.has(line)),
    },
    unmanaged: [...unmanaged].map(([group, count]) => {
      const mayBeRenamed = isAnyNew && before.groups.has(fold(group));
      return { group, people: count, mayBeRenamed };
    }),
  };
}

function isSameGroups(some: readonly Reason[], others: readonly Reason[]): boolean {
  const one = new Set(some.map(({ group }) => group));
  const other = new Set(others.map(({ group }) => group));
  return one.size === other.size && [...one].every((group) => other.has(group));
}

/** What somebody is in who has all that a policy gives, where it is written. */
function membershipsOf(reasons: readonly Reason[], policy: OrganizationPolicy): readonly AppliedMembership[] {
  return [...new Set(reasons.map(({ group }) => group))]
    .filter((group) => groupPolicyOf(policy, group)?.mode !== 'observe')
    .map((group) => ({
      groupId: isPrivilegedByName(group) ? ADMINISTRATORS_GROUP_ID : group,
      groupName: nameIn(group, policy),
      origin: 'applied',
      sinceMs: 0,
      by: 'birthright',
    }));
}

/** An organization in observe is one whose groups all are. */
function groupByGroup(policy: OrganizationPolicy): OrganizationPolicy {
  if (policy.mode === 'enforce') return policy;
  const groups = [...policy.groups].map(([name, group]) => [name, { ...group, mode: 'observe' }] as const);
  return { ...policy, mode: 'enforce', groups: new Map(groups) };
}

function asIfWritten(policy: OrganizationPolicy): OrganizationPolicy {
  return {
    ...policy,
    groups: new Map(
      [...policy.groups].map(([name, group]) => [
        name,
        group.mode === 'observe' ? { ...group, mode: 'additive' } : group,
      ]),
    ),
  };
}

type Compared = ReturnType<ReturnType<typeof comparePeopleUnder>['changes']>;

function changesOf(
  people: ReadonlyMap<string, PersonAsSaid>,
  { written, seen }: Readonly<{ written: Compared; seen: Compared }>,
  { before, after, nowMs }: TriedEdit,
): readonly ChangeOfWorker[] {
  return [...people]
    .filter(([key]) => written.has(key) || seen.has(key))
    .map(([key, { who, ledger }]) => {
      const had = personAccess(ledger, before, nowMs).reasons;
      const has = personAccess(ledger, after, nowMs).reasons;
      const changed = (kind: 'gains' | 'loses'): readonly GroupChange[] => {
        const done = written.get(key)?.[kind] ?? [];
        const [reasons, policy] = kind === 'gains' ? ([has, after] as const) : ([had, before] as const);
        const only = (seen.get(key)?.[kind] ?? []).filter((group) => !done.includes(group));
        return [
          ...done.map((group) => ({ ...byLines(group, reasons, policy), isOnlySeen: false })),
          ...only.map((group) => ({ ...byLines(group, reasons, policy), isOnlySeen: true })),
        ];
      };
      return { ...who, gains: changed('gains'), loses: changed('loses') };
    })
    .toSorted((a, b) => (fold(a.email) < fold(b.email) ? -1 : 1));
}

function conflictsIn(
  has: readonly Reason[],
  had: readonly Reason[],
  policy: OrganizationPolicy,
): readonly (readonly [GroupByLines, GroupByLines])[] {
  return [...new Set(has.map(({ group }) => group))].flatMap((group) =>
    [...new Set(conflictsOf(policy, group, has))]
      // Each pair once.
      .filter((other) => group < other)
      .filter((other) => ![group, other].every((one) => had.some((reason) => reason.group === one)))
      .map((other) => [byLines(group, has, policy), byLines(other, has, policy)] as const),
  );
}

function linesOf({ birthright }: OrganizationPolicy): ReadonlySet<string> {
  return new Set(birthright.map(({ name }) => name));
}
