import type { Lane } from '../../../domain/lane';
import { joinLedgers } from '../../../domain/ledger/join-ledgers';
import { knownAccountOf, type PersonLedger } from '../../../domain/ledger/person-ledger';
import { personSubject } from '../../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { ChangeStore } from '../../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../../storage/people-index';
import type { LookUpsTold } from '../../ledger/accounts-of-others';
import type { EmptiedAccounts } from '../../ledger/former-accounts';
import { joinClaimedAccounts } from '../../ledger/join-found-people';
import {
  joinPeopleOfAccount,
  type JoinFoundPeopleDeps,
  type JoinOutcome,
  type JoinRun,
  type PersonFound,
} from '../../ledger/join-people-of-account';
import { underNamesOfToday } from '../../ledger/names-of-today';
import { isShared, type ContainedDeps } from '../containment';
import { evidenceOfRun, type EvidenceOfRunDeps } from '../evidence-of-run';
import type { WriterFence } from '../lease-and-fence-interface';
import { isOfAccount, toWork, type FindPeopleOfAccountDeps, type PersonWork } from '../load-person';
import { personUnit } from '../person-and-group-units';

export type JoinPeopleOfAccountsDeps = Omit<JoinFoundPeopleDeps, 'namesOfToday'> &
  FindPeopleOfAccountDeps &
  EvidenceOfRunDeps &
  ContainedDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{
    accounts: Pick<PeopleIndex, 'personOf'>;
    changes: Pick<ChangeStore, 'mark' | 'emptyingEditOf' | 'listAttempts' | 'requireFence'>;
  }>;

/** What became of people who were to be joined. */
type JoinedNow = Readonly<{
  /** Keys of all whose ledger changed, or who could not be joined and of whom nothing is known: none of them is planned now. */
  changed: ReadonlySet<string>;
  /**
   * Those who could not be, by key, by what all ledgers that are theirs say: they lose what they have no reason for all the same, in their
   * own account, and the rest stays to be done.
   */
  unfinished: ReadonlyMap<string, PersonWork>;
}>;

/**
 * Joins to those of whom a record came under an address what an identity source or a request had said of the address before. `more`:
 * while it cannot be joined, what they have no reason for goes in the account of such an address too, unless somebody else claimed it
 * since.
 */
export async function joinClaimed(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  emptied: EmptiedAccounts,
): Promise<JoinedNow & Readonly<{ more: readonly PersonWork[] }>> {
  const claimed = new Set<string>();
  const first: PersonWork[] = [];
  const after: PersonWork[] = [];
  for (const person of people) {
    const addresses = person.stored.value.claimed ?? [];
    if (addresses.length > 0) (addresses.some((one) => claimed.has(one)) ? after : first).push(person);
    for (const address of addresses) claimed.add(address);
  }
  const changed = new Set<string>();
  const open: OpenJoin[] = [];
  const joinAll = async (some: readonly PersonWork[]): Promise<void> => {
    await mapConcurrently(some, STORAGE_WIDTH, async (person) => {
      const join = async () =>
        joinClaimedAccounts(withNames(deps, lane), runOf(deps, lane), toFound(person), emptied);
      open.push(...(await joinOrFail(deps, [person], join, changed)));
    });
  };
  await joinAll(first);
  // Whoever claims what another claims too is judged once the other has it, or has it not.
  for (const person of after) await joinAll([person]);
  const unfinished = new Map<string, PersonWork>();
  const more: PersonWork[] = [];
  await mapConcurrently(open, STORAGE_WIDTH, async ({ people: [person], theirs }) => {
    if (person === undefined) return;
    const one = await asOneOrFail(deps, lane, person, theirs);
    if (one === undefined) return;
    unfinished.set(person.subject.key, one);
    changed.delete(person.subject.key);
    for (const key of theirs.keys())
      try {
        const work = await toClaimedWork(deps, lane, person, { key, people });
        if (work !== undefined) more.push(work);
      } catch (error) {
        await deps.units.fail(personUnit(person.subject.key), error);
      }
  });
  return { changed, unfinished, more };
}

/** What somebody loses by the ledger at an address that they claim; undefined: it is somebody else's, or may be. */
async function toClaimedWork(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  { subject: { organization, key }, stored, mark }: PersonWork,
  claim: Readonly<{ key: string; people: readonly PersonWork[] }>,
): Promise<PersonWork | undefined> {
  const noted = await deps.accounts.personOf(organization, { kind: 'claim', hash: claim.key });
  if (noted !== undefined && noted !== key) return undefined;
  const subject = personSubject(organization, claim.key);
  const claimed = await deps.ledger.read(subject);
  if (claimed === undefined || claimed.value.joined !== undefined) return undefined;
  if (knownAccountOf(claimed.value) === knownAccountOf(stored.value)) return undefined;
  const marked = claim.people.find((one) => one.subject.key === claim.key)?.mark ?? mark;
  const said = joinLedgers(stored.value, claimed.value);
  const work = await toWork(deps, lane, { subject, stored: claimed, mark: marked }, said);
  return onlyTaken({ ...work, isOneWith: new Set([key, claim.key]) });
}

