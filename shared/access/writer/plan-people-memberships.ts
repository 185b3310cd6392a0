import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import {
  addressesOf,
  type AppliedMembership,
  type DirectoryIdentity,
} from '../../domain/ledger/person-ledger';
import { givenNow } from '../../domain/ledger/reasons-of-memberships';
import { isTakenForStanding, whatToTell } from '../../domain/ledger/recorded-membership-changes';
import { fold } from '../../domain/fold';
import { causeOfRemoval } from '../../domain/plan/cause-of-removal';
import { GROUP_NOT_IN_POLICY, isEndedByPolicy } from '../../domain/plan/groups-out-of-policy';
import { causeOfEdit, isEmptying } from '../../domain/plan/guards';
import { ADMINISTRATORS_GROUP_ID } from '../../domain/plan/hard-stops';
import { planMemberships, type GroupCase, type MembershipPlan } from '../../domain/plan/membership-plan';
import { nameInPolicy, namesInLedger, protectedAs } from '../../domain/plan/names-of-group';
import { groupPolicyOf, type OrganizationPolicy } from '../../domain/policy';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { UiPathClient } from '../../uipath/client';
import { countAdministratorsLeft } from './count-administrators-left';
import { findSharing, keptByOthers, type KeptByOthersDeps } from './memberships-kept-by-others';
import type { OpenAdditions, PersonWork } from './load-person';
import type { GroupInUiPath } from './memoize-groups-by-name';
import {
  candidatesOf,
  readMemberships,
  type GroupCandidates,
  type Memberships,
  type ReadMembershipsDeps,
} from './read-memberships';
import type { UiPathInLane } from './uipath-in-lane';
import type { ContainedDeps } from './containment';
import { groupUnit, personUnit } from './person-and-group-units';

type AddedByOpenCallsDeps = ContainedDeps &
  Readonly<{ ledger: Pick<LedgerStore, 'evidence'>; openAdditions: OpenAdditions }>;

export type PlanPeopleMembershipsDeps = ReadMembershipsDeps &
  KeptByOthersDeps &
  AddedByOpenCallsDeps &
  Readonly<{
    organization: OrganizationPolicy;
    /** The version that the run works under. */
    policyHash: string;
    clock: Pick<Clock, 'now'>;
    /** Client ids of this application. */
    ownIds: ReadonlySet<string>;
    uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'listMembers'> }>;
  }>;

/** A plan, and the people of whom a part could not be planned now: their marks stay. */
export type PeoplePlan = Readonly<{ plan: MembershipPlan; deferred: ReadonlySet<string> }>;

/**
 * Plans the memberships of people: have is read from UiPath, for these people and their groups only; want is the ledger's. A
 * group or a person that cannot be read is left out, with a backoff of its own. `leavingBefore`: whom earlier passes take out of
 * Administrators, by member id.
 */
