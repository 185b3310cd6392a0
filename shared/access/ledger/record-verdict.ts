import type { AccountVerdict } from '../../domain/ledger/account-of-person';
import { personAccess } from '../../domain/ledger/person-access';
import { knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import type { Stored } from '../../storage/ledger';
import { emptyAccount, forgetFormerAccount, isInUse, type EmptiedAccounts } from './former-accounts';
import { hasOpenCall } from './has-open-call';
import type { PersonFound, JoinFoundPeopleDeps, JoinRun } from './join-people-of-account';
import { updateLedger } from './update-ledger';

type Judged = Readonly<{
  person: PersonFound;
  stored: Stored<PersonLedger>;
  verdict: AccountVerdict;
  /** The verdict by what the ledger says now. */
  judgeAnew: (ledger: PersonLedger) => AccountVerdict | undefined;
  emptied: EmptiedAccounts;
  isLeaver: boolean;
}>;

/** What became of a verdict. */
type VerdictOutcome = Readonly<{
  /** Their ledger says nothing new, and the account that is known to be theirs has none of its own, or is still theirs: it is planned as it is. */
  isKnownOpen: boolean;
  /** What failed, for a leaver of each account alone. */
  failures: readonly unknown[];
}>;

/**
 * Records what a look-up told of a person beyond who they are in the directory. What is to be emptied has a ledger of its own, and a mark,
 * before the person's says so; where the person has an open call, theirs says nothing before its outcome is recorded. Each account of a
 * leaver is had emptied alone: what fails or waits for one keeps nothing in another, and while theirs does not say that an account took
 * the place of the one that was known, that one is emptied too.
 */
export async function recordVerdict(
  deps: Omit<JoinFoundPeopleDeps, 'namesOfToday'>,
  { lane, evidenceOf, mayGoOn }: JoinRun,
  { person: { key, ledger, cause }, stored, verdict, judgeAnew, emptied, isLeaver }: Judged,
): Promise<VerdictOutcome> {
  const { alias: organization } = deps.organization;
  const subject = personSubject(organization, key);
  const waits = verdict.toEmpty.length > 0 && (await hasOpenCall(deps.changes, organization, [key]));
  if (waits && !isLeaver) return { isKnownOpen: true, failures: [] };
  const nowMs = deps.clock.now();
  const known = knownAccountOf(ledger);
  const { accountId: found } = verdict.facts;
  const inItsPlace = verdict.kind === 'account-replaced' && typeof found === 'string' ? found : undefined;
  const failures: unknown[] = [];
  const alone = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  const empty = async (accountId: string): Promise<void> => {
    const mark = async (account: Subject<'person'>): Promise<void> => {
      await deps.changes.mark(account, lane, nowMs, cause);
      emptied.set(account.key, cause);
    };
    const former = { organization, accountId, key, ledger, nowMs, mark };
    await emptyAccount(deps, former, { evidenceOf, mayGoOn });
  };
  const forget = async (accountId: string): Promise<void> =>
    forgetFormerAccount(deps, organization, accountId, { evidenceOf, mayGoOn });
  for (const accountId of verdict.toEmpty) if (accountId !== known) await alone(async () => empty(accountId));
  let [isApart, isRecorded] = [false, false];
  if (!waits && failures.length === 0)
    await alone(async () => {
      await mayGoOn();
      await deps.changes.mark(subject, lane, nowMs, cause);
      if (inItsPlace !== undefined && !isLeaver) await forget(inItsPlace);
      if (known !== undefined && verdict.toEmpty.includes(known)) {
        await empty(known);
        isApart = true;
      }
      await mayGoOn();
      await updateLedger(
        deps.ledger,
        subject,
        (current) => {
          const now = current === undefined || current.joined !== undefined ? undefined : judgeAnew(current);
          // Something that was said meanwhile may make it another question: it is looked up again.
          if (now?.kind !== verdict.kind || now.toEmpty.some((id) => !verdict.toEmpty.includes(id)))
            return undefined;
          return { next: now.next, evidence: [evidenceOf(now.kind, now.facts)] };
        },
        { known: stored, mayGoOn },
      );
      isRecorded = true;
      // Not before: while theirs does not say that it is theirs, it is emptied by that ledger.
      if (inItsPlace !== undefined && isLeaver) await forget(inItsPlace);
    });
  if (isLeaver && !isRecorded && inItsPlace !== undefined) await alone(async () => empty(inItsPlace));
  return { isKnownOpen: !isRecorded && !(isLeaver && isApart), failures };
}

/**
 * Whether an account that was to be emptied is somebody's of the ledger by now, so that nothing is taken from it. That it is not to be
 * emptied any more is recorded then.
 */
export async function forgetIfInUse(
  deps: Omit<JoinFoundPeopleDeps, 'namesOfToday'>,
  { lane, evidenceOf, mayGoOn }: JoinRun,
  { key, ledger, cause }: PersonFound,
): Promise<boolean> {
  const { alias } = deps.organization;
  const hasLeft = (theirs: PersonLedger): boolean =>
    personAccess(theirs, deps.organization, deps.clock.now()).employment === 'left';
  const accountId = knownAccountOf(ledger);
  if (accountId === undefined || !(await isInUse(deps, alias, ledger, hasLeft))) return false;
  await mayGoOn();
  await deps.changes.mark(personSubject(alias, key), lane, deps.clock.now(), cause);
  await forgetFormerAccount(deps, alias, accountId, { evidenceOf, mayGoOn });
  return true;
}
