import { askInHalves } from '../../ask-in-halves';
import { inTurn } from '../../domain/in-turn';
import type { Lane } from '../../domain/lane';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
import { errorCodeOf } from '../../errors';
import { mapConcurrently } from '../../map-concurrently';
import type { UiPathClient } from '../../uipath/client';
import type { WriterFence } from './lease-and-fence-interface';
import type { PersonWork } from './load-person';
import type { GroupInUiPath } from './memoize-groups-by-name';
import { paceOf, type TimeBudget } from './time-budget-interface';
import type { UiPathInLane } from './uipath-in-lane';
import { groupUnit, personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

export type ReadMembershipsDeps = ContainedDeps &
  TimeBudget &
  Pick<WriterFence, 'fence'> &
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
type AskedGroup = Readonly<{ group: GroupInUiPath; candidates: Candidate[]; leavers: Candidate[] }>;

/**
 * People are looked up group by group (1 POST for 200 people), and leavers person by person (1 POST for 200 groups) unless there are
 * so many that groups cost less: only what they have, or had by the ledger, is theirs to lose. So many at a time are looked up in
 * all groups before the next; those for whom all groups would outlast the time are looked up person by person, so that each run
 * comes to the end with some. Whoever there is no time for is deferred, and planned for the groups that were read.
 */
export async function readMemberships(
  deps: ReadMembershipsDeps,
  lane: Lane,
  candidates: readonly Candidate[],
  deferred: Set<string>,
): Promise<Memberships> {
  const found = new Map<string, Readonly<{ group: GroupInUiPath; candidates: Set<Candidate> }>>();
  const have = new Map<string, Set<string>>();
  const note = (group: GroupInUiPath, people: readonly Candidate[], members: Iterable<string>): void => {
    const { groupId } = group;
    const entry = found.get(groupId) ?? { group, candidates: new Set() };
    for (const one of people) entry.candidates.add(one);
    found.set(groupId, entry);
    const known = have.get(groupId) ?? new Set();
    for (const memberId of members) known.add(memberId);
    have.set(groupId, known);
  };
  const defer = (people: readonly Candidate[]): void => {
    for (const { person } of people) deferred.add(person.subject.key);
  };
  const { groups: groupCalls, directory } = deps.uipath[lane];

  const askGroup = async ({ group, candidates: others, leavers }: AskedGroup): Promise<void> => {
    const people = [...others, ...leavers];
    if (deps.isTimeUp() || deps.units.isWaiting(groupUnit(group))) return defer(people);
    try {
      const members = new Set<string>();
      const unknown = new Set<Candidate>();
      const wasRefused = ({ person }: Candidate): boolean =>
        deps.units.isFailing(personUnit(person.subject.key));
      const apart = [people.filter((one) => !wasRefused(one)), people.filter(wasRefused)];
      const left = await askInHalves(apart, READ_WIDTH, {
        wasRefused,
        ask: async (part) => {
          const ids = part.map(({ memberId }) => memberId);
          for (const id of await groupCalls.checkMembers(group.groupId, ids)) members.add(id);
        },
        isRefusal: (error) => errorCodeOf(error) === 'uipath-rejected',
        isTimeUp: deps.isTimeUp,
        tell: async (one, error) => {
          unknown.add(one);
          await deps.units.failAlone(personUnit(one.person.subject.key), error);
        },
      });
      for (const one of left) unknown.add(one);
      defer([...unknown]);
      const isCase = (leaver: Candidate): boolean =>
        members.has(leaver.memberId) || isKnownIn(leaver, group.groupId);
      const cases = [...others, ...leavers.filter(isCase)].filter((one) => !unknown.has(one));
      note(group, cases, members);
      deps.units.noteAnswer();
    } catch (error) {
      await deps.units.fail(groupUnit(group), error);
      defer(people);
    }
  };
  const askPerson = async (candidate: Candidate): Promise<void> => {
    const { person, memberId } = candidate;
    const { examine, stored, subject } = person;
    if (deps.units.isAway() || deps.isTimeUp()) return defer([candidate]);
    try {
      const within = await directory.groupMembership(memberId, idsOf(examine));
      deps.units.noteAnswer();
      const known = stored.value.applied.map(({ groupId }) => groupId);
      for (const groupId of new Set([...within, ...known])) {
        const group = examine.get(groupId);
        if (group === undefined || groupId === EVERYONE_GROUP_ID) continue;
        if (deps.units.isWaiting(groupUnit(group))) defer([candidate]);
        else note(group, [candidate], within.has(groupId) ? [memberId] : []);
      }
    } catch (error) {
      await deps.units.failAlone(personUnit(subject.key), error);
      defer([candidate]);
    }
  };

  const { single, many } = divideLeavers(deps, candidates.filter(isLeaver));
  const oneByOne = [...single];
  const pace = paceOf(deps, READ_WIDTH);
  let others = candidates.filter((one) => !isLeaver(one));
  for (const leavers of many.length > 0 ? many : [[]]) {
    const asked = byGroup(others, leavers);
    let left = asked.length;
    let hasTime = !isAnyFailing(deps, leavers) && pace.hasTimeFor(left);
    await mapConcurrently(inTurn(asked, deps.fence.token), READ_WIDTH, async (one) => {
      hasTime &&= pace.hasTimeFor(left);
      left -= 1;
      const together = hasTime ? one : { ...one, leavers: [] };
      if (together.candidates.length + together.leavers.length === 0) return;
      await askGroup(together);
      pace.note();
    });
    if (!hasTime) oneByOne.push(...leavers);
    others = [];
  }
  await mapConcurrently(inTheirTurn(deps, oneByOne), READ_WIDTH, askPerson);
  const groups = [...found.values()].map((entry) => ({ ...entry, candidates: [...entry.candidates] }));
  return { groups: groups.filter((entry) => entry.candidates.length > 0), have };
}

const ids = new WeakMap<PersonWork['examine'], readonly string[]>();

/** One frozen list for all the leavers of a run, as they have one map. */
function idsOf(examine: PersonWork['examine']): readonly string[] {
  const known = ids.get(examine) ?? Object.freeze([...examine.keys()]);
  ids.set(examine, known);
  return known;
}

function isLeaver({ person }: Candidate): boolean {
  return person.access.employment === 'left';
}

function isKnownIn({ person }: Candidate, groupId: string): boolean {
  return person.stored.value.applied.some((membership) => membership.groupId === groupId);
}

function byGroup(candidates: readonly Candidate[], leavers: readonly Candidate[]): readonly AskedGroup[] {
  const groups = new Map<string, AskedGroup>();
  const add = (as: 'candidates' | 'leavers', people: readonly Candidate[]): void => {
    for (const one of people)
      for (const group of one.person.examine.values()) {
        if (group.groupId === EVERYONE_GROUP_ID) continue;
        const entry = groups.get(group.groupId) ?? { group, candidates: [], leavers: [] };
        entry[as].push(one);
        groups.set(group.groupId, entry);
      }
  };
  add('candidates', candidates);
  add('leavers', leavers);
  return [...groups.values()];
}

/** Ids in one look-up, of groups as of people. */
const IDS_TOGETHER = 200;

/**
 * Leavers with the same groups to look at are `many`, in parts of one look-up, where a look-up of each group costs fewer calls than
 * one of each leaver. Not where one of the groups fails: it would keep all of them back, also those who are not in it.
 */
function divideLeavers(
  deps: ContainedDeps,
  leavers: readonly Candidate[],
): Readonly<{ single: readonly Candidate[]; many: ReadonlyArray<readonly Candidate[]> }> {
  const alike = new Map<PersonWork['examine'], Candidate[]>();
  for (const leaver of leavers) {
    const same = alike.get(leaver.person.examine) ?? [];
    same.push(leaver);
    alike.set(leaver.person.examine, same);
  }
  const single: Candidate[] = [];
  const many: (readonly Candidate[])[] = [];
  for (const [examine, same] of alike) {
    const parts = Math.ceil(same.length / IDS_TOGETHER);
    const byPerson = same.length * Math.ceil(examine.size / IDS_TOGETHER);
    if (examine.size * parts >= byPerson || isAnyFailing(deps, same)) single.push(...same);
    else
      for (let part = 0; part < parts; part += 1)
        many.push(same.slice(part * IDS_TOGETHER, (part + 1) * IDS_TOGETHER));
  }
  return { single, many };
}

/** Whether one of the groups fails that these people, who have the same, are looked up in. */
function isAnyFailing({ units }: ContainedDeps, [one]: readonly Candidate[]): boolean {
  return [...(one?.person.examine.values() ?? [])].some((group) => units.isFailing(groupUnit(group)));
}

/** In each run another one is first. Whoever has by the ledger only what waits for groups that fail comes last. */
function inTheirTurn(
  { units, fence }: Pick<ReadMembershipsDeps, 'units' | 'fence'>,
  people: readonly Candidate[],
): readonly Candidate[] {
  const first: Candidate[] = [];
  const last: Candidate[] = [];
  for (const one of inTurn(people, fence.token)) {
    const { applied } = one.person.stored.value;
    const waits =
      applied.length > 0 &&
      applied.every(({ groupId, groupName }) => units.isWaiting(groupUnit({ groupId, name: groupName })));
    (waits ? last : first).push(one);
  }
  return [...first, ...last];
}
