import type { Clock } from '../../clock';
import type { FindingRecord } from '../../domain/audit/finding';
import type { Decider } from '../../domain/decider';
import { fold } from '../../domain/fold';
import { erasedLedger, factsErasedTo, keysSpokenUnder, whyNotErasable } from '../../domain/ledger/erasure';
import { PERSON_ERASED, type EvidenceEntry } from '../../domain/ledger/evidence';
import { personAccess } from '../../domain/ledger/person-access';
import {
  addressesOf,
  erasedToMsOf,
  strangersToMsOf,
  withStrangersTo,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { organizationSubject, personSubject, type Subject } from '../../domain/ledger/subject';
import type { RefusedChange } from '../../domain/plan/refused-change';
import { isPersonKey, personKey as keyOfAddress } from '../../domain/person-key';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { FindingStore } from '../../storage/findings';
import type { UploadedPeople } from '../../storage/desk/uploaded-people';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import type { RefusedChangeStore } from '../../storage/refused-changes';
import { mayHaveLeftUndone } from '../ledger/organization/observed-organization';
import { hasOpenCall } from '../ledger/has-open-call';
import { logEvidence, type LogEvidenceDeps } from '../ledger/log-evidence';
import { keysOfPerson } from '../ledger/separate-people';
import { updateLedger } from '../ledger/update-ledger';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import { ledgersToErase, type OwnLedger } from './ledgers-to-erase';
import { refuseOwnMatter } from './refuse-own-matter';
import { refuseToErase } from './refuse-to-erase';
import { requireReason } from './require-reason';
import { orNoteUnreadable } from './or-note-unreadable';

export type ErasePersonDeps = LogEvidenceDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'list' | 'appendEvidence' | 'evidence' | 'redact'>;
    accounts: Pick<PeopleIndex, 'personOf' | 'list' | 'notePerson' | 'forgetPerson'>;
    changes: Pick<ChangeStore, 'listAttempts' | 'listMarks'>;
    holds: Pick<HoldStore, 'list'>;
    findings: Pick<FindingStore, 'list'>;
    refusedChanges: Pick<RefusedChangeStore, 'list'>;
    uploadedPeople: Pick<UploadedPeople, 'forgetWhoever'>;
    clock: Pick<Clock, 'now'>;
  }>;

type Erasure = Readonly<{ key: string; by: Decider; reason: unknown }>;

