import type { Lane } from '../../domain/lane';
import { judgeLookUp, type AccountVerdict, type AnswerOf } from '../../domain/ledger/account-of-person';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import { isHandedOn } from '../../domain/ledger/unconfirmed-records';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { EmptiedAccounts } from '../ledger/former-accounts';
import {
  joinClaimedAccounts,
  joinPeopleOfAccount,
  type JoinOutcome,
  type PersonFound,
  type JoinFoundPeopleDeps,
  type JoinRun,
} from '../ledger/join-found-people';
import { handAddressOn } from '../ledger/hand-address-on';
import { underNamesOfToday } from '../ledger/names-of-today';
import { finishSeparation } from '../ledger/separate-people';
import { forgetIfInUse, recordVerdict } from '../ledger/record-verdict';
import type { ContainedDeps } from './containment';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';
import { isOfAccount, type FindPeopleOfAccountDeps, type PersonWork } from './load-person';
import { personUnit } from './person-and-group-units';
import type { WriterFence } from './lease-and-fence-interface';
import { leftWhen } from './resolve-identities';
import type { LookUpsTold } from '../ledger/accounts-of-others';

export type JoinPeopleOfAccountsDeps = Omit<JoinFoundPeopleDeps, 'namesOfToday'> &
  FindPeopleOfAccountDeps &
  EvidenceOfRunDeps &
  ContainedDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{ changes: Pick<ChangeStore, 'mark' | 'listAttempts' | 'requireFence'> }>;

/** What became of people who were to be joined. */
type JoinedNow = Readonly<{
  /** Keys of all whose ledger changed, or who could not be joined: none of them is planned now. */
  changed: ReadonlySet<string>;
  /** Keys of leavers who could not be: they are taken out of their own account all the same, and it stays to be done. */
  unfinished: ReadonlySet<string>;
}>;

/** Joins to those of whom a record came under an address what an identity source or a request had said of the address before. */
export async function joinClaimed(
  deps: JoinPeopleOfAccountsDeps,
  lane: Lane,
  people: readonly PersonWork[],
  emptied: EmptiedAccounts,
): Promise<JoinedNow> {
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
    join: async () => joinClaimedAccounts(withNames(deps, lane), runOf(deps, lane), toFound(person), emptied),
  });
  const outcomes = [await joinEach(deps, first.map(toJoin))];
  // Whoever claims what another claims too is judged once the other has it, or has it not.
  for (const person of after) outcomes.push(await joinEach(deps, [toJoin(person)]));
  return {
    changed: new Set(outcomes.flatMap(({ changed }) => [...changed])),
    unfinished: new Set(outcomes.flatMap(({ unfinished }) => [...unfinished])),
  };
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
  const { changed, unfinished } = await joinEach(
    deps,
    [...found].map(([memberId, newcomers]) => ({
      people: newcomers,
      join: async () => {
        const asFound = newcomers.map(toFound);
        const keys = await joinPeopleOfAccount(withNames(deps, lane), runOf(deps, lane), memberId, asFound);
        return { keys, waits: false };
      },
    })),
  );
  return new Set([...changed, ...unfinished]);
}

/** Whom a grant gave a group is judged by what that is called now, also where the policy has the name of before. */
function withNames(deps: JoinPeopleOfAccountsDeps, lane: Lane): JoinFoundPeopleDeps {
  const namesOfToday = async (ledger: PersonLedger): Promise<PersonLedger> => {
    const isAnyKnown = ledger.grants.some(({ groupId }) => groupId !== undefined);
    return (await underNamesOfToday(deps, lane, ledger, isAnyKnown ? 'list' : undefined)).ledger;
  };
  return { ...deps, namesOfToday };
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

type ToJoin = Readonly<{ people: readonly PersonWork[]; join: () => Promise<JoinOutcome> }>;

async function joinEach(deps: ContainedDeps, all: readonly ToJoin[]): Promise<JoinedNow> {
  const changed = new Set<string>();
  const unfinished = new Set<string>();
  await mapConcurrently(all, STORAGE_WIDTH, async ({ people, join }) => {
    const leavers = new Set(people.filter(isLeaver).map(({ subject }) => subject.key));
    try {
      const { keys, waits } = await join();
      for (const key of keys) (waits && leavers.has(key) ? unfinished : changed).add(key);
    } catch (error) {
      for (const { subject } of people) {
        await deps.units.fail(personUnit(subject.key), error);
        (leavers.has(subject.key) ? unfinished : changed).add(subject.key);
      }
    }
  });
  return { changed, unfinished };
}

function isLeaver({ access }: PersonWork): boolean {
  return access.employment === 'left';
}

/** What is recorded of people before they are planned. */
type RecordedVerdicts = Readonly<{
  /** Keys of those who are not planned now. */
  recorded: ReadonlySet<string>;
  /** Keys of leavers of whom a decision or a verdict fails or waits: they are taken out of their account all the same, and it stays to be done. */
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
  const goesOn = (person: PersonWork): void => {
    if (!isLeaver(person)) return;
    recorded.delete(person.subject.key);
    unfinished.add(person.subject.key);
  };
  const judgeOne = async (person: PersonWork): Promise<void> => {
    const { key } = person.subject;
    if (person.stored.value.separating !== undefined || isHandedOn(person.stored.value)) {
      const isFinished = await finishDecision(deps, lane, person);
      (isFinished || !isLeaver(person) ? recorded : unfinished).add(key);
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
      if (!(await recordVerdict(deps, runOf(deps, lane), judged))) goesOn(person);
    } catch (error) {
      recorded.add(key);
      goesOn(person);
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
