import type { Attribution, FindingRecord } from '../../../domain/audit/finding';
import { isOf } from '../../../domain/desk/history';
import { DAY_MS, SKEW_MS } from '../../../domain/durations';
import { fold } from '../../../domain/fold';
import type { EvidenceRecord } from '../../../domain/ledger/evidence';
import { personSubject } from '../../../domain/ledger/subject';
import type { LedgerStore } from '../../../storage/ledger';
import type { NewestNight } from '../../ledger/newest-night';

/** Somebody whom this app sent into a group, or out of it. */
export type SentMembership = Readonly<{ memberId: string; isIn: boolean; atMs: number }>;

/**
 * Whether what the nights differ in is what this app sent last before the newest was read. What it sent while that was read may be in it
 * or not.
 */
export function isOfApp(
  sent: readonly SentMembership[],
  { startedAtMs, takenAtMs }: Pick<NewestNight, 'startedAtMs' | 'takenAtMs'>,
  { isIn }: Pick<SentMembership, 'isIn'>,
): boolean {
  const before = sent.find(({ atMs }) => atMs < startedAtMs);
  const meanwhile = sent.filter(({ atMs }) => atMs >= startedAtMs && atMs <= takenAtMs);
  return [before, ...meanwhile].some((one) => one?.isIn === isIn);
}

const CAME: readonly string[] = ['membership-added', 'membership-given-back'];
const WENT: readonly string[] = ['membership-removed'];

function isKindOf({ isIn }: Pick<SentMembership, 'isIn'>, { kind }: EvidenceRecord): boolean {
  return (isIn ? CAME : WENT).includes(kind);
}

/** What the evidence of whoever has an account says of what this app did with them in a group, in order. */
export async function recordsOf(
  { ledger }: Readonly<{ ledger: Pick<LedgerStore, 'evidence'> }>,
  alias: string,
  { keys, groupId, group }: Readonly<{ keys: readonly string[]; groupId: string; group: string }>,
): Promise<readonly EvidenceRecord[]> {
  const found: EvidenceRecord[] = [];
  for (const key of keys) {
    const { records } = await ledger.evidence(personSubject(alias, key));
    found.push(
      ...records.filter(
        (record) =>
          [...CAME, ...WENT].includes(record.kind) &&
          (isOf(record, { group }) || isOf(record, { group: groupId })),
      ),
    );
  }
  return found.toSorted((a, b) => a.atMs - b.atMs);
}

/** What was recorded of a call: after it, and before the next that was sent for the same. */
export function recordOfCall(
  records: readonly EvidenceRecord[],
  call: SentMembership,
  sent: readonly SentMembership[],
): EvidenceRecord | undefined {
  const next = sent.findLast(({ isIn, atMs }) => isIn === call.isIn && atMs > call.atMs);
  const untilMs = Math.min(next?.atMs ?? Infinity, call.atMs + DAY_MS);
  return records.find(
    (record) => isKindOf(call, record) && record.atMs >= call.atMs - SKEW_MS && record.atMs < untilMs,
  );
}

type BetweenNights = Readonly<{ fromMs: number; untilMs: number }>;

/** What this app did last in a time, where that is what is asked for: what it sent may be forgotten, and its evidence is not. */
export function recordBetween(
  records: readonly EvidenceRecord[],
  change: Pick<SentMembership, 'isIn'>,
  { fromMs, untilMs }: BetweenNights,
): EvidenceRecord | undefined {
  const last = records.findLast(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  return last !== undefined && isKindOf(change, last) ? last : undefined;
}

/** Who did it, by a finding about it: one of somebody who is in the group tells nothing of who took them out, nor does an older one. */
export function attributionOf(
  findings: readonly FindingRecord[],
  { memberId, isIn, group }: Readonly<{ memberId: string; isIn: boolean; group: string }>,
  { fromMs, untilMs }: BetweenNights,
): Attribution | undefined {
  return findings.find(
    ({ check, subject, lastSeenMs, attribution }) =>
      (check === 'member-missing') !== isIn &&
      fold(subject['memberId'] ?? '') === fold(memberId) &&
      fold(subject['group'] ?? '') === fold(group) &&
      lastSeenMs >= fromMs &&
      (attribution?.kind !== 'known' || (attribution.atMs >= fromMs && attribution.atMs <= untilMs)),
  )?.attribution;
}
