import { isGuid } from '../../domain/guid';
import { verifyEvidence, type EvidenceEntry } from '../../domain/ledger/evidence';
import { addressesOf, knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { formerAccountKey } from '../../domain/person-key';
import type { LedgerStore, Stored } from '../../storage/ledger';
import { refuseToErase } from './refuse-to-erase';

type LedgersToEraseDeps = Readonly<{ ledger: Pick<LedgerStore, 'read' | 'list' | 'evidence'> }>;

/** One of the ledgers that are a person's, as it was read, and the accounts that it or its records name as theirs. */
export type OwnLedger = Readonly<{ key: string; stored: Stored<PersonLedger>; accounts: readonly string[] }>;

/**
 * The ledger of a person, those that joined it, and those of accounts that were theirs before; none of them twice. Where one of the records
 * that name them was edited or removed, they are looked for among all ledgers.
 * @throws AppError `person-not-erasable` where one of them is being joined or told apart
 */
export async function ledgersToErase(
  deps: LedgersToEraseDeps,
  organization: string,
  first: Pick<OwnLedger, 'key' | 'stored'>,
): Promise<readonly OwnLedger[]> {
  const found = new Map<string, OwnLedger>();
  const toLookAt = [first];
  for (const { key, stored } of toLookAt) {
    const { records, head, edited } = await deps.ledger.evidence(personSubject(organization, key));
    const isWhole = verifyEvidence(records, head, edited) === undefined;
    const unnamed = isWhole ? [] : await keysOfOwn(deps, organization, key);
    const accounts = [...new Set([...accountsOf(stored.value), ...records.flatMap(accountsIn)])];
    found.set(key, { key, stored, accounts });
    const joined = records.flatMap(({ kind, facts }) =>
      kind === 'person-joined' && typeof facts['person'] === 'string' ? [facts['person']] : [],
    );
    for (const other of new Set([...joined, ...accounts.map(formerAccountKey), ...unnamed])) {
      if (toLookAt.some((one) => one.key === other)) continue;
      const theirs = await deps.ledger.read(personSubject(organization, other));
      if (theirs === undefined) continue;
      const { value } = theirs;
      if (isHalfTheirs(value, key, stored.value)) refuseToErase('in-doubt');
      // One that says so already may have records that a process which died did not come to.
      if (isOf(value, key) || value.erased !== undefined) toLookAt.push({ key: other, stored: theirs });
    }
  }
  return [...found.values()];
}

/** Of the ledgers that say themselves whose they are. One that cannot be read says nothing. */
async function keysOfOwn(
  { ledger }: LedgersToEraseDeps,
  organization: string,
  key: string,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key: other, value } of ledger.list(organization, 'person'))
    if (value !== undefined && (isOf(value, key) || value.separating?.from === key)) keys.push(other);
  return keys;
}

function isOf({ joined, formerAccountOf }: PersonLedger, key: string): boolean {
  return joined?.into === key || formerAccountOf === key;
}

/** True of whoever was joined, where what is theirs is in both ledgers: the one or the other is not done yet. */
function isHalfTheirs(
  { joined, formerAccountOf, separating, email }: PersonLedger,
  key: string,
  ledger: PersonLedger,
): boolean {
  if (separating?.from === key) return true;
  return joined === undefined && formerAccountOf === undefined && addressesOf(ledger).includes(email);
}

/** Accounts that a record about the person names. */
function accountsIn({ facts }: EvidenceEntry): readonly string[] {
  const { accountId, formerAccountId, accountIds } = facts;
  const ids: readonly unknown[] = [accountId, formerAccountId].concat(accountIds);
  return ids.filter((id) => typeof id === 'string').filter(isGuid);
}

function accountsOf(ledger: PersonLedger): readonly string[] {
  const { replaced, otherAccounts = [], confirmedAccountId, joined } = ledger;
  const own = [knownAccountOf(ledger), replaced?.accountId, confirmedAccountId, ...otherAccounts];
  return [...own.flatMap((id) => id ?? []), ...(joined === undefined ? [] : accountsOf(joined.before))];
}
