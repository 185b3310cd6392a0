import { expectedCauseOf, type KnownNames } from './expected-cause';
import { createEventIndex, type FoundEvents, type Span } from './event-word-index';
import { isOpen, type Attribution, type FindingRecord } from '../finding';
import type { LoggedEvent } from './logged-event';
import { describeUnattributed, type Unattributed } from './unattributed-reasons';
import { DAY_MS } from '../../durations';
import { smallestOf } from '../../extremes';

/** UiPath's audit log lags by up to two days: attribution is repeated for this long, for missing actors and for later events. */
const LOOK_AGAIN_MS = 3 * DAY_MS;
/** How far before the first sighting a cause is searched for. */
const LONGEST_SEARCH_MS = 7 * DAY_MS;

/** What was read of UiPath's audit log; `code` names a failure. */
export type ReadLog =
  | Readonly<{ kind: 'read'; events: readonly LoggedEvent[]; isWhole: boolean }>
  | Readonly<{ kind: 'failed'; why: Unattributed; code: string }>;

/** The findings to attribute: caused by a change in UiPath, and without a final actor. */
export function toAttribute(
  records: readonly FindingRecord[],
  known: KnownNames,
  nowMs: number,
): readonly FindingRecord[] {
  return records.filter(
    (record) =>
      isOpen(record) &&
      expectedCauseOf(record, known) !== undefined &&
      (record.attribution === undefined || nowMs - seenSince(record) <= LOOK_AGAIN_MS),
  );
}

/** The start of the log to read for these findings, epoch milliseconds. */
export function searchFromMs(records: readonly FindingRecord[], nowMs: number): number {
  const spans = records.map((record) => spanOf(record, nowMs));
  const searched = spans.filter(({ afterMs, untilMs }) => afterMs < untilMs);
  return Math.min(
    nowMs,
    smallestOf(
      searched.map(({ afterMs }) => afterMs),
      nowMs,
    ),
  );
}

/** The cause came after the last audit without the finding and before the first one with it, as far back as is searched. */
function spanOf(record: FindingRecord, nowMs: number): Span {
  const untilMs = seenSince(record);
  const afterMs = Math.max(
    record.notSeenAtMs ?? Number.NEGATIVE_INFINITY,
    untilMs - LONGEST_SEARCH_MS,
    nowMs - LOOK_AGAIN_MS - LONGEST_SEARCH_MS,
  );
  return { afterMs, untilMs };
}

function seenSince({ seenSinceMs, firstSeenMs }: FindingRecord): number {
  return seenSinceMs ?? firstSeenMs;
}

/**
 * Attributes findings to the event that caused them: the latest one that names the subject by id and the act. Where
 * events only name the subject by words, an actor is given only if the log is complete and all fitting events are by
 * one actor. A known actor stays unless tonight's log shows another.
 */
export function attribute(
  records: readonly FindingRecord[],
  asked: readonly FindingRecord[],
  log: ReadLog,
  search: Readonly<{ known: KnownNames; nowMs: number }>,
): readonly FindingRecord[] {
  const ids = new Set(asked.map(({ id }) => id));
  const find = log.kind === 'failed' ? () => unknown(log.why, log.code) : createSearch(log, search);
  const whoDid = (record: FindingRecord): Attribution => {
    try {
      return find(record);
    } catch {
      // One finding that cannot be looked up keeps its place in the report.
      return unknown('audit-log-unavailable', 'internal');
    }
  };
  return records.map((record) =>
    ids.has(record.id) ? { ...record, attribution: betterOf(record.attribution, whoDid(record)) } : record,
  );
}

/** Reasons that an event tells, and not the want of one. */
const OTHERWISE: ReadonlySet<string> = new Set<Unattributed>(['ambiguous', 'own-change', 'actor-not-named']);

function betterOf(before: Attribution | undefined, tonight: Attribution): Attribution {
  if (before?.kind !== 'known') return tonight;
  if (tonight.kind === 'unknown') return OTHERWISE.has(tonight.why) ? tonight : before;
  return before.certainty === undefined && tonight.certainty === 'likely' ? before : tonight;
}

function createSearch(
  { events, isWhole }: Extract<ReadLog, { kind: 'read' }>,
  { known, nowMs }: Parameters<typeof attribute>[3],
): (record: FindingRecord) => Attribution {
  const find = createEventIndex(events, known);
  return (record) => {
    const cause = expectedCauseOf(record, known);
    const span = spanOf(record, nowMs);
    const found = cause === undefined ? undefined : find(cause, span);
    const [event] = found?.events ?? [];
    if (found !== undefined && event !== undefined && (found.isCertain || isWhole))
      return toAttribution(event, found);
    if (!isWhole) return unknown('audit-log-too-long');
    return unknown(span.afterMs === record.notSeenAtMs ? 'no-event-found' : 'before-audit-log');
  };
}

function toAttribution(event: LoggedEvent, { events, isCertain }: FoundEvents): Attribution {
  if (events.some(({ actor }) => actor !== event.actor)) return unknown('ambiguous');
  const { id: eventId, atMs, actor, client, isOwn } = event;
  if (isOwn) return unknown('own-change');
  if (actor === undefined) return unknown('actor-not-named');
  return {
    kind: 'known',
    actor,
    atMs,
    eventId,
    ...(client === undefined ? {} : { client }),
    ...(isCertain ? {} : { certainty: 'likely' }),
  };
}

function unknown(why: Unattributed, code?: string): Attribution {
  return { kind: 'unknown', why, text: describeUnattributed(why), ...(code === undefined ? {} : { code }) };
}
