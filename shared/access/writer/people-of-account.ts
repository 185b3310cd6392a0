import type { Lane } from '../../domain/lane';
import { eldestFirst } from '../../domain/ledger/join-ledgers';
import { judgeLookUp, type AccountVerdict, type AnswerOf } from '../../domain/ledger/account-of-person';
import { knownAccountOf, type DirectoryIdentity, type PersonLedger } from '../../domain/ledger/person-ledger';
import { isHandedOn } from '../../domain/ledger/unconfirmed-records';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { digestOfPerson } from '../../domain/plan/call-in-short';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import { areTwoPeople, joinPeople, type JoinPeopleDeps } from '../ledger/join-people';
import { emptyAccount, forgetFormerAccount } from '../ledger/former-accounts';
import { handAddressOn } from '../ledger/hand-address-on';
import { finishSeparation } from '../ledger/separate-people';
import { updateLedger } from '../ledger/update-ledger';
import type { ContainedDeps } from './containment';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';
import { personUnit } from './person-and-group-units';
import type { WriterFence } from './lease-and-fence-interface';
import { leftWhen } from './resolve-identities';
import type { LookUpsTold } from '../ledger/accounts-of-others';

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
    if (person !== undefined && mayHaveAccount(person.stored.value, memberId)) people.push(person);
  }
  return people;
}

export type JoinPeopleOfAccountsDeps = JoinPeopleDeps &
  FindPeopleOfAccountDeps &
  EvidenceOfRunDeps &
  ContainedDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{ changes: Pick<ChangeStore, 'mark' | 'listAttempts' | 'requireFence'> }>;

/**
 * Joins whoever was found under an account that others of the ledger have: it is one person under several addresses. The eldest
 * is marked, and the ledger of the others has nothing any more. Whoever has an open call waits until its outcome is recorded.
 * Returns the keys of all whose ledger changed, or who could not be joined: none of them is planned now.
 */
export async function joinPeopleOfAccounts(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  { identities, answers }: LookUpsTold,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  const found = new Map<string, PersonWork[]>();
  for (const person of people) {
    const identity = identities.get(person.subject.key);
    if (identity?.kind !== 'resolved') continue;
    const isAsBefore = isOfAccount(person.stored.value.identity, identity.id);
    if (isAsBefore && !answers.has(person.subject.key) && person.access.employment !== 'left') continue;
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
    if (ledger?.joined === undefined && ledger !== undefined && knownAccountOf(ledger) === memberId)
      ledgers.set(key, ledger);
  }
  const [eldest, ...rest] = eldestFirst([...ledgers].map(([key, ledger]) => ({ key, ledger })));
  if (eldest === undefined) return [];
  const others: (typeof rest)[number][] = [];
  for (const other of rest) if (!(await areTwoPeople(deps.ledger, alias, eldest, other))) others.push(other);
  if (others.length === 0) return [];
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
      mayGoOn: async () => deps.changes.requireFence(alias, deps.fence),
      nowMs: deps.clock.now(),
    });
  return [eldest.key, ...others.map(({ key }) => key)];
}

/**
 * Records what a look-up told beyond who somebody is in the directory: whether records under their address are theirs, and which
 * accounts are theirs no more. An account that is to be emptied gets a ledger of its own, which leaves, before the person's says so:
 * where the process dies in between, the next look-up does it again. Returns the keys of those who are not planned now.
 */
export async function recordVerdicts(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  answers: ReadonlyMap<string, AnswerOf>,
): Promise<ReadonlySet<string>> {
  const recorded = new Set<string>();
  await mapConcurrently(people, STORAGE_WIDTH, async (person) => {
    const { key } = person.subject;
    if (person.stored.value.separating !== undefined || isHandedOn(person.stored.value)) {
      recorded.add(key);
      return finishDecision(deps, lane, person);
    }
    const answerOf = answers.get(key);
    const verdict = answerOf === undefined ? undefined : judge(deps, person, person.stored.value, answerOf);
    if (answerOf === undefined || verdict === undefined) return;
    recorded.add(key);
    try {
      await recordVerdict(deps, lane, person, { answerOf, verdict });
    } catch (error) {
      await deps.units.fail(personUnit(key), error);
    }
  });
  return recorded;
}

