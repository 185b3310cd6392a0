import { Temporal } from 'temporal-polyfill';
import type { LocalDate } from '../../domain/ledger/worker-event';
import { bodyInvalid } from '../check-body';
import { DAY_MS, HOUR_MS } from '../../domain/durations';

type Ending = Readonly<{ until?: string | null | undefined; duration?: string | null | undefined }>;

/** An instant, nothing, or a day that ends somewhere: where, only the organization knows. */
type End = Readonly<{ validUntilMs: number | undefined; untilDay?: LocalDate }>;

/** A day ends this long after it began in UTC, at the latest in the world. */
const LONGEST_DAY_MS = DAY_MS + 12 * HOUR_MS;

/** The last instant that every store and format of ours can write. */
const lastInstantMs = Date.UTC(9999, 11, 31);
const TOO_LATE = 'Must end before the year 10000';

/** When something approved begins: as asked, or when it was approved. */
export function resolveStart(
  action: Readonly<{ validFrom?: string | null | undefined }>,
  approvedAtMs: number,
): number {
  return action.validFrom ? Date.parse(action.validFrom) : approvedAtMs;
}

/**
 * When something approved ends. A duration counts from `startMs` in UTC, so that a day is 24 hours.
 *
 * @throws `body-invalid` when it would end before it begins, or says its end twice
 */
export function resolveEnd(action: Ending, startMs: number): End {
  const { until, duration } = action;
  if (until && duration) throw endInvalid('duration', 'Must not stand beside until');
  if (until) {
    const isDay = until.length === 'YYYY-MM-DD'.length;
    const untilMs = Date.parse(until) + (isDay ? LONGEST_DAY_MS : 0);
    if (untilMs <= startMs) throw endInvalid('until', 'Must be later than the beginning');
    if (!isDay) return { validUntilMs: untilMs };
    if (untilMs > lastInstantMs) throw endInvalid('until', TOO_LATE);
    return { validUntilMs: undefined, untilDay: until };
  }
  return { validUntilMs: duration ? endAfter(duration, startMs) : undefined };
}

function endAfter(duration: string, startMs: number): number {
  const endMs = addInUtc(duration, startMs);
  if (endMs === undefined || endMs > lastInstantMs) throw endInvalid('duration', TOO_LATE);
  if (endMs <= startMs) throw endInvalid('duration', 'Must be longer than nothing');
  return endMs;
}

/** undefined: beyond what a calendar can hold. */
function addInUtc(duration: string, startMs: number): number | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(startMs)
      .toZonedDateTimeISO('UTC')
      .add(Temporal.Duration.from(duration)).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function endInvalid(field: 'duration' | 'until', problem: string) {
  return bodyInvalid([{ field: `action.${field}`, problem }]);
}
