import { z } from 'zod';
import { text } from './contract/field-schemas';

export const idProblem = `Must be a text, or a whole number up to ${Number.MAX_SAFE_INTEGER}`;

/**
 * Whether a number in JSON can be an id. A longer one was rounded as it was read, and the id that is left may be somebody else's.
 */
export function isIdNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** An id becomes a part of an address. Half a character cannot, and `.` and `..` would make it another address. */
export function idText(max: number) {
  return text(max).refine((id) => id !== '.' && id !== '..', 'Must not be . or ..');
}

/** Vendors write ids as text or as a number. */
export function senderId(max: number) {
  return z
    .union([z.string(), z.number().refine(isIdNumber)], { error: idProblem })
    .transform(String)
    .pipe(idText(max));
}

export const WorkerIdSchema = senderId(64);