/** Carries to its end what a person decided before a process died. */
async function finishDecision(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  { subject, mark }: PersonWork,
): Promise<void> {
  try {
    await deps.changes.mark(subject, lane, deps.clock.now(), mark?.cause);
    const { organization, key } = subject;
    await finishSeparation(deps, { organization, key, policyHash: deps.policyHash });
    await handAddressOn(deps, { organization, key, policyHash: deps.policyHash });
  } catch (error) {
    await deps.units.fail(personUnit(subject.key), error);
  }
}

function judge(
  { clock }: Pick<JoinPeopleOfAccountsDeps, 'clock'>,
  { access }: Pick<PersonWork, 'access'>,
  ledger: PersonLedger,
  answerOf: AnswerOf,
): AccountVerdict | undefined {
  const nowMs = clock.now();
  return judgeLookUp(ledger, answerOf, { nowMs, left: leftWhen(access, nowMs) });
}

async function recordVerdict(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  person: PersonWork,
  { answerOf, verdict }: Readonly<{ answerOf: AnswerOf; verdict: AccountVerdict }>,
): Promise<void> {
  const { subject, stored, mark } = person;
  if (verdict.toEmpty.length > 0 && (await hasOpenCall(deps, new Map([[subject.key, true]])))) return;
  await deps.changes.mark(subject, lane, deps.clock.now(), mark?.cause);
  const { accountId: foundId } = verdict.facts;
  if (verdict.kind === 'account-replaced' && typeof foundId === 'string')
    await forgetFormerAccount(deps, subject.organization, foundId, (kind, facts) =>
      evidenceOfRun(deps, kind, facts),
    );
  const { key, organization } = subject;
  const nowMs = deps.clock.now();
  const markOnce = async (account: Subject<'person'>): Promise<void> =>
    deps.changes.mark(account, lane, nowMs, mark?.cause);
  for (const accountId of verdict.toEmpty)
    await emptyAccount(
      deps,
      { organization, accountId, key, ledger: stored.value, nowMs, mark: markOnce },
      (kind, facts) => evidenceOfRun(deps, kind, facts),
    );
  await updateLedger(
    deps.ledger,
    subject,
    (current) => {
      const now =
        current?.joined !== undefined || current === undefined
          ? undefined
          : judge(deps, person, current, answerOf);
      // Something that was said meanwhile may make it another question: it is looked up again.
      if (now?.kind !== verdict.kind || now.toEmpty.some((id) => !verdict.toEmpty.includes(id)))
        return undefined;
      return { next: now.next, evidence: [evidenceOfRun(deps, now.kind, now.facts)] };
    },
    { known: stored },
  );
}

/** One that cannot be read is of whom its columns name. One of which nobody knows whose it is keeps nobody waiting. */
async function hasOpenCall(
  { changes, organization }: JoinPeopleOfAccountsDeps,
  people: ReadonlyMap<string, unknown>,
): Promise<boolean> {
  const attempts = await changes.listAttempts(organization.alias);
  const digests = [...people.keys()].map(digestOfPerson);
  return attempts.some((attempt) => {
    if (attempt.kind === 'membership')
      return [...attempt.add, ...attempt.remove].some(({ personKey }) => people.has(personKey));
    if (attempt.kind !== 'unreadable' || attempt.about?.kind !== 'membership') return false;
    const { added, removed } = attempt.about;
    return digests.some((digest) => added.has(digest) || removed.has(digest));
  });
}

/** Whoever was told apart from another, and was not looked up since, may have the account that was taken for that of both. */
function mayHaveAccount({ identity, toldApart }: PersonLedger, memberId: string): boolean {
  return isOfAccount(identity, memberId) || (identity === undefined && toldApart !== undefined);
}

function isOfAccount(identity: DirectoryIdentity | undefined, memberId: string): boolean {
  return identity?.kind === 'resolved' && identity.id === memberId;
}
