import { createHmac } from 'node:crypto';
import type { EvidenceRecord } from '../ledger/evidence';
import type { EvidenceKey } from './evidence-keys';

/**
 * A line of the log: that there is such a record of such a subject. Whom it is about and what it says is told to nobody without the
 * key, so a person's records can be erased and the log still stands.
 */
export type LogEntry = Readonly<{
  v: 1;
  /** Of the key that `subject` and `record` were made with. */
  key: string;
  subject: string;
  seq: number;
  kind: string;
  /** ISO 8601, UTC. */
  at: string;
  record: string;
}>;

/** The parts of a subject that are not the organization, which has a log of its own. */
type NamedSubject = Readonly<{ kind: string; key: string }>;

export function toLogEntry(
  key: Pick<EvidenceKey, 'id' | 'log'>,
  subject: NamedSubject,
  { seq, kind, atMs, hash }: Pick<EvidenceRecord, 'seq' | 'kind' | 'atMs' | 'hash'>,
): LogEntry {
  return {
    v: 1,
    key: key.id,
    subject: subjectInLog(key, subject),
    seq,
    kind,
    at: new Date(atMs).toISOString(),
    record: recordInLog(key, subject, hash),
  };
}

/** As it is in the log, and in its row. */
export function entryBytes(entry: LogEntry): Buffer {
  return Buffer.from(JSON.stringify(entry));
}

/** HMAC-SHA-256 in lower-case hex, the first 32 digits. */
export function subjectInLog(key: Pick<EvidenceKey, 'log'>, { kind, key: name }: NamedSubject): string {
  return macOf(key, `subject\n${kind}:${name}`).slice(0, 32);
}

/** HMAC-SHA-256 of a record's subject and hash, in lower-case hex: of two who have the same record, nobody sees that they have. */
export function recordInLog(
  key: Pick<EvidenceKey, 'log'>,
  { kind, key: name }: NamedSubject,
  hash: string,
): string {
  return macOf(key, `record\n${kind}:${name}\n${hash}`);
}

function macOf({ log }: Pick<EvidenceKey, 'log'>, text: string): string {
  return createHmac('sha256', log).update(text).digest('hex');
}
