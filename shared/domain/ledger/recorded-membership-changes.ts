import type { EvidenceRecord } from './evidence';
import type { AppliedMembership } from './person-ledger';

/** One person's share of a call, with what tells its records from those of other calls. */
export type SharedCall = Readonly<{ id: string; groupId: string; startedAtMs: number }>;

export type MembershipChange = 'add' | 'remove';

/** Whether UiPath shows what a call did: `before`, it did until the contrary was done. */
export type Shows = 'now' | 'before' | 'no';

/**
 * What the evidence of a person still has to tell of their share of a call: the change, or that nobody can tell what it came to. Or
 * nothing: it is told, or what shows was done `by-another`, or nothing was done.
 */
export type ToTell = 'change' | 'unknown' | 'by-this' | 'by-another';

const RECORDED: Readonly<Record<MembershipChange, string>> = {
  add: 'membership-added',
  remove: 'membership-removed',
};

/**
 * A later removal by another call tells of a removal that this one had not happened, and of an addition that what stands now is
 * not its own. Where the next change that is told is the contrary, nobody can tell what this call came to: had it been the same, this
 * call had changed nothing. What showed before may be told no more once a later call is: the evidence says what was done in order.
 */
export function whatToTell(
  records: readonly EvidenceRecord[],
  call: SharedCall,
  change: MembershipChange,
  { shows, isInLedger }: Readonly<{ shows: Shows; isInLedger: boolean }>,
): ToTell {
  if (records.some(({ facts }) => facts['attemptId'] === call.id)) return 'by-this';
  const since = changesSince(records, call, change);
  const isToldOtherwise =
    shows === 'now' ? since.some(({ kind }) => kind === RECORDED.remove) : since.length > 0 || shows === 'no';
  if (!isInLedger && !isToldOtherwise) return 'change';
  const next = since[0];
  if (next === undefined) return 'by-another';
  const isLater = shows === 'before' && !(beganAt(next) <= call.startedAtMs);
  return isLater || next.kind !== RECORDED[change] ? 'unknown' : 'by-another';
}

/** The contrary counts where it is of a call that began since: one of before may be recorded only now. */
function changesSince(
  records: readonly EvidenceRecord[],
  { groupId, startedAtMs }: SharedCall,
  change: MembershipChange,
): readonly EvidenceRecord[] {
  const contrary = RECORDED[change === 'add' ? 'remove' : 'add'];
  return records.filter(
    (record) =>
      record.atMs >= startedAtMs &&
      record.facts['groupId'] === groupId &&
      (record.kind === RECORDED[change] || (record.kind === contrary && !(beganAt(record) < startedAtMs))),
  );
}

/** NaN where the call has an id of another form. */
function beganAt({ facts }: EvidenceRecord): number {
  return Number(String(facts['attemptId']).split('-')[0]);
}

/** True when UiPath showed our own change late, and the run that made it took the membership for one that stood before. */
export function isTakenForStanding(
  known: AppliedMembership,
  { startedAtMs }: Pick<SharedCall, 'startedAtMs'>,
): boolean {
  return known.origin === 'standing' && known.sinceMs >= startedAtMs;
}
