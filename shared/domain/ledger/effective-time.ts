import { Temporal } from 'temporal-polyfill';
import type { Effective, LocalDate, WorkerEvent } from './worker-event';

/** Which of the two dates of a leaver ends access when HR sends both. */
export type LeaverDateRule = 'earliest' | 'last-working-day' | 'termination-date';

type EffectiveRules = Readonly<{ defaultTimeZone: string; leaverDate: LeaverDateRule }>;

/** Epoch milliseconds at which a day begins in a zone; where midnight is skipped by daylight saving, the first instant of that day. */
export function startOfDayMs(date: LocalDate, timeZone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds;
}

/** The first instant after a day in a zone: access "until the 31st" ends here. */
export function endOfDayMs(date: LocalDate, timeZone: string): number {
  return Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
}

/**
 * The instant at which a worker event changes access. Days are the worker's own: they begin and end in the worker's zone,
 * or in `defaultTimeZone` where HR names none.
 */
export function effectiveAtMs(
  event: Pick<WorkerEvent, 'effective' | 'occurredAtMs' | 'worker' | 'notBeforeSaid'>,
  rules: EffectiveRules,
): number {
  const namedAtMs = namedTimeMs(event, rules);
  return event.notBeforeSaid === true ? Math.max(event.occurredAtMs, namedAtMs) : namedAtMs;
}

function namedTimeMs(
  event: Pick<WorkerEvent, 'effective' | 'occurredAtMs' | 'worker'>,
  rules: EffectiveRules,
): number {
  const timeZone = event.worker.timeZone ?? rules.defaultTimeZone;
  const { effective } = event;
  switch (effective.kind) {
    case 'at-once':
      return event.occurredAtMs;
    case 'instant':
      return effective.atMs;
    case 'date':
      return startOfDayMs(effective.date, timeZone);
    case 'leaving': {
      const day = effective.immediate ? undefined : leavingDay(effective, rules.leaverDate);
      return day === undefined ? event.occurredAtMs : endOfDayMs(day, timeZone);
    }
  }
}

function leavingDay(
  leaving: Extract<Effective, { kind: 'leaving' }>,
  rule: LeaverDateRule,
): LocalDate | undefined {
  const { lastWorkingDay, terminationDate } = leaving;
  switch (rule) {
    case 'last-working-day':
      return lastWorkingDay ?? terminationDate;
    case 'termination-date':
      return terminationDate ?? lastWorkingDay;
    case 'earliest':
      return [lastWorkingDay, terminationDate].filter((day) => day !== undefined).toSorted()[0];
  }
}
