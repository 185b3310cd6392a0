import { causeOf, type KnownNames } from './causes';
import { createEventIndex, type FoundEvents } from './find-events';
import { isOpen, type Attribution, type FindingRecord } from './finding';
import type { LoggedEvent } from './logged-event';
import { describeUnattributed, type Unattributed } from './unattributed';

const DAY_MS = 86_400_000;
/** UiPath's long-term log lags by up to two days: who is not found yet is looked for again for so long. */
const LOOK_AGAIN_MS = 3 * DAY_MS;
const LONGEST_SEARCH_MS = 7 * DAY_MS;

/** What was read of UiPath's audit log; `code` names a failure. */
export type ReadLog =
  | Readonly<{ kind: 'read'; events: readonly LoggedEvent[]; isWhole: boolean }>
  | Readonly<{ kind: 'failed'; why: Unattributed; code: string }>;

type Search = Readonly<{ known: KnownNames; lastAuditMs: number | undefined; nowMs: number }>;

/** Findings that a change in UiPath caused and whose author is still open. */
export function toAttribute(
  records: readonly FindingRecord[],
  known: KnownNames,
  nowMs: number,
): readonly FindingRecord[] {
  return records.filter(
    (record) =>
      isOpen(record) &&
      causeOf(record, known) !== undefined &&
      record.attribution?.kind !== 'known' &&
      (record.attribution === undefined || nowMs - record.firstSeenMs <= LOOK_AGAIN_MS),
  );
}

/** Since when the log has to be read for these findings: a change happened between the last audit without it and its first night. */
export function searchFromMs(
  records: readonly FindingRecord[],
  lastAuditMs: number | undefined,
  nowMs: number,
): number {
  const oldest = Math.min(nowMs, ...records.map(({ firstSeenMs }) => firstSeenMs));
  return Math.max(nowMs - LONGEST_SEARCH_MS, Math.min(lastAuditMs ?? 0, oldest - DAY_MS));
}

/**
 * Joins findings with the event that made things as they are: the latest that names by id what they are about and says what
 * was done. Where only names say what was acted on, nobody is named unless the log is whole and all that fit are of one actor.
 */
export function attribute(
  records: readonly FindingRecord[],
  asked: readonly FindingRecord[],
  log: ReadLog,
  search: Search,
): readonly FindingRecord[] {
  const ids = new Set(asked.map(({ id }) => id));
  const whoDid = log.kind === 'failed' ? () => unknown(log.why, log.code) : createSearch(log, search);
  return records.map((record) => (ids.has(record.id) ? { ...record, attribution: whoDid(record) } : record));
}

function createSearch(
  { events, isWhole }: Extract<ReadLog, { kind: 'read' }>,
  { known, lastAuditMs, nowMs }: Search,
): (record: FindingRecord) => Attribution {
  const find = createEventIndex(events, known);
  return (record) => {
    const cause = causeOf(record, known);
    const found = cause === undefined ? undefined : find(cause);
    const [event] = found?.events ?? [];
    if (found !== undefined && event !== undefined && (found.isCertain || isWhole))
      return toAttribution(event, found);
    if (!isWhole) return unknown('audit-log-too-long');
    return unknown(wasSearchedFor(record, lastAuditMs, nowMs) ? 'no-event-found' : 'before-audit-log');
  };
}

function toAttribution(event: LoggedEvent, { events, isCertain }: FoundEvents): Attribution {
  if (events.some(({ actor }) => actor !== event.actor)) return unknown('ambiguous');
  const { id: eventId, atMs, actor, client } = event;
  return {
    kind: 'known',
    actor,
    atMs,
    eventId,
    ...(client === undefined ? {} : { client }),
    ...(isCertain ? {} : { certainty: 'likely' }),
  };
}

/** False when no audit without the finding is known, or when that was longer ago than the log is searched. */
function wasSearchedFor(
  { attribution, firstSeenMs }: FindingRecord,
  lastAuditMs: number | undefined,
  nowMs: number,
): boolean {
  if (attribution?.kind === 'unknown') return attribution.why !== 'before-audit-log';
  const wasSeenBefore = firstSeenMs < nowMs;
  return wasSeenBefore || (lastAuditMs !== undefined && lastAuditMs >= nowMs - LONGEST_SEARCH_MS);
}

function unknown(why: Unattributed, code?: string): Attribution {
  return { kind: 'unknown', why, text: describeUnattributed(why), ...(code === undefined ? {} : { code }) };
}
