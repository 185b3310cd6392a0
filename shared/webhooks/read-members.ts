import type { z } from 'zod';
import type { FieldProblem } from '../domain/field-problem';
import type { SourceMapping } from '../domain/source-settings';
import { checkInWords } from '../problems-in-words';
import { bodyInvalid, fieldProblemsOf } from './check-body';
import { note } from './note-unusable';
import { saidAtOf } from './parse-sender-time';
import { textAt, valueAt } from './read-field-by-path';
import type { Meaning } from './webhook-format';

/** When a message arrived, and where its times without an offset are said. */
export type Arrival = Readonly<{ receivedAtMs: number; zone: SourceMapping['zone'] }>;

/** The value at a place; undefined where it is not as its schema says, which is noted in `unusable`. */
export function usableAt<S extends z.ZodType>(
  body: unknown,
  place: string,
  schema: S,
  unusable: FieldProblem[],
): z.output<S> | undefined {
  const result = checkInWords(schema, valueAt(body, place));
  if (result.success) return result.data;
  unusable.push(...fieldProblemsOf(result, () => place).slice(0, 1));
  return undefined;
}

/** The value at a place that nothing can be said without. @throws AppError `body-invalid` */
export function memberAt<S extends z.ZodType>(body: unknown, place: string, schema: S): z.output<S> {
  const result = checkInWords(schema, valueAt(body, place));
  if (result.success) return result.data;
  throw bodyInvalid(fieldProblemsOf(result, () => place).slice(0, 1));
}

/**
 * When the time at a place, which is of the source's `zone` where it has no offset, says that something was said; when it arrived,
 * where that cannot be used, which is noted.
 */
export function saidAtMs(body: unknown, place: string, arrival: Arrival, unusable: FieldProblem[]): number {
  return saidInMs(textAt(body, place), place, arrival, unusable);
}

/** The same of a text that was read at a place. */
export function saidInMs(
  text: string | undefined,
  place: string,
  arrival: Arrival,
  unusable: FieldProblem[],
): number {
  const atMs = saidAtOf(text, arrival, arrival);
  if (atMs !== undefined) return atMs;
  note([{ field: place, problem: 'Must be a time, such as 2026-12-01T08:00:00Z' }], unusable);
  return arrival.receivedAtMs;
}

/** What is reported beside what is followed: nothing, or one meaning. */
export function unusableMeanings(fields: readonly FieldProblem[]): readonly Meaning[] {
  return fields.length === 0 ? [] : [{ kind: 'unusable', fields }];
}
