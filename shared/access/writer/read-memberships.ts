import type { Lane } from '../../domain/lane';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
import { errorCodeOf } from '../../errors';
import { mapConcurrently } from '../../map-concurrently';
import type { UiPathClient } from '../../uipath/client';
import type { PersonWork } from './load-person';
import type { GroupInUiPath } from './memoize-groups-by-name';
import type { TimeBudget } from './time-budget-interface';
import type { UiPathInLane } from './uipath-in-lane';
import { groupUnit, personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

export type ReadMembershipsDeps = ContainedDeps &
  TimeBudget &
  Readonly<{
    uipath: UiPathInLane<{
      groups: Pick<UiPathClient['groups'], 'checkMembers'>;
      directory: Pick<UiPathClient['directory'], 'groupMembership'>;
    }>;
  }>;

/** A person whose directory id is known. */
export type Candidate = Readonly<{ person: PersonWork; memberId: string }>;
/** A group with the people of whom it matters whether they are in it. */
export type GroupCandidates = Readonly<{ group: GroupInUiPath; candidates: readonly Candidate[] }>;

/** Look-ups in UiPath at the same time. */
export const READ_WIDTH = 6;

export function candidatesOf(
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
): readonly Candidate[] {
  return people.flatMap((person) => {
    const identity = identities.get(person.subject.key);
    return identity?.kind === 'resolved' ? [{ person, memberId: identity.id }] : [];
  });
}

export type Memberships = Readonly<{
  groups: readonly GroupCandidates[];
  /** Members by group id, of those asked about. */
  have: ReadonlyMap<string, ReadonlySet<string>>;
}>;

/** A group to be looked up: `candidates` are cases whatever it says, `leavers` where they are in it, or were by the ledger. */
type AskedGroup = GroupCandidates & Readonly<{ candidates: Candidate[]; leavers: Candidate[] }>;

/**
 * People are looked up group by group (1 POST for 200 people), and leavers person by person (1 POST for 200 groups) unless there are
 * so many that groups cost less: only what they have, or had by the ledger, is theirs to lose. Whoever there is no time for is
 * deferred.
 */
export async function readMemberships(
  deps: ReadMembershipsDeps,
  lane: Lane,
  candidates: readonly Candidate[],
  deferred: Set<string>,
): Promise<Memberships> {
  const groups = new Map<string, AskedGroup>();
  const have = new Map<string, Set<string>>();
  const entryOf = (group: GroupInUiPath): AskedGroup => {
    const entry = groups.get(group.groupId) ?? { group, candidates: [], leavers: [] };
    if (group.groupId !== EVERYONE_GROUP_ID) groups.set(group.groupId, entry);
    return entry;
  };
  const { single, many } = divideLeavers(deps, candidates.filter(isLeaver));
  for (const candidate of candidates)
    if (!isLeaver(candidate))
      for (const group of candidate.person.examine.values()) entryOf(group).candidates.push(candidate);
  for (const candidate of many)
    for (const group of candidate.person.examine.values()) entryOf(group).leavers.push(candidate);
  const { groups: groupCalls, directory } = deps.uipath[lane];

  const waits = ({ group, candidates: asked, leavers }: AskedGroup): void => {
    for (const { person } of [...asked, ...leavers]) deferred.add(person.subject.key);
    groups.delete(group.groupId);
  };
  await mapConcurrently([...groups.values()], READ_WIDTH, async (entry) => {
    const { groupId } = entry.group;
    if (deps.isTimeUp() || deps.units.isWaiting(groupUnit(entry.group))) return waits(entry);
    try {
      const people = [...entry.candidates, ...entry.leavers];
      const { members, failed } = await askTogetherOrEach(groupId, people, groupCalls);
      for (const [{ person, memberId }, error] of failed) {
        await deps.units.failAlone(personUnit(person.subject.key), error);
        deferred.add(person.subject.key);
        for (const asked of [entry.candidates, entry.leavers])
          asked.splice(0, asked.length, ...asked.filter((one) => one.memberId !== memberId));
      }
      have.set(groupId, new Set(members));
      for (const leaver of entry.leavers.splice(0))
        if (members.has(leaver.memberId) || isKnownIn(leaver, groupId)) entry.candidates.push(leaver);
      deps.units.noteAnswer();
    } catch (error) {
      await deps.units.fail(groupUnit(entry.group), error);
      waits(entry);
    }
  });

  await mapConcurrently(single, READ_WIDTH, async (candidate) => {
    const { person, memberId } = candidate;
    const { examine, stored, subject } = person;
    if (deps.units.isAway() || deps.isTimeUp()) {
      deferred.add(subject.key);
      return;
    }
    try {
      const within = await directory.groupMembership(memberId, [...examine.keys()]);
      deps.units.noteAnswer();
      const known = stored.value.applied.map(({ groupId }) => groupId);
      for (const groupId of new Set([...within, ...known])) {
        const group = examine.get(groupId);
        if (group === undefined) continue;
        if (deps.units.isWaiting(groupUnit(group))) {
          deferred.add(subject.key);
          continue;
        }
        entryOf(group).candidates.push(candidate);
        if (within.has(groupId)) have.set(groupId, (have.get(groupId) ?? new Set()).add(memberId));
      }
    } catch (error) {
      await deps.units.failAlone(personUnit(subject.key), error);
      deferred.add(subject.key);
    }
  });
  return { groups: [...groups.values()].filter((entry) => entry.candidates.length > 0), have };
}

/** Asks for members of a group; where UiPath refuses the ids, one by one. A group of which it refuses each is at fault itself. */
async function askTogetherOrEach(
  groupId: string,
  people: readonly Candidate[],
  { checkMembers }: Pick<UiPathClient['groups'], 'checkMembers'>,
): Promise<Readonly<{ members: ReadonlySet<string>; failed: ReadonlyMap<Candidate, unknown> }>> {
  const failed = new Map<Candidate, unknown>();
  try {
    return {
      members: await checkMembers(
        groupId,
        people.map(({ memberId }) => memberId),
      ),
      failed,
    };
  } catch (error) {
    if (errorCodeOf(error) !== 'uipath-rejected' || people.length === 1) throw error;
    const members = new Set<string>();
    await mapConcurrently(people, READ_WIDTH, async (one) => {
      try {
        for (const id of await checkMembers(groupId, [one.memberId])) members.add(id);
      } catch (alone) {
        failed.set(one, alone);
      }
    });
    if (failed.size === people.length) throw error;
    return { members, failed };
  }
}

function isLeaver({ person }: Candidate): boolean {
  return person.access.employment === 'left';
}

function isKnownIn({ person }: Candidate, groupId: string): boolean {
  return person.stored.value.applied.some((membership) => membership.groupId === groupId);
}

/** Ids in one look-up, of groups as of people. */
const IDS_TOGETHER = 200;

/**
 * Leavers with the same groups to look at are `many` where a look-up of each group costs fewer calls than one of each leaver. Not
 * where one of the groups fails: it would keep all of them back, also those who are not in it.
 */
function divideLeavers(
  { units }: ContainedDeps,
  leavers: readonly Candidate[],
): Readonly<{ single: readonly Candidate[]; many: readonly Candidate[] }> {
  const alike = new Map<PersonWork['examine'], Candidate[]>();
  for (const leaver of leavers) {
    const same = alike.get(leaver.person.examine) ?? [];
    same.push(leaver);
    alike.set(leaver.person.examine, same);
  }
  const single: Candidate[] = [];
  const many: Candidate[] = [];
  for (const [examine, same] of alike) {
    const byGroup = examine.size * Math.ceil(same.length / IDS_TOGETHER);
    const byPerson = same.length * Math.ceil(examine.size / IDS_TOGETHER);
    const areMany =
      byGroup < byPerson && ![...examine.values()].some((group) => units.isFailing(groupUnit(group)));
    for (const leaver of same) (areMany ? many : single).push(leaver);
  }
  return { single, many };
}
