import { Temporal } from 'temporal-polyfill';
import { bodyInvalid } from '../check-body';

type Ending = Readonly<{ until?: string | null | undefined; duration?: string | null | undefined }>;

/** The last instant that every store and format of ours can write. */
const lastInstantMs = Date.UTC(9999, 11, 31);

/** When something approved begins: as asked, or when it was approved. */
export function resolveStart(
  action: Readonly<{ validFrom?: string | null | undefined }>,
  approvedAtMs: number,
): number {
  return action.validFrom ? Date.parse(action.validFrom) : approvedAtMs;
}

/**
 * When something approved ends, or undefined. A duration counts from `startMs` in UTC, so that a day is 24 hours.
 *
 * @throws `body-invalid` when it would end before it begins, or says its end twice
 */
export function resolveEnd(action: Ending, startMs: number): number | undefined {
  const { until, duration } = action;
  if (until && duration) throw endInvalid('duration', 'Must not stand beside until');
  if (until) {
    const untilMs = Date.parse(until);
    if (untilMs <= startMs) throw endInvalid('until', 'Must be later than the beginning');
    return untilMs;
  }
  return duration ? endAfter(duration, startMs) : undefined;
}

function endAfter(duration: string, startMs: number): number {
  const endMs = addInUtc(duration, startMs);
  if (endMs === undefined || endMs > lastInstantMs)
    throw endInvalid('duration', 'Must end before the year 10000');
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
