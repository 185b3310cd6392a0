import { largestOf } from '../extremes';
import { PERSON_ERASED, type EvidenceRecord } from './evidence';
import type { PersonAccess } from './person-access';
import { personKey } from '../person-key';
import {
  addressesOf,
  emptyPersonLedger,
  erasedToMsOf,
  strangersToMsOf,
  type PersonLedger,
} from './person-ledger';

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

/**
 * What is left of each of a person's ledgers once they were erased, at `atMs`: nothing that names them. `under`: of an address that is
 * somebody else's by now, by what was said under its key alone, and by what the ledger of that key, `known`, says of whom was erased before.
 */
export function erasedLedger(
  all: readonly PersonLedger[],
  atMs: number,
  under?: Readonly<{ key: string; known?: PersonLedger | undefined }>,
): PersonLedger {
  const said =
    under === undefined
      ? all.map(lastSaidMs)
      : [...all.map((one) => lastSaidUnderMs(one, under.key)), ofNobodyToMs(under.known)];
  return { ...emptyPersonLedger(''), erased: { atMs, saidToMs: largestOf(said, 0) } };
}

function ofNobodyToMs(ledger: PersonLedger | undefined): number {
  return Math.max(erasedToMsOf(ledger), strangersToMsOf(ledger));
}

function lastSaidUnderMs({ timeline, grants, revocations, joined }: PersonLedger, key: string): number {
  const said = [timeline, grants, revocations].flatMap((one) =>
    one.flatMap(({ under, occurredAtMs }) => (under === key ? [occurredAtMs] : [])),
  );
  return Math.max(largestOf(said, 0), joined === undefined ? 0 : lastSaidUnderMs(joined.before, key));
}

function lastSaidMs(ledger: PersonLedger): number {
  const { timeline, grants, revocations, joined } = ledger;
  const said = [timeline, grants, revocations].flatMap((one) => one.map(({ occurredAtMs }) => occurredAtMs));
  return Math.max(
    largestOf(said, 0),
    ofNobodyToMs(ledger),
    joined === undefined ? 0 : lastSaidMs(joined.before),
  );
}

/**
 * The keys of the addresses that a person had, or that a word of theirs came under: an old word that comes again under one of them is of
 * nobody any more.
 */
export function keysSpokenUnder(ledger: PersonLedger): readonly string[] {
  const { timeline, grants, revocations, joined } = ledger;
  const under = [timeline, grants, revocations].flatMap((one) => one.flatMap((said) => said.under ?? []));
  const keys = [...addressesOf(ledger).map(personKey), ...under];
  return [...new Set([...keys, ...(joined === undefined ? [] : keysSpokenUnder(joined.before))])];
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
