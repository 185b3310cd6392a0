import { erasedBefore, isNextInChain, type EvidenceHead, type EvidenceRecord } from '../ledger/evidence';

/** The records by which a chain goes on from one end to another; undefined where these are not they. */
export function recordsBetween(
  from: EvidenceHead,
  to: EvidenceHead,
  records: readonly EvidenceRecord[],
): readonly EvidenceRecord[] | undefined {
  const between = records.filter(({ seq }) => seq > from.seq && seq <= to.seq);
  const before = erasedBefore(records);
  let end = from;
  for (const record of between) {
    if (record.seq !== end.seq + 1 || !isNextInChain(record, end, before)) return undefined;
    end = { seq: record.seq, hash: record.hash };
  }
  return end.seq === to.seq && end.hash === to.hash ? between : undefined;
}
