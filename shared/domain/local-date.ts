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
