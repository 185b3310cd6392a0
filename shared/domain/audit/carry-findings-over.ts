import { isUnverifiable } from './is-finding-unverifiable';
import { isForgotten, isOpen, type Finding, type FindingRecord, type FindingState } from './finding';
import { smallestOf } from '../extremes';
import { BY_POLICY } from '../decider';
import type { Waiver } from './waiver';

/** What following findings depends on, beside the findings. */
export type Following = Readonly<{
  nowMs: number;
  /** When the last audit began; undefined: none is known. */
  lastAuditMs?: number | undefined;
  /** True for a finding about something that could not be read today. */
  isUnknown: (finding: Finding) => boolean;
  waiverOf: (finding: Finding) => Waiver | undefined;
}>;

/**
 * Carries findings over from the last audit: same id, same finding. A waived one stays visible as such, and is
 * reopened when its waiver ends. Unverifiable findings are kept as they are; fixed ones end with their retention and
 * begin anew when they come back.
 */
export function carryFindingsOver(
  before: readonly FindingRecord[],
  found: readonly Finding[],
  { nowMs, lastAuditMs, isUnknown, waiverOf }: Following,
): readonly FindingRecord[] {
  const remembered = before.filter((record) => !isForgotten(record, nowMs));
  const earlier = new Map(remembered.map((record) => [record.id, record]));
  const today = new Set(found.map((finding) => finding.id));
  const lastLookAt = createLastLook(before, lastAuditMs);
  const kept = remembered.filter((record) => !today.has(record.id));
  return [
    ...found.map((finding): FindingRecord => {
      const known = earlier.get(finding.id);
      const waiver = waiverOf(finding);
      return {
        ...(known === undefined || known.state === 'fixed'
          ? occurrence(known === undefined ? undefined : nowMs, lastLookAt(finding))
          : historyOf(known)),
        ...finding,
        state: waiver === undefined ? stateAfter(known) : 'waived',
        firstSeenMs: known?.firstSeenMs ?? nowMs,
        lastSeenMs: nowMs,
        ...(waiver === undefined ? {} : { waiver: shown(waiver) }),
      };
    }),
    ...kept.map((record): FindingRecord => {
      if (record.state === 'fixed') return record;
      if (isUnknown(record)) return withWaiverEnded(record, waiverOf(record));
      const { waiver: _over, ...rest } = record;
      return { ...rest, state: 'fixed', fixedAtMs: nowMs };
    }),
  ];
}

type Occurrence = Pick<FindingRecord, 'seenSinceMs' | 'notSeenAtMs'>;

/** The history that a finding keeps while it lasts: its attribution too. One that came back has another cause. */
function historyOf({
  attribution,
  seenSinceMs,
  notSeenAtMs,
}: FindingRecord): Occurrence & Pick<FindingRecord, 'attribution'> {
  return { ...occurrence(seenSinceMs, notSeenAtMs), ...(attribution === undefined ? {} : { attribution }) };
}

function occurrence(seenSinceMs: number | undefined, notSeenAtMs: number | undefined): Occurrence {
  return {
    ...(seenSinceMs === undefined ? {} : { seenSinceMs }),
    ...(notSeenAtMs === undefined ? {} : { notSeenAtMs }),
  };
}

function partOf({ subject: { part = '' } }: Finding): string {
  return part;
}

/** Start of the last audit that could see a finding. An audit that could not read the finding's part does not count. */
function createLastLook(
  before: readonly FindingRecord[],
  lastAuditMs: number | undefined,
): (finding: Finding) => number | undefined {
  const unread = before.filter(({ check, state }) => check === 'part-unknown' && state !== 'fixed');
  const parts = new Set(unread.map(partOf));
  return (finding) => {
    if (!isUnverifiable(finding, parts)) return lastAuditMs;
    const looks = unread
      .filter((one) => isUnverifiable(finding, new Set([partOf(one)])))
      .map(({ notSeenAtMs = Number.NEGATIVE_INFINITY }) => notSeenAtMs);
    const earliest = smallestOf(looks, Number.NEGATIVE_INFINITY);
    return Number.isFinite(earliest) ? earliest : undefined;
  };
}

function stateAfter(known: FindingRecord | undefined): FindingState {
  if (known === undefined) return 'new';
  return isOpen(known) ? 'open' : 'reopened';
}

/** An unverifiable finding stays as it is, but its waiver ends in time. */
function withWaiverEnded(record: FindingRecord, waiver: Waiver | undefined): FindingRecord {
  if (record.state !== 'waived' || waiver !== undefined) return record;
  const { waiver: _over, ...rest } = record;
  return { ...rest, state: 'reopened' };
}

function shown({ reason, owner, ticket, untilMs, by }: Waiver): NonNullable<FindingRecord['waiver']> {
  return { reason, owner, ticket, untilMs, acceptedBy: by ?? BY_POLICY };
}
