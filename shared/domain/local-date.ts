import { Temporal } from 'temporal-polyfill';
import type { LocalDate } from './ledger/worker-event';

/** Whether a text is a day that there is, such as `2026-11-21`. */
export function isLocalDate(text: string): text is LocalDate {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}

/** A day so many days later. */
export function addDays(day: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** The day that an instant is in, in a zone. */
export function dayOf(atMs: number, timeZone: string): LocalDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}
