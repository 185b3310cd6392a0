import type { Lane } from '../../domain/lane';
import { judgeLookUp, type AccountVerdict, type AnswerOf } from '../../domain/ledger/account-of-person';
import type { DirectoryIdentity, PersonLedger } from '../../domain/ledger/person-ledger';
import { isHandedOn } from '../../domain/ledger/unconfirmed-records';
import { personSubject } from '../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../storage/people-index';
import type { EmptiedAccounts } from '../ledger/former-accounts';
import {
  joinClaimedAccounts,
  joinPeopleOfAccount,
  type PersonFound,
  type JoinFoundPeopleDeps,
  type JoinRun,
} from '../ledger/join-found-people';
import { handAddressOn } from '../ledger/hand-address-on';
import { finishSeparation } from '../ledger/separate-people';
import { forgetIfInUse, recordVerdict } from '../ledger/record-verdict';
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

export type JoinPeopleOfAccountsDeps = JoinFoundPeopleDeps &
  FindPeopleOfAccountDeps &
  EvidenceOfRunDeps &
  ContainedDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{ changes: Pick<ChangeStore, 'mark' | 'listAttempts' | 'requireFence'> }>;

/**
 * Joins to those of whom a record came under an address what an identity source or a request had said of the address before. Returns
 * the keys of all whose ledger changed, or who could not be joined: none of them is planned now.
 */
export async function joinClaimed(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  emptied: EmptiedAccounts,
): Promise<ReadonlySet<string>> {
  const claimed = new Set<string>();
  const first: PersonWork[] = [];
  const after: PersonWork[] = [];
  for (const person of people) {
    const addresses = person.stored.value.claimed ?? [];
    if (addresses.length > 0) (addresses.some((one) => claimed.has(one)) ? after : first).push(person);
    for (const address of addresses) claimed.add(address);
  }
  const toJoin = (person: PersonWork): ToJoin => ({
    people: [person],
    join: async () => joinClaimedAccounts(deps, runOf(deps, lane), toFound(person), emptied),
  });
  const changed = new Set(await joinEach(deps, first.map(toJoin)));
  // Whoever claims what another claims too is judged once the other has it, or has it not.
  for (const person of after) for (const key of await joinEach(deps, [toJoin(person)])) changed.add(key);
  return changed;
}

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
  const found = new Map<string, PersonWork[]>();
  for (const person of people) {
    const identity = identities.get(person.subject.key);
    // A ledger of a former account is nobody's, whoever has the account now.
    if (identity?.kind !== 'resolved' || person.stored.value.formerAccountOf !== undefined) continue;
    const isAsBefore = isOfAccount(person.stored.value.identity, identity.id);
    if (isAsBefore && !answers.has(person.subject.key) && person.access.employment !== 'left') continue;
    found.set(identity.id, [...(found.get(identity.id) ?? []), person]);
  }
  return joinEach(
    deps,
    [...found].map(([memberId, newcomers]) => ({
      people: newcomers,
      join: async () => joinPeopleOfAccount(deps, runOf(deps, lane), memberId, newcomers.map(toFound)),
    })),
  );
}

function runOf(deps: JoinPeopleOfAccountsDeps, lane: Lane): JoinRun {
  return {
    lane,
    evidenceOf: (kind, facts) => evidenceOfRun(deps, kind, facts),
    mayGoOn: async () => deps.changes.requireFence(deps.organization.alias, deps.fence),
  };
}

function toFound({ subject, stored, mark }: PersonWork): PersonFound {
  return { key: subject.key, ledger: stored.value, cause: mark?.cause };
}

type ToJoin = Readonly<{ people: readonly PersonWork[]; join: () => Promise<readonly string[]> }>;

async function joinEach(deps: ContainedDeps, all: readonly ToJoin[]): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  await mapConcurrently(all, STORAGE_WIDTH, async ({ people, join }) => {
    try {
      for (const key of await join()) changed.add(key);
    } catch (error) {
      for (const { subject } of people) {
        await deps.units.fail(personUnit(subject.key), error);
        changed.add(subject.key);
      }
    }
  });
  return changed;
}

/** What is recorded of people before they are planned. */
type RecordedVerdicts = Readonly<{
  /** Keys of those who are not planned now. */
  recorded: ReadonlySet<string>;
  /** Keys of leavers whose decision fails: they are taken out of every account all the same, and it stays to be carried out. */
  unfinished: ReadonlySet<string>;
}>;

/**
 * Records what a look-up told beyond who somebody is in the directory: whether records under their address are theirs, and which
 * accounts are theirs no more. An account that is to be emptied gets a ledger of its own, which leaves, before the person's says so:
 * where the process dies in between, the next look-up does it again. One that is somebody's by now is not emptied any more.
 */
export async function recordVerdicts(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  { answers, emptied }: Pick<LookUpsTold, 'answers'> & Readonly<{ emptied: EmptiedAccounts }>,
): Promise<RecordedVerdicts> {
  const recorded = new Set<string>();
  const unfinished = new Set<string>();
  const judgeOne = async (person: PersonWork): Promise<void> => {
    const { key } = person.subject;
    if (person.stored.value.separating !== undefined || isHandedOn(person.stored.value)) {
      const isLeaver = person.access.employment === 'left';
      const isFinished = await finishDecision(deps, lane, person);
      (isFinished || !isLeaver ? recorded : unfinished).add(key);
      if (recorded.has(key)) return;
    }
    const answerOf = answers.get(key);
    const verdict = answerOf === undefined ? undefined : judge(deps, person, person.stored.value, answerOf);
    try {
      if (await forgetIfInUse(deps, runOf(deps, lane), toFound(person))) recorded.add(key);
      if (answerOf === undefined || verdict === undefined) return;
      recorded.add(key);
      const judged = {
        person: toFound(person),
        stored: person.stored,
        verdict,
        judgeAnew: (ledger: PersonLedger) => judge(deps, person, ledger, answerOf),
        emptied,
      };
      await recordVerdict(deps, runOf(deps, lane), judged);
    } catch (error) {
      recorded.add(key);
      await deps.units.fail(personUnit(key), error);
    }
  };
  await mapConcurrently(
    people.filter((person) => !isFormer(person)),
    STORAGE_WIDTH,
    judgeOne,
  );
  // An account of before is judged by what was recorded of whoever had it.
  await mapConcurrently(people.filter(isFormer), STORAGE_WIDTH, judgeOne);
  return { recorded, unfinished };
}

function isFormer({ stored }: PersonWork): boolean {
  return stored.value.formerAccountOf !== undefined;
}

/** Carries to its end what a person decided before a process died. Returns false where that fails. */
async function finishDecision(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  { subject, mark }: PersonWork,
): Promise<boolean> {
  try {
    await deps.changes.mark(subject, lane, deps.clock.now(), mark?.cause);
    const { organization, key } = subject;
    await finishSeparation(deps, { organization, key, policyHash: deps.policyHash });
    await handAddressOn(deps, { organization, key, policyHash: deps.policyHash });
    return true;
  } catch (error) {
    await deps.units.fail(personUnit(subject.key), error);
    return false;
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

/** Whoever was told apart from another, and was not looked up since, may have the account that was taken for that of both. */
function mayHaveAccount({ identity, toldApart }: PersonLedger, memberId: string): boolean {
  return isOfAccount(identity, memberId) || (identity === undefined && toldApart !== undefined);
}

function isOfAccount(identity: DirectoryIdentity | undefined, memberId: string): boolean {
  return identity?.kind === 'resolved' && identity.id === memberId;
}