export async function planPeopleMemberships(
  deps: PlanPeopleMembershipsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
  leavingBefore: ReadonlySet<string> = new Set(),
): Promise<PeoplePlan> {
  const deferred = new Set<string>();
  const found = candidatesOf(people, identities);
  const { groups, have } = await readMemberships(deps, lane, found, deferred);
  const sharing = await findSharing(deps, found);
  const open = await addedByOpenCalls(deps, groups, have, deferred);
  const appliedIn = (groupId: string, { subject, stored }: PersonWork): AppliedMembership | undefined =>
    open.memberships.get(`${groupId}/${subject.key}`) ??
    stored.value.applied.find((membership) => membership.groupId === groupId);
  const named = groups.length === 0 ? new Map<string, []>() : await deps.groupsByName(lane);
  const namesKnown = ({ groupId }: GroupInUiPath, person: PersonWork): readonly string[] => {
    const { applied, grants } = person.stored.value;
    const row = appliedIn(groupId, person);
    return namesInLedger({ applied: row === undefined ? applied : [row], grants }, groupId, named);
  };
  const knownAs = new Map(
    groups.map(({ group, candidates }) => {
      const names = candidates.flatMap(({ person }) => namesKnown(group, person));
      return [group.groupId, nameInPolicy(deps.organization, group, names)];
    }),
  );
  /** Reasons go by the name that the policy has, or that the person's ledger has for the group. */
  const nameWanted = (person: PersonWork, group: GroupInUiPath): string => {
    const known = knownAs.get(group.groupId) ?? group.name;
    const names = [group.name, known, ...namesKnown(group, person)].map(fold);
    return names.find((name) => person.wanted.has(name)) ?? fold(known);
  };
  const isWanted = (person: PersonWork, group: GroupInUiPath): boolean =>
    person.wanted.has(nameWanted(person, group));
  const modeOf = (group: GroupInUiPath): GroupCase['mode'] =>
    groupPolicyOf(deps.organization, knownAs.get(group.groupId) ?? group.name)?.mode ?? 'unmanaged';
  const lossOf = (person: PersonWork, group: GroupInUiPath) => ({
    applied: appliedIn(group.groupId, person),
    names: [group.name, knownAs.get(group.groupId) ?? group.name, ...namesKnown(group, person)],
  });
  const kept = await keptByOthers(deps, lane, { groups, have, isWanted }, deferred);
  const cases = groups.map(({ group, candidates }): GroupCase => ({
    groupId: group.groupId,
    name: group.name,
    knownAs: knownAs.get(group.groupId),
    mode: modeOf(group),
    cases: candidates
      .filter(({ memberId }) => !kept.unknown.has(memberId))
      .filter(({ person }) => {
        const key = `${group.groupId}/${person.subject.key}`;
        return !kept.openNow.has(key) && !open.unknown.has(key);
      })
      .filter(({ person, memberId }) => {
        if (isWanted(person, group)) {
          const isMore = have.get(group.groupId)?.has(memberId) !== true;
          return !(isMore && (person.isOnlyTaken === true || sharing.has(person.subject.key)));
        }
        return person.keptInDoubt?.has(nameWanted(person, group)) !== true;
      })
      .map(({ person, memberId }) => {
        const { stored, wanted, access, subject } = person;
        const name = nameWanted(person, group);
        const loss = lossOf(person, group);
        const isByPolicy = modeOf(group) === 'unmanaged' && isEndedByPolicy(loss.applied, access, loss.names);
        return {
          personKey: subject.key,
          addresses: addressesOf(stored.value),
          memberId,
          want: wanted.has(name),
          have: have.get(group.groupId)?.has(memberId) === true,
          leaving: access.employment === 'left',
          applied: appliedIn(group.groupId, person),
          keptByOther: kept.memberships.has(`${group.groupId}/${subject.key}`),
          why: isByPolicy ? [GROUP_NOT_IN_POLICY, ...reasonsOf(person, name)] : whyOf(person, name),
          cause: wanted.has(name) ? causeOf(person) : causeOfLoss(deps, person, loss),
        };
      }),
  }));
  const { counted, left } = await countAdministrators(deps, lane, { cases, leavingBefore }, deferred);
  const plan = planMemberships(counted, {
    ownIds: deps.ownIds,
    protectedIds: deps.organization.protectedPrincipals,
    protectedMembers: new Map(
      groups.map(({ group }) => {
        const known = knownAs.get(group.groupId) ?? group.name;
        return [group.groupId, protectedAs(deps.organization, group.groupId, known, named)];
      }),
    ),
    administratorsLeft: left,
  });
  return { plan, deferred };
}

/** Where the administrators cannot be counted, nobody is planned into or out of their group. */
async function countAdministrators(
  deps: PlanPeopleMembershipsDeps,
  lane: Lane,
  { cases, leavingBefore }: Readonly<{ cases: readonly GroupCase[]; leavingBefore: ReadonlySet<string> }>,
  deferred: Set<string>,
): Promise<Readonly<{ counted: readonly GroupCase[]; left: number }>> {
  try {
    const { groups } = deps.uipath[lane];
    return { counted: cases, left: await countAdministratorsLeft(groups, cases, leavingBefore) };
  } catch (error) {
    const group = { groupId: ADMINISTRATORS_GROUP_ID, name: 'Administrators' };
    await deps.units.fail(groupUnit(group), error);
    const theirs = cases.filter(({ groupId }) => groupId === ADMINISTRATORS_GROUP_ID);
    for (const { personKey } of theirs.flatMap((one) => one.cases)) deferred.add(personKey);
    return { counted: cases.filter((one) => !theirs.includes(one)), left: 0 };
  }
}

