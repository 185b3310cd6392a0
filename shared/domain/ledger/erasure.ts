import { largestOf } from '../extremes';
import { PERSON_ERASED, type EvidenceRecord } from './evidence';
import type { PersonAccess } from './person-access';
import { emptyPersonLedger, type PersonLedger } from './person-ledger';

/** Why somebody cannot be erased now; undefined: they can be. */
export type WhyNotErasable =
  'at-work' | 'kept-out' | 'has-reasons' | 'is-member' | 'in-doubt' | 'joined-another' | undefined;

/**
 * Only whoever left, is in nothing that this application knows of, and of whom nothing follows any more can be erased: what is forgotten
 * of anybody else would be access that nobody takes away.
 */
export function whyNotErasable(
  { joined, timeline, applied, unconfirmed, separating, replaced }: PersonLedger,
  { employment, lockedUntilMs = 0, reasons, nextChangeAtMs }: PersonAccess,
  nowMs: number,
): WhyNotErasable {
  if (joined !== undefined) return 'joined-another';
  if (employment !== 'left' && employment !== 'unknown') return 'at-work';
  if (nowMs < lockedUntilMs) return 'kept-out';
  if (timeline.some(({ effectiveAtMs }) => effectiveAtMs > nowMs)) return 'at-work';
  // Nobody has hired them, so what is to change is what a request gives them from a later day on.
  const isToHave = employment === 'unknown' && nextChangeAtMs !== undefined;
  if (reasons.length > 0 || isToHave) return 'has-reasons';
  if (applied.length > 0) return 'is-member';
  return [unconfirmed, separating, replaced].every((one) => one === undefined) ? undefined : 'in-doubt';
}

/** What is left of a ledger whose person was erased, at `atMs`: nothing that names them. */
export function erasedLedger(ledger: PersonLedger, atMs: number): PersonLedger {
  return { ...emptyPersonLedger(''), erased: { atMs, saidToMs: lastSaidMs(ledger) } };
}

function lastSaidMs({ timeline, grants, revocations, joined }: PersonLedger): number {
  const said = [timeline, grants, revocations].flatMap((all) => all.map(({ occurredAtMs }) => occurredAtMs));
  return Math.max(largestOf(said, 0), joined === undefined ? 0 : lastSaidMs(joined.before));
}

/** A record without what it said of its person. Its hash stays, so that chain and log are as they were. */
export function redacted({
  kind,
  atMs,
  policyHash,
  seq,
  previousHash,
  hash,
}: EvidenceRecord): EvidenceRecord {
  return { kind, atMs, policyHash, facts: {}, seq, previousHash, hash, erased: true };
}

/** Up to which number records are to be without their facts. */
export function factsErasedTo(records: readonly EvidenceRecord[]): number {
  const erasure = records.findLast(({ kind }) => kind === PERSON_ERASED);
  return erasure === undefined ? 0 : erasure.seq - 1;
}