/**
 * Joins whoever was found under an account that others of the ledger have: it is one person under several addresses. The eldest
 * is marked, and the ledger of the others has nothing any more. Whoever has an open call waits until its outcome is recorded; where that
 * person has left by what all of them say, one of them is taken out of the account meanwhile.
 */
export async function joinPeopleOfAccounts(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  { identities, answers }: LookUpsTold,
): Promise<JoinedNow> {
  const found = new Map<string, PersonWork[]>();
  for (const person of people) {
    const identity = identities.get(person.subject.key);
    // A ledger of a former account is nobody's, whoever has the account now.
    if (identity?.kind !== 'resolved' || person.stored.value.formerAccountOf !== undefined) continue;
    const isAsBefore = isOfAccount(person.stored.value.identity, identity.id);
    if (isAsBefore && !answers.has(person.subject.key) && !isLeaver(person)) continue;
    found.set(identity.id, [...(found.get(identity.id) ?? []), person]);
  }
  const changed = new Set<string>();
  const unfinished = new Map<string, PersonWork>();
  await mapConcurrently([...found], STORAGE_WIDTH, async ([memberId, newcomers]) => {
    const join = async () =>
      joinPeopleOfAccount(withNames(deps, lane), runOf(deps, lane), memberId, newcomers.map(toFound));
    for (const { people: all, theirs } of await joinOrFail(deps, newcomers, join, changed))
      for (const person of all.filter(({ subject }) => theirs.has(subject.key))) {
        const one = await asOneOrFail(deps, lane, person, theirs);
        if (one === undefined) continue;
        unfinished.set(person.subject.key, one);
        changed.delete(person.subject.key);
        // One of them is out of all of it.
        if (isLeaver(one)) break;
      }
  });
  return { changed, unfinished };
}

/** Somebody by what all ledgers say that are theirs and could not be joined; undefined where that fails, which is noted. */
async function asOneOrFail(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  { subject, stored, mark, wanted }: PersonWork,
  theirs: JoinOutcome['theirs'],
): Promise<PersonWork | undefined> {
  const others = [...theirs].filter(([key]) => key !== subject.key);
  const said = others.reduce((all, [, ledger]) => joinLedgers(all, ledger), stored.value);
  try {
    const one = await toWork(deps, lane, { subject, stored, mark }, said);
    const keys = others.map(([key]) => key);
    // What their own ledger alone gives them keeps nothing that all together do not.
    const own = [...wanted].every((group) => one.wanted.has(group)) ? [] : [subject.key];
    return onlyTaken({ ...one, isOneWith: new Set([...keys, ...own]) });
  } catch (error) {
    await deps.units.fail(personUnit(subject.key), error);
    return undefined;
  }
}

/** Somebody who gets nothing in this run, unless they have left: a leaver gets nothing anyway. */
export function onlyTaken(person: PersonWork): PersonWork {
  return isLeaver(person) ? person : { ...person, isOnlyTaken: true };
}

/** Whom a grant gave a group is judged by what that is called now, also where the policy has the name of before. */
function withNames(deps: JoinPeopleOfAccountsDeps, lane: Lane): JoinFoundPeopleDeps {
  const namesOfToday = async (ledger: PersonLedger): Promise<PersonLedger> => {
    const isAnyKnown = ledger.grants.some(({ groupId }) => groupId !== undefined);
    return (await underNamesOfToday(deps, lane, ledger, isAnyKnown ? 'list' : undefined)).ledger;
  };
  return { ...deps, namesOfToday };
}

export function runOf(deps: JoinPeopleOfAccountsDeps, lane: Lane): JoinRun {
  return {
    lane,
    evidenceOf: (kind, facts) => evidenceOfRun(deps, kind, facts),
    mayGoOn: async () => deps.changes.requireFence(deps.organization.alias, deps.fence),
  };
}

export function toFound({ subject, stored, mark }: PersonWork): PersonFound {
  return { key: subject.key, ledger: stored.value, cause: mark?.cause };
}

/** People who could not be joined now, and the ledgers that are theirs too. */
type OpenJoin = Readonly<{ people: readonly PersonWork[] }> & Pick<JoinOutcome, 'theirs'>;

/** Joins people, and notes in `changed` whom that concerns. Returns what is left to do of them. */
async function joinOrFail(
  deps: ContainedDeps,
  people: readonly PersonWork[],
  join: () => Promise<JoinOutcome>,
  changed: Set<string>,
): Promise<readonly OpenJoin[]> {
  const fail = async (error: unknown): Promise<void> => {
    for (const { subject } of people) {
      await deps.units.fail(personUnit(subject.key), error);
      changed.add(subject.key);
    }
  };
  try {
    const { keys, isOpen, theirs, failures } = await join();
    for (const key of keys) changed.add(key);
    if (failures.length > 0) await fail(failures.find(isShared) ?? failures[0]);
    return isOpen ? [{ people, theirs }] : [];
  } catch (error) {
    await fail(error);
    return [];
  }
}

export function isLeaver({ access }: PersonWork): boolean {
  return access.employment === 'left';
}
