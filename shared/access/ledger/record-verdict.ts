import type { AccountVerdict } from '../../domain/ledger/account-of-person';
import { knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import type { Stored } from '../../storage/ledger';
import { emptyAccount, forgetFormerAccount, isInUse, type EmptiedAccounts } from './former-accounts';
import { hasOpenCall } from './has-open-call';
import type { PersonFound, JoinFoundPeopleDeps, JoinRun } from './join-found-people';
import { updateLedger } from './update-ledger';

type Judged = Readonly<{
  person: PersonFound;
  stored: Stored<PersonLedger>;
  verdict: AccountVerdict;
  /** The verdict by what the ledger says now. */
  judgeAnew: (ledger: PersonLedger) => AccountVerdict | undefined;
  emptied: EmptiedAccounts;
}>;

/**
 * Records what a look-up told of a person beyond who they are in the directory. What is to be emptied has a ledger of its own, and a mark,
 * before the person's says so. Returns false where the person has an open call, and nothing is recorded before its outcome is.
 */
export async function recordVerdict(
  deps: Omit<JoinFoundPeopleDeps, 'namesOfToday'>,
  { lane, evidenceOf }: JoinRun,
  { person: { key, ledger, cause }, stored, verdict, judgeAnew, emptied }: Judged,
): Promise<boolean> {
  const { alias: organization } = deps.organization;
  const subject = personSubject(organization, key);
  if (verdict.toEmpty.length > 0 && (await hasOpenCall(deps.changes, organization, [key]))) return false;
  const nowMs = deps.clock.now();
  await deps.changes.mark(subject, lane, nowMs, cause);
  const { accountId: foundId } = verdict.facts;
  if (verdict.kind === 'account-replaced' && typeof foundId === 'string')
    await forgetFormerAccount(deps, organization, foundId, evidenceOf);
  const mark = async (account: Subject<'person'>): Promise<void> => {
    emptied.set(account.key, cause);
    await deps.changes.mark(account, lane, nowMs, cause);
  };
  for (const accountId of verdict.toEmpty)
    await emptyAccount(deps, { organization, accountId, key, ledger, nowMs, mark }, evidenceOf);
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
    { known: stored },
  );
  return true;
}

/** Forgets that an account was to be emptied which is somebody's of the ledger by now. Returns whether it did. */
export async function forgetIfInUse(
  deps: Omit<JoinFoundPeopleDeps, 'namesOfToday'>,
  { lane, evidenceOf }: JoinRun,
  { key, ledger, cause }: PersonFound,
): Promise<boolean> {
  const { alias } = deps.organization;
  const accountId = knownAccountOf(ledger);
  if (accountId === undefined || !(await isInUse(deps, alias, ledger))) return false;
  await deps.changes.mark(personSubject(alias, key), lane, deps.clock.now(), cause);
  await forgetFormerAccount(deps, alias, accountId, evidenceOf);
  return true;
}
