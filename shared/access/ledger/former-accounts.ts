import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { formerAccountLedger } from '../../domain/ledger/former-account';
import { personAt } from '../../domain/ledger/worker-records';
import { emptyPersonLedger, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { formerAccountKey } from '../../domain/person-key';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { updateLedger } from './update-ledger';

/** The causes of accounts that this run had emptied, by the key of the ledger that each of them got. */
export type EmptiedAccounts = Map<string, string | undefined>;

/** How a run records. */
export type RecordsOfRun = Readonly<{
  evidenceOf: (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry;
  /** Asked before each record: it throws once another writer took over. */
  mayGoOn: () => Promise<void>;
}>;

type Emptied = Readonly<{
  organization: string;
  accountId: string;
  /** The key and ledger of the person whose account it was. */
  key: string;
  ledger: PersonLedger;
  nowMs: number;
  mark: (account: Subject<'person'>) => Promise<void>;
}>;

type FormerAccountsDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  accounts: Pick<PeopleIndex, 'list'>;
}>;

/** Has an account emptied that is a person's no more, unless it is somebody else's of the ledger who has not left. Idempotent. */
export async function emptyAccount(
  deps: FormerAccountsDeps,
  { organization, accountId, key, ledger, nowMs, mark }: Emptied,
  { evidenceOf, mayGoOn }: RecordsOfRun,
): Promise<void> {
  const isAnothers = (other: string, theirs: PersonLedger): boolean =>
    other !== key && personAt(theirs.timeline, nowMs).employment !== 'left';
  if (await isOfSomebody(deps, organization, accountId, isAnothers)) return;
  const subject = personSubject(organization, formerAccountKey(accountId));
  await mayGoOn();
  await mark(subject);
  await updateLedger(
    deps.ledger,
    subject,
    (before) => {
      const next = formerAccountLedger(ledger, { key, accountId, before, nowMs });
      return next === before
        ? undefined
        : { next, evidence: [evidenceOf('account-to-empty', { accountId, person: key })] };
    },
    { mayGoOn },
  );
}

/** An account that is a person's again is not emptied any more. */
export async function forgetFormerAccount(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write'> }>,
  organization: string,
  accountId: string,
  { evidenceOf, mayGoOn = nobodyAsks }: Pick<RecordsOfRun, 'evidenceOf'> & Partial<RecordsOfRun>,
): Promise<void> {
  await mayGoOn();
  await updateLedger(
    deps.ledger,
    personSubject(organization, formerAccountKey(accountId)),
    (current) =>
      current?.identity === undefined
        ? undefined
        : {
            next: { ...emptyPersonLedger(current.email), formerAccountOf: current.formerAccountOf },
            evidence: [evidenceOf('account-in-use-again', { accountId })],
          },
    { mayGoOn },
  );
}

/** A person decides, and no writer. */
const nobodyAsks = async (): Promise<void> => {};

/**
 * Whether an account that is to be emptied is somebody's of the ledger by now who is not out themselves: another's, or again that of
 * whoever had it before.
 */
export async function isInUse(
  deps: FormerAccountsDeps,
  organization: string,
  { formerAccountOf, identity }: PersonLedger,
  hasLeft: (ledger: PersonLedger) => boolean,
): Promise<boolean> {
  if (formerAccountOf === undefined || identity?.kind !== 'resolved') return false;
  return isOfSomebody(deps, organization, identity.id, (_key, theirs) => !hasLeft(theirs));
}

async function isOfSomebody(
  { ledger, accounts }: FormerAccountsDeps,
  organization: string,
  accountId: string,
  isAsked: (key: string, ledger: PersonLedger) => boolean,
): Promise<boolean> {
  for (const key of await accounts.list(organization, accountId)) {
    const theirs = (await ledger.read(personSubject(organization, key)))?.value;
    const isTheirs = theirs?.identity?.kind === 'resolved' && theirs.identity.id === accountId;
    const isOpen = isTheirs && theirs.joined === undefined && theirs.formerAccountOf === undefined;
    if (isOpen && isAsked(key, theirs)) return true;
  }
  return false;
}
