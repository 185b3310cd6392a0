import { linkEvidence, type EvidenceHead, type EvidenceRecord } from '../ledger/evidence';

/** The records by which a chain goes on from one end to another; undefined where these are not they. */
export function recordsBetween(
  from: EvidenceHead,
  to: EvidenceHead,
  records: readonly EvidenceRecord[],
): readonly EvidenceRecord[] | undefined {
  const between = records.filter(({ seq }) => seq > from.seq && seq <= to.seq);
  const { records: linked, head } = linkEvidence(
    from,
    between.map(({ kind, atMs, policyHash, facts }) => ({ kind, atMs, policyHash, facts })),
  );
  const isChain =
    head.seq === to.seq &&
    head.hash === to.hash &&
    linked.every(({ hash }, index) => hash === between[index]?.hash);
  return isChain ? between : undefined;
}
