import { hashOf } from '../canonical-json';

/** An evidence entry: one decision or outcome. `facts` hold ids, codes and hashes, never a payload. */
export type EvidenceEntry = Readonly<{
  kind: string;
  atMs: number;
  policyHash: string;
  facts: Readonly<Record<string, unknown>>;
}>;

/** An entry in its hash chain: the hash covers the entry, its number and the previous hash. */
export type EvidenceRecord = EvidenceEntry & Readonly<{ seq: number; previousHash: string; hash: string }>;

/** The head of a chain, stored apart from its records so that a truncated tail is detected. */
export type EvidenceHead = Readonly<{ seq: number; hash: string }>;

export const EMPTY_CHAIN: EvidenceHead = { seq: 0, hash: '' };

/** Appends entries to a chain: numbers and hashes them. */
export function linkEvidence(
  head: EvidenceHead,
  entries: readonly EvidenceEntry[],
): Readonly<{ records: readonly EvidenceRecord[]; head: EvidenceHead }> {
  const records: EvidenceRecord[] = [];
  let end = head;
  for (const entry of entries) {
    const linked = { ...entry, seq: end.seq + 1, previousHash: end.hash };
    const hash = hashOf(linked);
    records.push({ ...linked, hash });
    end = { seq: linked.seq, hash };
  }
  return { records, head: end };
}

export type EvidenceFault = Readonly<{ kind: 'edited' | 'missing' | 'cut'; seq: number }>;

/** Verifies a chain and returns its first fault, or undefined: a record was edited, one is missing, or the tail was truncated. */
export function verifyEvidence(
  records: readonly EvidenceRecord[],
  head: EvidenceHead,
): EvidenceFault | undefined {
  let end: EvidenceHead = EMPTY_CHAIN;
  for (const record of records) {
    if (record.seq !== end.seq + 1) return { kind: 'missing', seq: end.seq + 1 };
    const { hash, ...linked } = record;
    if (hashOf(linked) !== hash || record.previousHash !== end.hash)
      return { kind: 'edited', seq: record.seq };
    end = { seq: record.seq, hash };
  }
  if (end.seq < head.seq) return { kind: 'cut', seq: end.seq + 1 };
  return end.hash === head.hash && end.seq === head.seq ? undefined : { kind: 'edited', seq: end.seq };
}
