import { verifyEvidence, type EvidenceHead, type StoredEvidence } from '../ledger/evidence';
import type { Subject } from '../ledger/subject';
import type { EvidenceKey } from './evidence-keys';
import { recordInLog, type LogEntry } from './log-entry';

/**
 * What is wrong with the rows of a subject. `put-back`: they are as they were before something that the log knows. `forged`: somebody
 * else than this application wrote a row that it never wrote. `place`: the rows are sound, and what says how far the log has them was
 * edited, removed or put back, now or once: then the log has some of them twice.
 */
type EvidenceFaultKind =
  'edited' | 'missing' | 'forged' | 'put-back' | 'state-edited' | 'state-missing' | 'place';

/** `seq`: the number of the first record that is concerned. */
export type FaultOfSubject = Readonly<{ kind: EvidenceFaultKind; seq: number }>;

export type SubjectEvidence = StoredEvidence & Readonly<{ state: 'fits' | 'edited' | 'missing' }>;

/** What is compared of an entry with the record that it is of. */
export type SubjectEntry = Pick<LogEntry, 'key' | 'seq' | 'record'>;

/** What the log says of a subject. */
type LoggedSubject = Readonly<{
  /** All of its entries; undefined: the log cannot be relied on. */
  entries: readonly SubjectEntry[] | undefined;
  /** Where it is said to be in the log, read before the entries and after; undefined: that row is not as it was written. */
  before: Pick<EvidenceHead, 'seq'> | undefined;
  after: Pick<EvidenceHead, 'seq'> | undefined;
}>;

/** Judges a subject's rows by themselves and by what the log knows of them: the first fault, or undefined. */
export function faultOfSubject(
  keys: ReadonlyMap<string, Pick<EvidenceKey, 'log'>>,
  subject: Pick<Subject, 'kind' | 'key'>,
  { records, head, edited, state }: SubjectEvidence,
  { entries, before, after }: LoggedSubject,
): FaultOfSubject | undefined {
  const last = Math.max(0, ...records.map(({ seq }) => seq), ...edited);
  const inLog = Math.max(0, ...(entries ?? []).map(({ seq }) => seq));
  const known = Math.max(inLog, before?.seq ?? 0, after?.seq ?? 0);
  if (state === 'missing')
    return last + known > 0 ? { kind: 'state-missing', seq: Math.max(last, known) } : undefined;
  if (state === 'edited') return { kind: 'state-edited', seq: last };
  const forged = edited.filter((seq) => seq > head.seq);
  if (forged.length > 0) return { kind: 'forged', seq: Math.min(...forged) };
  if (Math.max(last, known) > head.seq) return { kind: 'put-back', seq: head.seq + 1 };
  const fault = verifyEvidence(records, head, edited);
  if (fault !== undefined) return { kind: fault.kind === 'cut' ? 'missing' : fault.kind, seq: fault.seq };
  const bySeq = new Map(records.map((record) => [record.seq, record]));
  const other = entries?.find((entry) => {
    const key = keys.get(entry.key);
    const record = bySeq.get(entry.seq);
    return (
      key === undefined || record === undefined || recordInLog(key, subject, record.hash) !== entry.record
    );
  });
  if (other !== undefined) return { kind: 'edited', seq: other.seq };
  const isElsewhere =
    entries !== undefined &&
    ((before?.seq ?? 0) > inLog || (after?.seq ?? 0) < inLog || entries.length !== inLog);
  return after === undefined || isElsewhere ? { kind: 'place', seq: known } : undefined;
}