/**
 * Erases what is kept of a person who left, and of the ledgers that joined theirs: the state and the facts of each record. Numbers, kinds,
 * times and hashes stay, so that chain and log can be verified as before. The decision is recorded first; a ledger says that it was erased
 * before a record of it loses its facts. To erase somebody again carries on where a process died.
 * @throws AppError `person-unknown`, `person-not-erasable` with why, `decides-about-self`, `body-invalid` without a reason,
 * `record-unreadable` once all else is erased, where records were edited: it names their ledgers; `evidence-unavailable`, or
 * `storage-conflict` where something was recorded of them meanwhile: whoever tries again goes on
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
  const stored = governed && isPersonKey(key) ? await deps.ledger.read(subject) : undefined;
  if (governed === undefined || stored === undefined)
    throw new AppError('person-unknown', 'There is no such person');
  const all = await ledgersToErase(deps, organization, { key, stored });
  const keys = all.map((own) => own.key);
  await refuseOwnMatter(deps, organization, by, [
    ...keys,
    ...all.flatMap((own) => [...own.accounts, ...addressesOf(own.stored.value)]),
  ]);
  const edited = new Map<string, string>();
  // Of somebody who was hired again before this came to its end too.
  for (const own of all) await redactErased(deps, personSubject(organization, own.key), edited);
  await requireErasable(deps, governed, key, all);
  const record = { atMs: deps.clock.now(), policyHash: policy.hash };
  const facts = { person: key, ledgers: keys.length, by, reason };
  await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
    { kind: 'erasure-decided', ...record, facts },
  ]);
  await forgetUploaded(deps, organization, all);
  const entry = { kind: PERSON_ERASED, ...record, facts: { by } };
  const ledgers = all.map((own) => own.stored.value);
  const leftAt = async (own: string): Promise<PersonLedger> => {
    if (!(await isOfAnother(deps, organization, own, keys))) return erasedLedger(ledgers, record.atMs);
    const known = all.find((one) => one.key === own)?.stored.value;
    return erasedLedger(ledgers, record.atMs, { key: own, known });
  };
  for (const other of new Set(ledgers.flatMap(keysSpokenUnder)))
    if (!keys.includes(other))
      await orNoteUnreadable(edited, other, async () =>
        keepWhenSaid(deps, personSubject(organization, other), {
          left: await leftAt(other),
          underToMs: erasedToMsOf(erasedLedger(ledgers, record.atMs, { key: other })),
          entry,
        }),
      );
  // The person's own last: as long as it is there, whoever repeats this finds the others.
  for (const own of all.toReversed())
    await eraseLedger(deps, governed, own, { left: await leftAt(own.key), entry }, edited);
  if (edited.size > 0) throw new AppError('record-unreadable', [...edited.values()].join('; '));
}

/** Of files of HR that wait for a plan, by address and by worker id, whichever source it is of. */
async function forgetUploaded(
  { uploadedPeople }: Pick<ErasePersonDeps, 'uploadedPeople'>,
  organization: string,
  all: readonly OwnLedger[],
): Promise<void> {
  const keys = new Set(all.flatMap((own) => [own.key, ...addressesOf(own.stored.value).map(keyOfAddress)]));
  const ids = new Set(
    all.flatMap((own) => own.stored.value.timeline.flatMap(({ workerId }) => workerId ?? [])),
  );
  await uploadedPeople.forgetWhoever(
    organization,
    ({ email, workerId = '' }) => keys.has(keyOfAddress(fold(email))) || ids.has(workerId),
  );
}

async function requireErasable(
  deps: ErasePersonDeps,
  organization: OrganizationPolicy,
  key: string,
  all: readonly OwnLedger[],
): Promise<void> {
  const nowMs = deps.clock.now();
  for (const { key: own, stored } of all)
    if (own === key || stored.value.joined === undefined)
      refuseToErase(whyNotErasable(stored.value, personAccess(stored.value, organization, nowMs), nowMs));
  if (await mayHaveLeftUndone(deps, organization)) refuseToErase('is-observed');
  const keys = new Set(all.map((own) => own.key));
  const marks = await deps.changes.listMarks(organization.alias, Infinity);
  if (marks.some(({ subject }) => subject.kind === 'person' && keys.has(subject.key)))
    refuseToErase('is-marked');
  if (await hasOpenCall(deps.changes, organization.alias, [...keys])) refuseToErase('has-open-call');
  const holds = await deps.holds.list(organization.alias, 'held', 'released');
  if (holds.some(({ removals }) => removals.some(({ personKey }) => keys.has(personKey))))
    refuseToErase('is-held');
  const findings = await deps.findings.list(organization.alias);
  const accounts = new Set(all.flatMap((own) => own.accounts).map(fold));
  if (findings.some((finding) => isLeaverFound(finding, { keys, accounts }))) refuseToErase('is-found');
  const { lastAudit } = (await deps.ledger.read(organizationSubject(organization.alias)))?.value ?? {};
  const auditedMs = lastAudit?.startedAtMs ?? lastAudit?.atMs ?? Number.NEGATIVE_INFINITY;
  const refusals = await deps.refusedChanges.list(organization.alias);
  if (refusals.some((change) => keys.has(change.personKey) && isRefusedRemoval(change, auditedMs)))
    refuseToErase('is-refused');
}

