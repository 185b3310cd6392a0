import { hashOf } from '../canonical-json-hash';

/** An evidence entry: one decision or outcome. `facts` hold ids, codes and hashes, never a payload. */
export type EvidenceEntry = Readonly<{
  kind: string;
  atMs: number;
  policyHash: string;
  facts: Readonly<Record<string, unknown>>;
}>;

/**
 * An entry in its hash chain: the hash covers the entry, its number and the previous hash. `erased`: its facts were erased, and the hash
 * is of what it was.
 */
export type EvidenceRecord = EvidenceEntry &
  Readonly<{ seq: number; previousHash: string; hash: string; erased?: true }>;

/** The head of a chain, stored apart from its records so that a truncated tail is detected. */
export type EvidenceHead = Readonly<{ seq: number; hash: string }>;

/** The kind of the record after which the facts of those before it may be erased. */
export const PERSON_ERASED = 'person-erased';

export const EMPTY_CHAIN: EvidenceHead = { seq: 0, hash: '' };

/** Characters of JSON: a record that is larger is divided. */
const LARGEST_FACTS_LENGTH = 100_000;

/**
 * An entry as one or several of a size that can be stored. What makes it large are its lists: each part has its share of them, all
 * other facts, and says which part of how many it is.
 */
export function divideEvidence(entry: EvidenceEntry): readonly EvidenceEntry[] {
  const { length } = JSON.stringify(entry.facts);
  if (length <= LARGEST_FACTS_LENGTH) return [entry];
  const longest = Math.max(
    0,
    ...Object.values(entry.facts).map((fact) => (Array.isArray(fact) ? fact.length : 0)),
  );
  const parts = Math.min(longest, Math.ceil(length / (LARGEST_FACTS_LENGTH / 2)));
  if (parts < 2) return [entry];
  return Array.from({ length: parts }, (_, index) => {
    const shareOf = (list: readonly unknown[]): readonly unknown[] =>
      list.slice(Math.floor((index * list.length) / parts), Math.floor(((index + 1) * list.length) / parts));
    const facts = Object.fromEntries(
      Object.entries(entry.facts).map(([name, fact]) => [name, Array.isArray(fact) ? shareOf(fact) : fact]),
    );
    return { ...entry, facts: { ...facts, part: index + 1, parts } };
  });
}

/** Of one transaction, beside the ledger itself. */
const PORTION_RECORDS = 90;
const PORTION_BYTES = 1_500_000;

/** Entries in portions of what a transaction holds, at least one, and each of a size that can be stored. */
export function toPortions(entries: readonly EvidenceEntry[]): ReadonlyArray<readonly EvidenceEntry[]> {
  const portions: EvidenceEntry[][] = [[]];
  let bytes = 0;
  for (const entry of entries.flatMap(divideEvidence)) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    const portion = portions.at(-1) ?? [];
    if (portion.length > 0 && (portion.length >= PORTION_RECORDS || bytes + size > PORTION_BYTES)) {
      portions.push([entry]);
      bytes = size;
    } else {
      portion.push(entry);
      bytes += size;
    }
  }
  return portions;
}

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

/** A subject's evidence as it is stored. `edited`: the numbers of records that are not as they were written, which `records` lacks. */
export type StoredEvidence = Readonly<{
  records: readonly EvidenceRecord[];
  head: EvidenceHead;
  edited: readonly number[];
}>;

/** Verifies a chain and returns its first fault, or undefined: a record was edited, one is missing, or the tail was truncated. */
export function verifyEvidence(
  records: readonly EvidenceRecord[],
  head: EvidenceHead,
  edited: readonly number[] = [],
): EvidenceFault | undefined {
  const fault = faultInChain(records, head);
  const first = Math.min(...edited);
  return first <= (fault?.seq ?? Infinity) && edited.length > 0 ? { kind: 'edited', seq: first } : fault;
}

/** Up to which number, which is not among them, records may be without their facts: 0 where nobody was erased. */
export function erasedBefore(records: readonly EvidenceRecord[]): number {
  return records.findLast(({ kind, erased }) => kind === PERSON_ERASED && erased !== true)?.seq ?? 0;
}

/** Whether a record is as it was written, by its hash, and follows `end`. */
export function isNextInChain(
  { hash, erased, ...linked }: EvidenceRecord,
  end: EvidenceHead,
  before: number,
): boolean {
  const isAsWritten = erased === true ? linked.seq < before : hashOf(linked) === hash;
  return isAsWritten && linked.previousHash === end.hash;
}

function faultInChain(records: readonly EvidenceRecord[], head: EvidenceHead): EvidenceFault | undefined {
  let end: EvidenceHead = EMPTY_CHAIN;
  const before = erasedBefore(records);
  for (const record of records) {
    if (record.seq !== end.seq + 1) return { kind: 'missing', seq: end.seq + 1 };
    if (!isNextInChain(record, end, before)) return { kind: 'edited', seq: record.seq };
    end = { seq: record.seq, hash: record.hash };
  }
  if (end.seq < head.seq) return { kind: 'cut', seq: end.seq + 1 };
  return end.hash === head.hash && end.seq === head.seq ? undefined : { kind: 'edited', seq: end.seq };
}
