import type { EvidenceRecord } from './evidence';

/** One person's share of a call, with what tells its records from those of other calls. */
export type SharedCall = Readonly<{ id: string; groupId: string; startedAtMs: number }>;

/** `by-another`: a later call removed the same membership, so this one had not happened. `in-ledger`: an addition that stands. */
export type RecordedBefore = 'by-this' | 'by-another' | 'in-ledger' | undefined;

/** Who recorded already that a membership was removed. */
export function removalRecordedBefore(
  records: readonly EvidenceRecord[],
  call: SharedCall,
): Exclude<RecordedBefore, 'in-ledger'> {
  if (isOfCall(records, call)) return 'by-this';
  return changesSince(records, call).some(({ kind }) => kind === 'membership-removed')
    ? 'by-another'
    : undefined;
}

/**
 * True where nobody can tell what a call came to: the next change that was recorded of the membership is the contrary, by another
 * call. Had it been the same, this call had changed nothing.
 */
export function isOutcomeUnknown(
  records: readonly EvidenceRecord[],
  call: SharedCall,
  change: 'add' | 'remove',
): boolean {
  if (isOfCall(records, call)) return false;
  const next = changesSince(records, call)[0];
  return next !== undefined && (next.kind === 'membership-removed') === (change === 'add');
}

function isOfCall(records: readonly EvidenceRecord[], { id }: SharedCall): boolean {
  return records.some(({ facts }) => facts['attemptId'] === id);
}

function changesSince(
  records: readonly EvidenceRecord[],
  { groupId, startedAtMs }: SharedCall,
): readonly EvidenceRecord[] {
  return records.filter(
    ({ kind, atMs, facts }) =>
      (kind === 'membership-added' || kind === 'membership-removed') &&
      atMs >= startedAtMs &&
      facts['groupId'] === groupId,
  );
}
