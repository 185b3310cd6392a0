import { z } from 'zod';
import { text } from './contract/field-schemas';

export const idProblem = `Must be a text, or a whole number up to ${Number.MAX_SAFE_INTEGER}`;

/** Whether a JSON number can be an id. A longer one was rounded by the parser, and the rounded id may be another person's. */
export function isIdNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** An id becomes a part of an address. Half a character cannot, and `.` and `..` would make it another address. */
export function idText(max: number) {
  return text(max).refine((id) => id !== '.' && id !== '..', 'Must not be . or ..');
}

/** Schema of an id that a vendor sends as text or as a number; its output is text. */
export function senderId(max: number) {
  return z
    .union([z.string(), z.number().refine(isIdNumber)], { error: idProblem })
    .transform(String)
    .pipe(idText(max));
}

export const WorkerIdSchema = senderId(64);
