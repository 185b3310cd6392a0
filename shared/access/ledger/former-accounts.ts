import { formerAccountLedger } from '../../domain/ledger/former-account';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { emptyPersonLedger, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { formerAccountKey } from '../../domain/person-key';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { updateLedger } from './update-ledger';

type EvidenceOf = (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry;

/** The causes of accounts that this run had emptied, by the key of the ledger that each of them got. */
export type EmptiedAccounts = Map<string, string | undefined>;

type Emptied = Readonly<{
  organization: string;
  accountId: string;
  /** The key and ledger of the person whose account it was. */
  key: string;
  ledger: PersonLedger;
  nowMs: number;
  mark: (account: Subject<'person'>) => Promise<void>;
}>;

/** Has an account emptied that is a person's no more, unless it is somebody else's of the ledger. Idempotent. */
export async function emptyAccount(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write'>; accounts: Pick<PeopleIndex, 'list'> }>,
  { organization, accountId, key, ledger, nowMs, mark }: Emptied,
  evidenceOf: EvidenceOf,
): Promise<void> {
  if (await isOfSomebody(deps, organization, accountId, (other) => other !== key)) return;
  const subject = personSubject(organization, formerAccountKey(accountId));
  await mark(subject);
  await updateLedger(deps.ledger, subject, (before) => ({
    next: formerAccountLedger(ledger, { key, accountId, before, nowMs }),
    evidence: [evidenceOf('account-to-empty', { accountId, person: key })],
  }));
}

/** An account that is a person's again is not emptied any more. */
export async function forgetFormerAccount(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write'> }>,
  organization: string,
  accountId: string,
  evidenceOf: EvidenceOf,
): Promise<void> {
  await updateLedger(deps.ledger, personSubject(organization, formerAccountKey(accountId)), (current) =>
    current?.identity === undefined
      ? undefined
      : {
          next: { ...emptyPersonLedger(current.email), formerAccountOf: current.formerAccountOf },
          evidence: [evidenceOf('account-in-use-again', { accountId })],
        },
  );
}

/** Whether an account that is to be emptied is somebody's of the ledger by now: another's, or again that of whoever had it before. */
export async function isInUse(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'read'>; accounts: Pick<PeopleIndex, 'list'> }>,
  organization: string,
  { formerAccountOf, identity }: PersonLedger,
): Promise<boolean> {
  if (formerAccountOf === undefined || identity?.kind !== 'resolved') return false;
  return isOfSomebody(deps, organization, identity.id, () => true);
}

async function isOfSomebody(
  { ledger, accounts }: Parameters<typeof isInUse>[0],
  organization: string,
  accountId: string,
  isAsked: (key: string) => boolean,
): Promise<boolean> {
  for (const key of await accounts.list(organization, accountId)) {
    if (!isAsked(key)) continue;
    const theirs = (await ledger.read(personSubject(organization, key)))?.value;
    const isTheirs = theirs?.identity?.kind === 'resolved' && theirs.identity.id === accountId;
    if (isTheirs && theirs.joined === undefined && theirs.formerAccountOf === undefined) return true;
  }
  return false;
}
