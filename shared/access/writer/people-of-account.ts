import type { Lane } from '../../domain/lane';
import { eldestFirst } from '../../domain/ledger/join-ledgers';
import type { DirectoryIdentity, PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import { joinPeople, type JoinPeopleDeps } from '../ledger/join-people';
import type { ContainedDeps } from './containment';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';
import { personUnit } from './person-and-group-units';

export type FindPeopleOfAccountDeps = LoadPersonDeps & Readonly<{ accounts: Pick<PeopleIndex, 'list'> }>;

/** Everybody in the ledger who has this account now: where an address changed, several people have the same one. */
export async function findPeopleOfAccount(
  deps: FindPeopleOfAccountDeps,
  lane: Lane,
  memberId: string,
): Promise<readonly PersonWork[]> {
  const { alias } = deps.organization;
  const people: PersonWork[] = [];
  for (const key of await deps.accounts.list(alias, memberId)) {
    const person = await loadPerson(deps, lane, personSubject(alias, key));
    if (person !== undefined && isOfAccount(person.stored.value.identity, memberId)) people.push(person);
  }
  return people;
}

export type JoinPeopleOfAccountsDeps = JoinPeopleDeps &
  FindPeopleOfAccountDeps &
  EvidenceOfRunDeps &
  ContainedDeps &
  Readonly<{ changes: Pick<ChangeStore, 'mark' | 'listAttempts'> }>;

/**
 * Joins whoever was found under an account that others of the ledger have: it is one person under several addresses. The eldest
 * is marked, and the ledger of the others has nothing any more. Whoever has an open call waits until its outcome is recorded.
 * Returns the keys of all whose ledger changed, or who could not be joined: none of them is planned now.
 */
export async function joinPeopleOfAccounts(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  identities: ReadonlyMap<string, DirectoryIdentity>,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  const found = new Map<string, PersonWork[]>();
  for (const person of people) {
    const identity = identities.get(person.subject.key);
    if (identity?.kind !== 'resolved' || isOfAccount(person.stored.value.identity, identity.id)) continue;
    found.set(identity.id, [...(found.get(identity.id) ?? []), person]);
  }
  await mapConcurrently([...found], STORAGE_WIDTH, async ([memberId, newcomers]) => {
    try {
      for (const key of await joinAll(deps, lane, memberId, newcomers)) changed.add(key);
    } catch (error) {
      for (const { subject } of newcomers) {
        await deps.units.fail(personUnit(subject.key), error);
        changed.add(subject.key);
      }
    }
  });
  return changed;
}

async function joinAll(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  memberId: string,
  newcomers: readonly PersonWork[],
): Promise<readonly string[]> {
  const { alias } = deps.organization;
  const ledgers = new Map<string, PersonLedger>();
  for (const { subject, stored } of newcomers) ledgers.set(subject.key, stored.value);
  for (const key of await deps.accounts.list(alias, memberId)) {
    if (ledgers.has(key)) continue;
    const ledger = (await deps.ledger.read(personSubject(alias, key)))?.value;
    if (ledger?.joined === undefined && isOfAccount(ledger?.identity, memberId) && ledger !== undefined)
      ledgers.set(key, ledger);
  }
  const [eldest, ...others] = eldestFirst([...ledgers].map(([key, ledger]) => ({ key, ledger })));
  if (eldest === undefined || others.length === 0) return [];
  if (await hasOpenCall(deps, ledgers)) return [...ledgers.keys()];
  // Before anything is joined: the marks of the others lead nowhere then, and a process may die right after.
  const causes = newcomers.flatMap(({ mark }) => (mark === undefined ? [] : [mark.cause]));
  await deps.changes.mark(personSubject(alias, eldest.key), lane, deps.clock.now(), causes[0]);
  for (const { key } of others)
    await joinPeople(deps, {
      organization: alias,
      into: eldest.key,
      from: key,
      evidenceOf: (kind, facts) => evidenceOfRun(deps, kind, facts),
      nowMs: deps.clock.now(),
    });
  return [...ledgers.keys()];
}

/** One that cannot be read may be anybody's. */
async function hasOpenCall(
  { changes, organization }: JoinPeopleOfAccountsDeps,
  people: ReadonlyMap<string, unknown>,
): Promise<boolean> {
  const attempts = await changes.listAttempts(organization.alias);
  return attempts.some((attempt) =>
    attempt.kind === 'membership'
      ? [...attempt.add, ...attempt.remove].some(({ personKey }) => people.has(personKey))
      : attempt.kind === 'unreadable' && attempt.about?.kind !== 'create-rule',
  );
}

function isOfAccount(identity: DirectoryIdentity | undefined, memberId: string): boolean {
  return identity?.kind === 'resolved' && identity.id === memberId;
}
