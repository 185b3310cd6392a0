import type { Lane } from '../../domain/lane';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
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
const READ_WIDTH = 6;

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

/**
 * Leavers are looked up person by person (1 POST for 200 groups): only what they have, or had by the ledger, is theirs to lose.
 * The others are looked up group by group (1 POST for 200 people). Whoever there is no time for is deferred.
 */
export async function readMemberships(
  deps: ReadMembershipsDeps,
  lane: Lane,
  candidates: readonly Candidate[],
  deferred: Set<string>,
): Promise<Memberships> {
  const groups = new Map<string, { group: GroupInUiPath; candidates: Candidate[] }>();
  const have = new Map<string, Set<string>>();
  const add = (group: GroupInUiPath, candidate: Candidate): void => {
    if (group.groupId === EVERYONE_GROUP_ID) return;
    const entry = groups.get(group.groupId) ?? { group, candidates: [] };
    entry.candidates.push(candidate);
    groups.set(group.groupId, entry);
  };
  const isLeaver = ({ person }: Candidate): boolean => person.access.employment === 'left';
  for (const candidate of candidates)
    if (!isLeaver(candidate)) for (const group of candidate.person.examine.values()) add(group, candidate);
  const { groups: groupCalls, directory } = deps.uipath[lane];

  const waits = ({ group, candidates: asked }: GroupCandidates): void => {
    for (const { person } of asked) deferred.add(person.subject.key);
    groups.delete(group.groupId);
  };
  await mapConcurrently([...groups.values()], READ_WIDTH, async (entry) => {
    const { groupId } = entry.group;
    if (deps.isTimeUp() || deps.units.isWaiting(groupUnit(entry.group))) return waits(entry);
    try {
      const ids = entry.candidates.map(({ memberId }) => memberId);
      have.set(groupId, new Set(await groupCalls.checkMembers(groupId, ids)));
      deps.units.noteAnswer();
    } catch (error) {
      await deps.units.fail(groupUnit(entry.group), error);
      waits(entry);
    }
  });

  await mapConcurrently(candidates.filter(isLeaver), READ_WIDTH, async (candidate) => {
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
        add(group, candidate);
        if (within.has(groupId)) have.set(groupId, (have.get(groupId) ?? new Set()).add(memberId));
      }
    } catch (error) {
      await deps.units.failAlone(personUnit(subject.key), error);
      deferred.add(subject.key);
    }
  });
  return { groups: [...groups.values()], have };
}
