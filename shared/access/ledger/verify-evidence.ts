import type { EvidenceKey, EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { subjectInLog, type LogEntry } from '../../domain/evidence/log-entry';
import { faultOfSubject, type SubjectFault } from '../../domain/evidence/verify-subject';
import type { Checkpoint } from '../../domain/evidence/checkpoint';
import type { Subject, SubjectKind } from '../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { LedgerStore } from '../../storage/ledger';
import { verifyLog, type LogFault, type VerifyLogDeps } from './verify-log';

export type VerifyEvidenceDeps = VerifyLogDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'heads' | 'evidence'>;
    evidenceLog: Pick<EvidenceLog, 'read' | 'heads'>;
  }>;

/** `subject`: `person:<key>` and its like; of one that only the log knows `unknown:<its name there>`. */
export type FaultySubject = SubjectFault & Readonly<{ subject: string }>;

export type VerifiedEvidence = Readonly<{
  log: readonly LogFault[];
  subjects: readonly FaultySubject[];
  /** How much was looked at. */
  looked: Readonly<{ entries: number; subjects: number; records: number }>;
}>;

export const SUBJECT_KINDS: readonly SubjectKind[] = ['organization', 'person', 'rule', 'entity'];

/**
 * Verifies all evidence of an organization: the log by itself and by the checkpoints that were kept elsewhere, and each subject by
 * itself and by what the log knows of it.
 */
export async function verifyEvidenceOf(
  deps: VerifyEvidenceDeps,
  organization: Readonly<{ alias: string; origin: string }>,
  anchors: readonly Pick<Checkpoint, 'size' | 'root'>[] = [],
): Promise<VerifiedEvidence> {
  const keys = await deps.evidenceKeys();
  const inLog = new Map<string, LogEntry[]>();
  let entries = 0;
  const { faults } = await verifyLog(deps, organization, {
    anchors,
    onEntry: (entry) => {
      entries += 1;
      const name = `${entry.key}/${entry.subject}`;
      const known = inLog.get(name);
      if (known === undefined) inLog.set(name, [entry]);
      else known.push(entry);
    },
  });
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
    const stored = await deps.ledger.evidence(subject);
    records += stored.records.length;
    const fault = faultOfSubject(byId(keys), subject, stored, logged);
    if (fault !== undefined) found.push({ subject: `${subject.kind}:${subject.key}`, ...fault });
  });
  for (const [name, [first]] of inLog)
    found.push({ subject: `unknown:${name.split('/')[1] ?? ''}`, kind: 'missing', seq: first?.seq ?? 0 });
  return {
    log: faults,
    subjects: found.toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
    looked: { entries, subjects: subjects.length, records },
  };
}

export function byId(keys: EvidenceKeys): ReadonlyMap<string, EvidenceKey> {
  return new Map(keys.map((key) => [key.id, key]));
}

/** What entries of a subject have in common that were made with one key. */
export function nameInLog(key: EvidenceKey, subject: Subject): string {
  return `${key.id}/${subjectInLog(key, subject)}`;
}

/** Those with a ledger, and those of which the log knows and that have none any more. */
async function subjectsOf(
  { ledger, evidenceLog }: VerifyEvidenceDeps,
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
