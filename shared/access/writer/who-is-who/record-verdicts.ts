import type { Lane } from '../../../domain/lane';
import { judgeLookUp, type AccountVerdict, type AnswerOf } from '../../../domain/ledger/account-of-person';
import type { PersonLedger } from '../../../domain/ledger/person-ledger';
import { isHandedOn } from '../../../domain/ledger/unconfirmed-records';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { LookUpsTold } from '../../ledger/accounts-of-others';
import type { EmptiedAccounts } from '../../ledger/former-accounts';
import { handAddressOn } from '../../ledger/hand-address-on';
import { forgetIfInUse, recordVerdict } from '../../ledger/record-verdict';
import { finishSeparation } from '../../ledger/separate-people';
import { isShared } from '../containment';
import type { PersonWork } from '../load-person';
import { personUnit } from '../person-and-group-units';
import { leftWhen } from '../resolve-identities';
import { runOf, toFound, type JoinPeopleOfAccountsDeps } from './join-people-of-accounts';

/** What is recorded of people before they are planned. */
type RecordedVerdicts = Readonly<{
  /** Keys of those who are not planned now. */
  recorded: ReadonlySet<string>;
  /** Keys of those of whom a decision or a verdict fails or waits: they lose what they have no reason for all the same, and it stays to be done. */
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
    const isLeaver = person.access.employment === 'left';
    if (person.stored.value.separating !== undefined || isHandedOn(person.stored.value)) {
      const isFinished = await finishDecision(deps, lane, person);
      (isFinished ? recorded : unfinished).add(key);
      if (isFinished || !isLeaver) return;
    }
    const answerOf = answers.get(key);
    const verdict = answerOf === undefined ? undefined : judge(deps, person, person.stored.value, answerOf);
    if (answerOf === undefined || verdict === undefined) return;
    recorded.add(key);
    const { isKnownOpen, failures } = await recordVerdict(deps, runOf(deps, lane), {
      person: toFound(person),
      stored: person.stored,
      verdict,
      judgeAnew: (ledger: PersonLedger) => judge(deps, person, ledger, answerOf),
      emptied,
      isLeaver,
    });
    if (isKnownOpen) {
      recorded.delete(key);
      unfinished.add(key);
    }
    if (failures.length > 0) throw failures.find(isShared) ?? failures[0];
  };
  const judgeFormer = async (account: PersonWork): Promise<void> => {
    const { key } = account.subject;
    // Nothing is taken from an account of which nobody can tell whose it is.
    recorded.add(key);
    if (!(await forgetIfInUse(deps, runOf(deps, lane), toFound(account)))) recorded.delete(key);
  };
  const each = async (some: readonly PersonWork[], work: typeof judgeOne): Promise<unknown> =>
    mapConcurrently(some, STORAGE_WIDTH, async (person) => {
      try {
        await work(person);
      } catch (error) {
        await deps.units.fail(personUnit(person.subject.key), error);
      }
    });
  await each(
    people.filter((person) => !isFormer(person)),
    judgeOne,
  );
  // An account of before is judged by what was recorded of whoever had it.
  await each(people.filter(isFormer), judgeFormer);
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
    const { mayGoOn } = runOf(deps, lane);
    await mayGoOn();
    await finishSeparation(deps, { organization, key, policyHash: deps.policyHash });
    await mayGoOn();
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
