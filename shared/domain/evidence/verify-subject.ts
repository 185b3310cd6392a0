import { verifyEvidence, type StoredEvidence } from '../ledger/evidence';
import type { Subject } from '../ledger/subject';
import type { EvidenceKey } from './evidence-keys';
import { recordInLog, type LogEntry } from './log-entry';

/**
 * What is wrong with the rows of a subject. `put-back`: they are as they were before something that the log knows. `forged`: somebody
 * else than this application wrote a row that it never wrote.
 */
type EvidenceFaultKind = 'edited' | 'missing' | 'forged' | 'put-back' | 'state-edited' | 'state-missing';

/** `seq`: the number of the first record that is concerned. */
export type SubjectFault = Readonly<{ kind: EvidenceFaultKind; seq: number }>;

export type SubjectEvidence = StoredEvidence & Readonly<{ state: 'fits' | 'edited' | 'missing' }>;

/**
 * Judges a subject's rows by themselves and by what the log knows of them: the first fault, or undefined. `logged` are the entries of
 * this subject, all of them or some, in any order.
 */
export function faultOfSubject(
  keys: ReadonlyMap<string, Pick<EvidenceKey, 'log'>>,
  subject: Pick<Subject, 'kind' | 'key'>,
  { records, head, edited, state }: SubjectEvidence,
  logged: readonly LogEntry[],
): SubjectFault | undefined {
  const last = Math.max(0, ...records.map(({ seq }) => seq), ...edited);
  const known = Math.max(0, ...logged.map(({ seq }) => seq));
  if (state === 'missing')
    return last + known > 0 ? { kind: 'state-missing', seq: Math.max(last, known) } : undefined;
  if (state === 'edited') return { kind: 'state-edited', seq: last };
  const forged = edited.filter((seq) => seq > head.seq);
  if (forged.length > 0) return { kind: 'forged', seq: Math.min(...forged) };
  if (Math.max(last, known) > head.seq) return { kind: 'put-back', seq: head.seq + 1 };
  const fault = verifyEvidence(records, head, edited);
  if (fault !== undefined) return { kind: fault.kind === 'cut' ? 'missing' : fault.kind, seq: fault.seq };
  const bySeq = new Map(records.map((record) => [record.seq, record]));
  const other = logged.find((entry) => {
    const key = keys.get(entry.key);
    const record = bySeq.get(entry.seq);
    return (
      key === undefined || record === undefined || recordInLog(key, subject, record.hash) !== entry.record
    );
  });
  return other === undefined ? undefined : { kind: 'edited', seq: other.seq };
}
