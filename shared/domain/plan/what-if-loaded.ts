import type { ExportedPerson, ExportedSnapshot } from '../desk/exported-snapshot';
import { fold } from '../fold';
import { personAccess, type Reason } from '../ledger/person-access';
import { groupPolicyOf, protectedIn, type OrganizationPolicy } from '../policy';
import { ADMINISTRATORS_GROUP_ID } from './hard-stops';
import { planMemberships, type GroupCase, type MembershipCase } from './membership-plan';
import {
  byLines,
  countsOf,
  peopleOf,
  type ChangeOfWorker,
  type GroupChange,
  type GroupCounts,
  type WorkerAsSaid,
} from './people-as-said';
import {
  accountOf,
  accountsOfSnapshot,
  groupsOfPolicy,
  peopleByAddress,
  type Accounts,
  type KnownGroup,
  type UnknownGroup,
} from './snapshot-look-up';

type NamedWorker = Readonly<{ email: string; name: string | undefined }>;

/** What would happen if HR said today that exactly these people work, and the writer then ran. Names are in order. */
export type WhatIfLoaded = Readonly<{
  people: number;
  changes: readonly ChangeOfWorker[];
  groups: readonly GroupCounts[];
  /** People of the file for whom UiPath has no account, or several: what they are to get waits for one. */
  withoutAccount: readonly NamedWorker[];
  /** Addresses of people who work by the ledger and are not in the file: nothing is done to them. */
  notInFile: readonly string[];
  /** Groups of the policy that UiPath does not have, or has twice, or whose members were not read: nothing is said of them. */
  unknownGroups: readonly UnknownGroup[];
  /** Members of groups of the policy who have no reason, so far as is known, and stay: nobody is taken out whom no reason ever gave. */
  withoutReason: ReadonlyArray<Readonly<{ group: string; members: number }>>;
}>;

type Loading = Readonly<{ snapshot: ExportedSnapshot; policy: OrganizationPolicy; nowMs: number }>;

/** Plans with the planner of the writer, over what UiPath had and what the ledger knew when the snapshot was exported. */
export function whatIfLoaded(
  workers: readonly WorkerAsSaid[],
  { snapshot, policy, nowMs }: Loading,
  onPerson: (looked: number) => void = () => undefined,
): WhatIfLoaded {
  const { known: groups, unknownGroups } = groupsOfPolicy(snapshot, policy);
  const nameById = new Map([...groups].map(([name, { id }]) => [id, name]));
  const accounts = accountsOfSnapshot(snapshot);
  const ledger = peopleByAddress(snapshot);
  const people = peopleOf(workers);
  const cases = new Map<string, MembershipCase[]>([...groups.values()].map(({ id }) => [id, []]));
  const reasonsOf = new Map<string, readonly Reason[]>();
  const seen = new Set<ExportedPerson>();
  const held = new Set<string>();
  const withoutAccount: NamedWorker[] = [];
  const kept = new Map<string, Set<number>>([...groups.values()].map(({ id }) => [id, new Set()]));
  for (const [index, [key, { who, ledger: said }]] of [...people].entries()) {
    onPerson(index + 1);
    const { email } = who;
    const known = ledger.get(fold(email));
    if (known !== undefined) seen.add(known);
    const addresses = known === undefined ? [email] : [email, ...known.addresses];
    const account = accountOf(known, addresses, accounts);
    const { reasons } = personAccess(said, policy, nowMs);
    if (account === undefined) {
      withoutAccount.push(who);
      continue;
    }
    const wanted = new Set([...reasons.map(({ group }) => group), ...(known?.grants ?? []).map(fold)]);
    const applied = new Map(known?.memberships.map((one) => [one.groupId, one]));
    const concerned = new Set([...wanted, ...[...applied.keys()].map((id) => nameById.get(id) ?? '')]);
    for (const name of concerned) {
      const group = groups.get(name);
      if (group === undefined) continue;
      kept.get(group.id)?.add(account.index);
      const [want, have] = [wanted.has(name), group.members.has(account.index)];
      // What is as it is to be keeps another address of the same account there, and is no change.
      if (want && have) held.add(`${group.id}/${account.id}`);
      if (want === have) continue;
      const membership = applied.get(group.id);
      reasonsOf.set(key, reasons);
      cases.get(group.id)?.push({
        personKey: key,
        addresses,
        memberId: account.id,
        want,
        have,
        leaving: false,
        applied: membership && { ...membership, groupName: group.name, sinceMs: 0 },
        why: [],
      });
    }
  }
  const changes = changesOf(toPlan(groups, { cases, held }, policy), { people, reasonsOf, policy });
  const missing = snapshot.people.filter((one) => !seen.has(one) && one.employment !== 'left');
  for (const one of snapshot.people) noteKept(one, { groups, kept, accounts, policy });
  return {
    people: people.size,
    changes,
    groups: countsOf(changes),
    withoutAccount: withoutAccount.toSorted(byEmail),
    notInFile: missing.map(({ addresses }) => addresses[0] ?? '').toSorted(),
    unknownGroups,
    withoutReason: [...groups.values()]
      .map(({ id, name, members }) => ({
        group: name,
        members: [...members].filter((member) => kept.get(id)?.has(member) !== true).length,
      }))
      .filter(({ members }) => members > 0),
  };
}

