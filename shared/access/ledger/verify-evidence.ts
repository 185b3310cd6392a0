import type { EvidenceKey } from '../../domain/evidence/evidence-keys';
import { subjectInLog, type LogEntry } from '../../domain/evidence/log-entry';
import {
  faultOfSubject,
  type LoggedSubject,
  type FaultOfSubject,
} from '../../domain/evidence/verify-subject';
import type { Checkpoint } from '../../domain/evidence/checkpoint';
import type { EvidenceHead } from '../../domain/ledger/evidence';
import type { Subject, SubjectKind } from '../../domain/ledger/subject';
import { errorCodeOf } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { LedgerStore } from '../../storage/ledger';
import type { PolicyArchive } from '../../storage/evidence/policy-archive';
import { readPolicyChanges, verifyPolicies } from './policy-versions';
import { verifyLog, type LogFault, type VerifyLogDeps } from './verify-log';

export type VerifyEvidenceDeps = VerifyLogDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'heads' | 'evidence'>;
    evidenceLog: Pick<EvidenceLog, 'read' | 'heads' | 'headOf'>;
    policyArchive: Pick<PolicyArchive, 'read'>;
  }>;

/** `subject`: `person:<key>` and its like; of one that only the log knows `unknown:<its name there>`; of a version of the policy `policy:<hash>`. */
export type FaultySubject = FaultOfSubject & Readonly<{ subject: string }>;

export type VerifiedEvidence = Readonly<{
  log: readonly LogFault[];
  subjects: readonly FaultySubject[];
  /** How much was looked at. */
  looked: Readonly<{ entries: number; subjects: number; records: number }>;
}>;

export const SUBJECT_KINDS: readonly SubjectKind[] = ['organization', 'person', 'rule', 'entity'];

/**
 * Verifies all evidence of an organization: the log by itself and by the checkpoints that were kept elsewhere, and each subject by
 * itself and by what the log knows of it, and the versions of the policy that its own evidence names.
 */
export async function verifyEvidenceOf(
  deps: VerifyEvidenceDeps,
  organization: Readonly<{ alias: string; origin: string }>,
  anchors: readonly Pick<Checkpoint, 'size' | 'root'>[] = [],
): Promise<VerifiedEvidence> {
  const keys = await deps.evidenceKeys();
  const inLog = new Map<string, LogEntry[]>();
  let entries = 0;
  const before = await placesOf(deps, organization.alias);
  const verified = await verifyLog(deps, organization, {
    anchors,
    placed: entriesOf(before),
    onEntry: (entry) => {
      entries += 1;
      const name = `${entry.key}/${entry.subject}`;
      const known = inLog.get(name);
      if (known === undefined) inLog.set(name, [entry]);
      else known.push(entry);
    },
  });
  const faults = verified.faults;
  const isReliable = isLogReliable(faults);
  const subjects = await subjectsOf(deps, organization.alias);
  const found: FaultySubject[] = [];
  let records = 0;
  await mapConcurrently(subjects, STORAGE_WIDTH, async (subject) => {
    const logged = keys.flatMap((key) => {
      const name = nameInLog(key, subject);
      const own = inLog.get(name) ?? [];
      inLog.delete(name);
      return own;
    });
    const judged = await judgeSubject(deps, subject, {
      entries: isReliable ? logged : undefined,
      before: before.get(nameOf(subject)),
    });
    records += judged.records;
    if (judged.fault !== undefined) found.push(judged.fault);
  });
  if (isReliable) for (const [name, [first]] of inLog) found.push(unknownSubject(name, first));
  found.push(...(await verifyPolicies(deps, await readPolicyChanges(deps, organization.alias))));
  return {
    log: faults,
    subjects: found.toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
    looked: { entries, subjects: subjects.length, records },
  };
}

/** Whether the entries of a log are those that were written. */
export function isLogReliable(faults: readonly LogFault[]): boolean {
  return faults.every(({ kind }) => kind === 'tiles' || kind === 'checkpoint' || kind === 'anchor');
}

/** Judges one subject by its rows, which are read here, and by the log, which was read before. */
export async function judgeSubject(
  deps: Pick<VerifyEvidenceDeps, 'evidenceKeys' | 'evidenceLog' | 'ledger'>,
  subject: Subject,
  logged: Omit<LoggedSubject, 'after'>,
): Promise<Readonly<{ fault: FaultySubject | undefined; records: number }>> {
  const after = await readable(async () => deps.evidenceLog.headOf(subject));
  const stored = await deps.ledger.evidence(subject);
  const keys = new Map((await deps.evidenceKeys()).map((key): [string, EvidenceKey] => [key.id, key]));
  const fault = faultOfSubject(keys, subject, stored, { ...logged, after });
  return {
    fault: fault === undefined ? undefined : { subject: nameOf(subject), ...fault },
    records: stored.records.length,
  };
}

/** One whose entries are in the log, and of whom nothing else is left. */
export function unknownSubject(name: string, first: LogEntry | undefined): FaultySubject {
  return { subject: `unknown:${name.split('/')[1] ?? ''}`, kind: 'missing', seq: first?.seq ?? 0 };
}

export function nameOf({ kind, key }: Subject): string {
  return `${kind}:${key}`;
}

async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}

/** How many entries the log has of all subjects, by their places. */
export function entriesOf(places: ReadonlyMap<string, EvidenceHead | undefined>): number {
  return [...places.values()].reduce((sum, place) => sum + (place?.seq ?? 0), 0);
}

async function placesOf(
  { evidenceLog }: Pick<VerifyEvidenceDeps, 'evidenceLog'>,
  organization: string,
): Promise<ReadonlyMap<string, EvidenceHead | undefined>> {
  const places = new Map<string, EvidenceHead | undefined>();
  for (const kind of SUBJECT_KINDS)
    for await (const { key, head } of evidenceLog.heads(organization, kind))
      places.set(`${kind}:${key}`, head);
  return places;
}

/** What entries of a subject have in common that were made with one key. */
export function nameInLog(key: EvidenceKey, subject: Subject): string {
  return `${key.id}/${subjectInLog(key, subject)}`;
}

/** Those with a ledger, and those of which the log knows and that have none any more. */
export async function subjectsOf(
  { ledger, evidenceLog }: Pick<VerifyEvidenceDeps, 'ledger' | 'evidenceLog'>,
  organization: string,
): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for (const kind of SUBJECT_KINDS) {
    const keys = new Set<string>();
    for await (const { key } of ledger.heads(organization, kind)) keys.add(key);
    for await (const { key } of evidenceLog.heads(organization, kind)) keys.add(key);
    for (const key of keys) subjects.push({ organization, kind, key });
  }
  return subjects;
}

/** A line `<subject> <kind> <at>` for each fault, in the order of docs/evidence-format.md. */
export function toFaultLines({
  log,
  subjects,
}: Pick<VerifiedEvidence, 'log' | 'subjects'>): readonly string[] {
  return [
    ...log.map(({ kind, at }) => `log ${kind} ${at}`),
    ...subjects.map(({ subject, kind, seq }) => `${subject} ${kind} ${seq}`),
  ];
}