/** One that no audit has looked for since. */
function isRefusedRemoval({ decision, history }: RefusedChange, auditedMs: number): boolean {
  return decision === 'remove' && history.some(({ atMs }) => atMs >= auditedMs);
}

/** The ledger does not have what a leaver was in without it, and UiPath may refuse the removal: only the audit knows then. */
function isLeaverFound(
  { check, state, subject: { memberId = '', personKey = '' } }: FindingRecord,
  { keys, accounts }: Readonly<Record<'keys' | 'accounts', ReadonlySet<string>>>,
): boolean {
  return (
    check === 'leaver-present' && state !== 'fixed' && (keys.has(personKey) || accounts.has(fold(memberId)))
  );
}

/** Whether an address is somebody else's by now, though the ledger of its key is not theirs. */
async function isOfAnother(
  { accounts }: Pick<ErasePersonDeps, 'accounts'>,
  organization: string,
  address: string,
  keys: readonly string[],
): Promise<boolean> {
  const noted = await accounts.personOf(organization, { kind: 'address', hash: address });
  return noted !== undefined && !keys.includes(noted);
}

/**
 * Of an address that has no ledger, as its words are in the person's own: until when what is said under it is of nobody. Whoever has a
 * ledger there is somebody else: then that is true of records that are not theirs.
 */
async function keepWhenSaid(
  deps: ErasePersonDeps,
  subject: Subject<'person'>,
  { left, underToMs, entry }: Readonly<{ left: PersonLedger; underToMs: number; entry: EvidenceEntry }>,
): Promise<void> {
  const { stored } = await logEvidence(deps, subject);
  if (stored !== undefined && stored.value.erased === undefined) {
    await updateLedger(deps.ledger, subject, (current) =>
      current === undefined || Math.max(0, strangersToMsOf(current)) >= underToMs
        ? undefined
        : { next: withStrangersTo(current, underToMs), evidence: [] },
    );
    return;
  }
  if (Math.max(0, erasedToMsOf(stored?.value)) >= erasedToMsOf(left)) return;
  await deps.ledger.write(subject, left, stored, [entry]);
  await logEvidence(deps, subject);
}

/**
 * All records are in the log before the state goes, and the one that tells of it before any loses its facts. What leads to them goes in
 * between; of whoever is spoken of again meanwhile it is noted anew.
 */
async function eraseLedger(
  deps: ErasePersonDeps,
  { alias }: OrganizationPolicy,
  { key, stored: read }: OwnLedger,
  { left, entry }: Readonly<{ left: PersonLedger; entry: EvidenceEntry }>,
  edited: Map<string, string>,
): Promise<void> {
  const subject = personSubject(alias, key);
  const { stored } = await logEvidence(deps, subject);
  if (stored === undefined || stored.etag !== read.etag)
    throw new AppError('storage-conflict', 'Something was recorded of the person meanwhile');
  if (stored.value.erased === undefined) await deps.ledger.write(subject, left, stored, [entry]);
  await deps.accounts.forgetPerson(alias, key);
  const { value } = (await deps.ledger.read(subject)) ?? {};
  if (value !== undefined && value.erased === undefined)
    await deps.accounts.notePerson(alias, key, keysOfPerson(value));
  await redactErased(deps, subject, edited);
}

/**
 * Takes their facts from the records that are to have none, once the log has the one that tells of it. One that was edited in a ledger
 * keeps nobody's others: `edited` takes in what is to be said of it, by the key of the ledger.
 */
async function redactErased(
  deps: ErasePersonDeps,
  subject: Subject<'person'>,
  edited: Map<string, string>,
): Promise<void> {
  const { logged } = await logEvidence(deps, subject);
  const { records } = await deps.ledger.evidence(subject);
  const lastSeq = factsErasedTo(records.filter(({ seq }) => seq <= logged.seq));
  if (lastSeq === 0) return;
  await orNoteUnreadable(edited, subject.key, async () => deps.ledger.redact(subject, lastSeq));
}
