import type { Clock } from '../../clock';
import type { Decider } from '../../domain/decider';
import { erasedLedger, whyNotErasable, type WhyNotErasable } from '../../domain/ledger/erasure';
import { PERSON_ERASED, type EvidenceEntry } from '../../domain/ledger/evidence';
import { personAccess } from '../../domain/ledger/person-access';
import { addressesOf, knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { formerAccountKey, isPersonKey } from '../../domain/person-key';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { hasOpenCall } from '../ledger/has-open-call';
import { logEvidence, type LogEvidenceDeps } from '../ledger/log-evidence';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { refuseOwnMatter } from './refuse-own-matter';
import { requireReason } from './require-reason';

export type ErasePersonDeps = LogEvidenceDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence' | 'evidence' | 'redact'>;
    accounts: Pick<PeopleIndex, 'personOf' | 'list' | 'forgetPerson'>;
    changes: Pick<ChangeStore, 'listAttempts'>;
    holds: Pick<HoldStore, 'list'>;
    clock: Pick<Clock, 'now'>;
  }>;

type Erasure = Readonly<{ key: string; by: Decider; reason: unknown }>;

/** One of the ledgers that are a person's, as it was read. */
type OwnLedger = Readonly<{ key: string; ledger: PersonLedger }>;

/**
 * Erases what is kept of a person who left, and of the ledgers that joined theirs: the state and the facts of each record. Numbers, kinds,
 * times and hashes stay, so that chain and log can be verified as before. The decision is recorded first; a ledger says that it was erased
 * before a record of it loses its facts. To erase somebody again carries on where a process died.
 * @throws AppError `person-unknown`, `person-not-erasable` with why, `decides-about-self`, `body-invalid` without a reason,
 * `evidence-unavailable` or `storage-conflict`: whoever tries again goes on
 */
export async function erasePerson(
  deps: ErasePersonDeps,
  organization: string,
  { key, by, reason: said }: Erasure,
): Promise<void> {
  const reason = requireReason(said);
  const policy = await deps.policy();
  const governed = policy.organizations.get(organization);
  const subject = personSubject(organization, key);
  const ledger = governed && isPersonKey(key) ? (await deps.ledger.read(subject))?.value : undefined;
  if (governed === undefined || ledger === undefined)
    throw new AppError('person-unknown', 'There is no such person');
  const all = await ledgersOf(deps, organization, { key, ledger });
  const accounts = [...new Set(all.flatMap((own) => accountsOf(own.ledger)))];
  const keys = all.map((own) => own.key);
  await refuseOwnMatter(deps, organization, by, [
    ...keys,
    ...accounts,
    ...all.flatMap((own) => addressesOf(own.ledger)),
  ]);
  await requireErasable(deps, governed, key, all);
  const record = { atMs: deps.clock.now(), policyHash: policy.hash };
  const facts = { person: key, ledgers: keys.length, by, reason };
  await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
    { kind: 'erasure-decided', ...record, facts },
  ]);
  // The person's own last: as long as it is there, whoever repeats this finds the others.
  for (const own of all.toReversed()) {
    await eraseLedger(deps, governed, own.key, { kind: PERSON_ERASED, ...record, facts: { by } });
    await deps.accounts.forgetPerson(organization, own.key, accounts);
  }
}

/** The ledger of a person, those that joined it, and those of accounts that were theirs before; none of them twice. */
async function ledgersOf(
  deps: Pick<ErasePersonDeps, 'ledger'>,
  organization: string,
  first: OwnLedger,
): Promise<readonly OwnLedger[]> {
  const found = new Map([[first.key, first]]);
  for (const own of found.values()) {
    const { records } = await deps.ledger.evidence(personSubject(organization, own.key));
    const joined = records.flatMap(({ kind, facts }) =>
      kind === 'person-joined' && typeof facts['person'] === 'string' ? [facts['person']] : [],
    );
    for (const key of [...joined, ...accountsOf(own.ledger).map(formerAccountKey)]) {
      if (found.has(key)) continue;
      const ledger = (await deps.ledger.read(personSubject(organization, key)))?.value;
      const isTheirs = ledger?.joined?.into === own.key || ledger?.formerAccountOf === own.key;
      // One that says so already may have records that a process which died did not come to.
      if (ledger !== undefined && (isTheirs || ledger.erased !== undefined)) found.set(key, { key, ledger });
    }
  }
  return [...found.values()];
}

function accountsOf(ledger: PersonLedger): readonly string[] {
  const { replaced, otherAccounts = [], confirmedAccountId, joined } = ledger;
  const own = [knownAccountOf(ledger), replaced?.accountId, confirmedAccountId, ...otherAccounts];
  return [...own.flatMap((id) => id ?? []), ...(joined === undefined ? [] : accountsOf(joined.before))];
}

async function requireErasable(
  deps: ErasePersonDeps,
  organization: OrganizationPolicy,
  key: string,
  all: readonly OwnLedger[],
): Promise<void> {
  const nowMs = deps.clock.now();
  for (const { key: own, ledger } of all)
    if (own === key || ledger.joined === undefined)
      refuse(whyNotErasable(ledger, personAccess(ledger, organization, nowMs), nowMs));
  const keys = new Set(all.map((own) => own.key));
  if (await hasOpenCall(deps.changes, organization.alias, [...keys])) refuse('has-open-call');
  const holds = await deps.holds.list(organization.alias, 'held', 'released');
  if (holds.some(({ removals }) => removals.some(({ personKey }) => keys.has(personKey)))) refuse('is-held');
}

const WHY: Readonly<Record<NonNullable<WhyNotErasable> | 'has-open-call' | 'is-held', string>> = {
  'at-work': 'they work here, or something is said of them for a day ahead',
  'kept-out': 'they are kept out still, and that would be forgotten',
  'has-reasons': 'they have a reason for access',
  'is-member': 'they are in a group that this application knows of',
  'in-doubt': 'it is not decided who they are: see their page',
  'joined-another': 'they were joined with somebody else: erase that person',
  'has-open-call': 'a call about them is open: try again in some minutes',
  'is-held': 'a plan holds a removal of theirs',
};

/** Why somebody cannot be erased, for readers. */
export function whyNotErasableText(why: NonNullable<WhyNotErasable>): string {
  return WHY[why];
}

function refuse(why: keyof typeof WHY | undefined): void {
  if (why !== undefined)
    throw new AppError('person-not-erasable', `The person cannot be erased: ${WHY[why]}`);
}

/** All records are in the log before the state goes, and the one that tells of it before any loses its facts. */
async function eraseLedger(
  deps: ErasePersonDeps,
  organization: OrganizationPolicy,
  key: string,
  entry: EvidenceEntry,
): Promise<void> {
  const subject = personSubject(organization.alias, key);
  const { stored } = await logEvidence(deps, subject);
  if (stored === undefined) return;
  const { value } = stored;
  if (value.erased === undefined) {
    const { atMs } = entry;
    if (value.joined === undefined)
      refuse(whyNotErasable(value, personAccess(value, organization, atMs), atMs));
    await deps.ledger.write(subject, erasedLedger(atMs), stored, [entry]);
  }
  const { logged } = await logEvidence(deps, subject);
  const { records } = await deps.ledger.evidence(subject);
  const last = records.findLast(({ kind, seq }) => kind === PERSON_ERASED && seq <= logged.seq);
  if (last !== undefined) await deps.ledger.redact(subject, last.seq - 1);
}
