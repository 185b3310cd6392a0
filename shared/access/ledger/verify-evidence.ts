import type { Checkpoint } from '../../domain/evidence/checkpoint';
import type { SubjectEvidence } from '../../domain/evidence/verify-subject';
import type { Subject } from '../../domain/ledger/subject';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { Places } from '../../storage/evidence/places';
import type { PolicyArchive } from '../../storage/evidence/policy-archive';
import type { LedgerStore } from '../../storage/ledger';
import {
  createSubjectJudge,
  digestInto,
  nameInLog,
  nameOf,
  subjectOf,
  SUBJECT_KINDS,
  unknownSubject,
  type DigestsByName,
  type FaultySubject,
} from './judge-subjects';
import { readPolicyChanges, verifyPolicies } from './organization/policy-versions';
import { verifyLog, type LogFault, type VerifyLogDeps } from './verify-log';

export type VerifyEvidenceDeps = VerifyLogDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'evidence' | 'evidenceOfAll'>;
    evidenceLog: Pick<EvidenceLog, 'read' | 'places' | 'headOf'>;
    policyArchive: Pick<PolicyArchive, 'read'>;
  }>;

export type VerifiedEvidence = Readonly<{
  log: readonly LogFault[];
  subjects: readonly FaultySubject[];
  /** How much was looked at. */
  looked: Readonly<{ entries: number; subjects: number; records: number }>;
}>;

/**
 * Verifies all evidence of an organization: the log by itself and by the checkpoints that were kept elsewhere, and each subject by
 * itself and by what the log knows of it, and the versions of the policy that its own evidence names. What is kept meanwhile grows with the number of subjects, not with that of their records.
 */
export async function verifyEvidenceOf(
  deps: VerifyEvidenceDeps,
  organization: Readonly<{ alias: string; origin: string }>,
  anchors: readonly Pick<Checkpoint, 'size' | 'root'>[] = [],
): Promise<VerifiedEvidence> {
  const { alias } = organization;
  const before = await deps.evidenceLog.places(alias);
  const inLog: DigestsByName = new Map();
  let entries = 0;
  const { faults, head } = await verifyLog(deps, organization, {
    anchors,
    placed: entriesOf(before),
    onEntry: (entry) => {
      entries += 1;
      digestInto(inLog, entry);
    },
  });
  const isReliable = isLogReliable(faults);
  const after = await deps.evidenceLog.places(alias);
  const log = { digests: isReliable ? inLog : undefined, head, before, after };
  const judge = await createSubjectJudge(deps, alias, log);
  const keys = await deps.evidenceKeys();
  const unknown = new Map(inLog);
  const seen = new Set<string>();
  let records = 0;
  const look = (subject: Subject, evidence: SubjectEvidence): void => {
    seen.add(nameOf(subject));
    records += evidence.records.length;
    judge.hear(subject, evidence);
    for (const key of keys) unknown.delete(nameInLog(key, subject));
  };
  for (const kind of SUBJECT_KINDS)
    for await (const { key, evidence } of deps.ledger.evidenceOfAll(alias, kind))
      look({ organization: alias, kind, key }, evidence);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const subject = seen.has(name) ? undefined : subjectOf(alias, name);
    if (subject !== undefined) look(subject, await deps.ledger.evidence(subject));
  }
  const found = [...(await judge.faults())];
  if (isReliable) for (const [name, { first }] of unknown) found.push(unknownSubject(name, first));
  found.push(...(await verifyPolicies(deps, await readPolicyChanges(deps, alias))));
  return {
    log: faults,
    subjects: found.toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
    looked: { entries, subjects: seen.size, records },
  };
}

/** Whether the entries of a log are those that were written. */
export function isLogReliable(faults: readonly LogFault[]): boolean {
  return faults.every(({ kind }) => kind === 'tiles' || kind === 'checkpoint' || kind === 'anchor');
}

/** How many entries the log has of all subjects, by their places. */
export function entriesOf(places: Places): number {
  return [...places.values()].reduce((sum, place) => sum + (place?.seq ?? 0), 0);
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
