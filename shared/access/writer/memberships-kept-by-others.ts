import type { Lane } from '../../domain/lane';
import { isFoundSince } from '../../domain/ledger/found-identity';
import { knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { withToldApart } from '../ledger/with-told-apart';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { Clock } from '../../clock';
import { HOUR_MS } from '../../domain/durations';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import {
  findPeopleOfAccount,
  mayHaveAccount,
  type FindPeopleOfAccountDeps,
  type PersonWork,
} from './load-person';
import type { GroupInUiPath } from './memoize-groups-by-name';
import type { Candidate, GroupCandidates } from './read-memberships';
import { personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

export type KeptByOthersDeps = FindPeopleOfAccountDeps &
  ContainedDeps &
  Readonly<{ changes: Pick<ChangeStore, 'mark'>; clock: Pick<Clock, 'now'> }>;

type PlannedMemberships = Readonly<{
  groups: readonly GroupCandidates[];
  have: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether somebody has a reason for a group of UiPath, whatever its name is by now. */
  isWanted: (person: PersonWork, group: GroupInUiPath) => boolean;
}>;

type KeptByOthers = Readonly<{
  /** `<group id>/<person key>` */
  memberships: ReadonlySet<string>;
  /** The same, of whoever has a reason again since they were read, and of whom only somebody not looked up yet keeps: planned anew. */
  openNow: ReadonlySet<string>;
  /** Directory ids of which nobody can tell now. */
  unknown: ReadonlySet<string>;
}>;

/** So long a removal waits for somebody whose look-up fails, and whose the account may be. */
const KEEPER_WAIT_MS = HOUR_MS;

/**
 * Memberships to be removed for which another person with the same account has a reason: whoever left may be that person
 * under an earlier address. Of a leaver's account that somebody else has by now, that is all of them. Where that cannot be read, nothing is planned for the account. Whoever was told apart and is not looked up
 * yet may have the account: the removal waits for that, and goes ahead where it fails for an hour.
 */
export async function keptByOthers(
  deps: KeptByOthersDeps,
  lane: Lane,
  { groups, have, isWanted }: PlannedMemberships,
  deferred: Set<string>,
): Promise<KeptByOthers> {
  const goes = new Map<string, RemovalOfPerson[]>();
  for (const { group, candidates } of groups)
    for (const { person, memberId } of candidates) {
      if (have.get(group.groupId)?.has(memberId) !== true || isWanted(person, group)) continue;
      goes.set(memberId, [...(goes.get(memberId) ?? []), { group, person }]);
    }
  const [memberships, openNow, unknown] = [new Set<string>(), new Set<string>(), new Set<string>()];
  await mapConcurrently([...goes], STORAGE_WIDTH, async ([memberId, left]) => {
    try {
      const people = await findPeopleOfAccount(deps, lane, memberId, mayHaveHadAccount);
      for (const removal of left) {
        const { group, person } = removal;
        const others = people.filter(
          (one) => person.isOneWith?.has(one.subject.key) !== true && mayBeTheirs(one, person, memberId),
        );
        const keepers = others.filter((one) => isWanted(one, group) || isAnothers(one, person));
        const kept = await keptBy(deps, lane, keepers, person);
        if (kept === undefined) continue;
        (kept === 'other' ? memberships : openNow).add(`${group.groupId}/${person.subject.key}`);
        if (kept === 'open') deferred.add(person.subject.key);
      }
    } catch (error) {
      for (const personKey of new Set(left.map(({ person }) => person.subject.key))) {
        await deps.units.fail(personUnit(personKey), error);
        deferred.add(personKey);
      }
      unknown.add(memberId);
    }
  });
  return { memberships, openNow, unknown };
}

/** Also whom the directory does not find by now. */
function mayHaveHadAccount(ledger: PersonLedger, memberId: string): boolean {
  return mayHaveAccount(ledger, memberId) || knownAccountOf(ledger) === memberId;
}

/**
 * Whether an account may be another's. Whom the directory does not find, as after a rename in UiPath alone, may have it still: where it
 * does not say whose it is, whoever it found there last.
 */
function mayBeTheirs({ stored }: PersonWork, person: PersonWork, memberId: string): boolean {
  if (mayHaveAccount(stored.value, memberId)) return true;
  return person.isUnconfirmed === true && isFoundSince(stored.value, person.stored.value);
}

type RemovalOfPerson = Readonly<{ group: GroupInUiPath; person: PersonWork }>;

/** Whether another of the account keeps a membership, of those who want it or have the account now; `open`: that cannot be told now. */
async function keptBy(
  deps: KeptByOthersDeps,
  lane: Lane,
  keepers: readonly PersonWork[],
  person: PersonWork,
): Promise<'other' | 'open' | undefined> {
  if (keepers.some(({ subject }) => subject.key === person.subject.key)) return 'open';
  if (keepers.some(({ stored }) => isKnown(stored.value))) return 'other';
  const awaited = keepers.filter(({ subject }) => isAwaited(deps, subject.key, person));
  // Whoever waits for nobody's mark would wait for ever.
  for (const { subject } of awaited) await deps.changes.mark(subject, lane, deps.clock.now());
  return awaited.length === 0 ? undefined : 'open';
}

/** An account that a leaver had and that somebody else has now, who has not left, is that person's with all that is in it. */
function isAnothers({ subject, access, stored }: PersonWork, leaver: PersonWork): boolean {
  if (leaver.access.employment !== 'left' || access.employment === 'left') return false;
  return subject.key !== leaver.subject.key && stored.value.formerAccountOf === undefined;
}

/** False for whoever was told apart, and is to be looked up since: the account may not be theirs. */
function isKnown({ identity, toldApart }: PersonLedger): boolean {
  return identity !== undefined && (toldApart === undefined || identity.checkedAtMs !== 0);
}

function isAwaited(
  { units, clock }: Pick<KeptByOthersDeps, 'units' | 'clock'>,
  keeperKey: string,
  { mark }: PersonWork,
): boolean {
  if (!units.isFailing(personUnit(keeperKey))) return true;
  return mark !== undefined && clock.now() - mark.sinceMs < KEEPER_WAIT_MS;
}

/**
 * People whose account is also that of somebody who was told apart from them: whose it is, is not known, and neither gets more by it.
 * Where the other joined somebody else, that one counts. Where the other's ledger does not say, the index does. Where that cannot be
 * read, the person gets nothing more now.
 */
export async function findSharing(
  deps: KeptByOthersDeps,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  const sharing = new Set<string>();
  const { alias } = deps.organization;
  const toldApart = candidates.filter(({ person }) => (person.stored.value.toldApart ?? []).length > 0);
  await mapConcurrently(toldApart, STORAGE_WIDTH, async ({ person: { subject, stored }, memberId }) => {
    try {
      const { key } = subject;
      const own = await withToldApart(deps.ledger, alias, { key, ledger: stored.value });
      for (const other of await deps.accounts.list(alias, memberId)) {
        if (other === key) continue;
        const ledger = (await deps.ledger.read(personSubject(alias, other)))?.value;
        const told = ledger && (await withToldApart(deps.ledger, alias, { key: other, ledger }));
        const isTold = own.ledger.toldApart?.includes(other) || told?.ledger.toldApart?.includes(key);
        const { identity, joined } = ledger ?? {};
        const hasAnother = identity?.kind === 'resolved' && identity.id !== memberId;
        if (isTold === true && joined === undefined && !hasAnother) sharing.add(key);
      }
    } catch (error) {
      await deps.units.fail(personUnit(subject.key), error);
      sharing.add(subject.key);
    }
  });
  return sharing;
}