/**
 * Memberships that UiPath shows and an open call added, keyed `<group id>/<person key>`, unless the evidence says that they were
 * undone since: the ledger may say nothing of them, or that they stood before. Where that cannot be read, nothing is planned for
 * the person in that group. A leaver loses them whoever added them.
 */
async function addedByOpenCalls(
  deps: AddedByOpenCallsDeps,
  groups: readonly GroupCandidates[],
  have: Memberships['have'],
  deferred: Set<string>,
): Promise<Readonly<{ memberships: ReadonlyMap<string, AppliedMembership>; unknown: ReadonlySet<string> }>> {
  const memberships = new Map<string, AppliedMembership>();
  const unknown = new Set<string>();
  const asked = groups.flatMap(({ group: { groupId }, candidates }) =>
    candidates.flatMap(({ person: { subject, stored, access }, memberId }) => {
      const { reasons } = access;
      if (access.employment === 'left' || have.get(groupId)?.has(memberId) !== true) return [];
      const known = stored.value.applied.find((membership) => membership.groupId === groupId);
      const calls = deps.openAdditions
        .of(subject.key)
        .filter(
          (call) => call.groupId === groupId && (known === undefined || isTakenForStanding(known, call)),
        );
      return calls.length === 0 ? [] : [{ groupId, subject, calls, reasons }];
    }),
  );
  await mapConcurrently(asked, STORAGE_WIDTH, async ({ groupId, subject, calls, reasons }) => {
    try {
      const { records } = await deps.ledger.evidence(subject);
      const call = calls.find(
        (one) => whatToTell(records, one, 'add', { shows: 'before', isInLedger: false }) === 'change',
      );
      if (call === undefined) return;
      const { groupName, startedAtMs: sinceMs } = call;
      const by = givenNow(reasons, groupName);
      memberships.set(`${groupId}/${subject.key}`, { groupId, groupName, origin: 'applied', sinceMs, by });
    } catch (error) {
      await deps.units.fail(personUnit(subject.key), error);
      deferred.add(subject.key);
      unknown.add(`${groupId}/${subject.key}`);
    }
  });
  return { memberships, unknown };
}

function reasonsOf(person: PersonWork, group: string): readonly string[] {
  return person.access.reasons
    .filter((reason) => reason.group === group)
    .map((reason) =>
      reason.kind === 'birthright' ? `birthright:${reason.line}` : `grant:${reason.requestId}`,
    );
}

function whyOf(person: PersonWork, group: string): readonly string[] {
  const reasons = reasonsOf(person, group);
  if (reasons.length > 0) return reasons;
  return [person.access.employment === 'left' ? 'left' : 'no-reason'];
}

/** A leaver goes by their leaving, whatever else they are marked for. */
function causeOf({ mark, access }: PersonWork): string | undefined {
  return mark !== undefined && access.employment === 'left' && isEmptying(mark.cause) ? 'time' : mark?.cause;
}

/** What ends with a group that the version in force does not name is held however few it is, whatever word led to the person. */
function causeOfLoss(
  { organization, policyHash, clock }: PlanPeopleMembershipsDeps,
  person: PersonWork,
  loss: Parameters<typeof causeOfRemoval>[1],
): string | undefined {
  const { mark, access } = person;
  const isMarked = mark !== undefined && isEmptying(mark.cause);
  const byPolicy = isMarked ? mark.cause : causeOfEdit(policyHash, true);
  const who = { ledger: person.stored.value, access, cause: causeOf(person), byPolicy };
  return causeOfRemoval(who, loss, organization, clock.now());
}