/** Whoever the ledger knows in a group, or has a grant for it, is there for a reason, or was. */
function noteKept(
  { accountId, memberships, grants, addresses }: ExportedPerson,
  {
    groups,
    kept,
    accounts,
    policy,
  }: Readonly<{
    groups: ReadonlyMap<string, KnownGroup>;
    kept: ReadonlyMap<string, Set<number>>;
    accounts: Accounts;
    policy: OrganizationPolicy;
  }>,
): void {
  const account =
    accountId === null
      ? accounts.byAddress.get(fold(addresses[0] ?? ''))
      : accounts.byId.get(accountId.toLowerCase());
  if (account === undefined || account === null) return;
  for (const { groupId } of memberships) kept.get(groupId)?.add(account.index);
  for (const name of grants) {
    if (groupPolicyOf(policy, name) === undefined) continue;
    const group = groups.get(fold(name));
    if (group !== undefined) kept.get(group.id)?.add(account.index);
  }
}

/** What differs, by group id, and `group id/account` of whoever has what they are to have. */
type Changing = Readonly<{
  cases: ReadonlyMap<string, readonly MembershipCase[]>;
  held: ReadonlySet<string>;
}>;

/** As if all were written: what is only observed is told apart afterwards. */
function toPlan(
  groups: ReadonlyMap<string, KnownGroup>,
  { cases, held }: Changing,
  policy: OrganizationPolicy,
): ReturnType<typeof planMemberships> {
  const known = [...groups.values()];
  const groupCases = known.map(({ id, name }): GroupCase => {
    const mode = groupPolicyOf(policy, name)?.mode ?? 'observe';
    return {
      groupId: id,
      name,
      mode: mode === 'observe' ? 'additive' : mode,
      cases: withOthers(cases.get(id) ?? [], (memberId) => held.has(`${id}/${memberId}`)),
    };
  });
  const administrators = known.find(({ id }) => id === ADMINISTRATORS_GROUP_ID)?.members.size;
  const outOfThem = (cases.get(ADMINISTRATORS_GROUP_ID) ?? []).filter(({ want, have }) => have && !want);
  return planMemberships(groupCases, {
    ownIds: new Set(),
    protectedIds: policy.protectedPrincipals,
    protectedMembers: new Map(
      known.map(({ id, name }) => [id, protectedIn(policy, { groupId: id, name })] as const),
    ),
    administratorsLeft: (administrators ?? Infinity) - outOfThem.length,
  });
}

/** Two addresses of a file may be of one account: what either is to have it keeps. */
function withOthers(
  cases: readonly MembershipCase[],
  isHeld: (memberId: string) => boolean,
): readonly MembershipCase[] {
  return cases.map((one) => (one.want || !isHeld(one.memberId) ? one : { ...one, keptByOther: true }));
}

function changesOf(
  { groups }: ReturnType<typeof planMemberships>,
  {
    people,
    reasonsOf,
    policy,
  }: Readonly<{
    people: ReturnType<typeof peopleOf>;
    reasonsOf: ReadonlyMap<string, readonly Reason[]>;
    policy: OrganizationPolicy;
  }>,
): readonly ChangeOfWorker[] {
  const byPerson = new Map<string, { gains: GroupChange[]; loses: GroupChange[] }>();
  for (const { name, decided } of groups) {
    const isOnlySeen = policy.mode === 'observe' || groupPolicyOf(policy, name)?.mode === 'observe';
    for (const { personKey, decision } of decided) {
      if (decision !== 'add' && decision !== 'remove') continue;
      const change = byPerson.get(personKey) ?? { gains: [], loses: [] };
      byPerson.set(personKey, change);
      const lines = byLines(fold(name), reasonsOf.get(personKey) ?? [], policy);
      (decision === 'add' ? change.gains : change.loses).push({ ...lines, isOnlySeen });
    }
  }
  return [...byPerson]
    .flatMap(([key, { gains, loses }]) => {
      const who = people.get(key)?.who;
      return who === undefined
        ? []
        : [{ ...who, gains: gains.toSorted(byGroup), loses: loses.toSorted(byGroup) }];
    })
    .toSorted(byEmail);
}

function byEmail(a: Readonly<{ email: string }>, b: Readonly<{ email: string }>): number {
  return fold(a.email) < fold(b.email) ? -1 : 1;
}

function byGroup(a: GroupChange, b: GroupChange): number {
  return fold(a.group) < fold(b.group) ? -1 : 1;
}
