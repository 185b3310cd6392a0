import type { FieldProblem } from '../domain/field-problem';
import { bodyProblemsOf } from './check-body';
import { localDate } from './contract/field-schemas';
import { dayOf } from './parse-sender-time';

/** Reads a field of a worker's record as text; undefined: it is not there. */
export type ReadField = (field: string) => string | undefined;

/** The first day of the employment; empty when it is not told or cannot be read. */
export function startOf(read: ReadField): string {
  const start = dayOf(read('startDate')) ?? '';
  return isDay(start) ? start : '';
}

/** The last day of the employment; one before its start is of an employment before. */
export function endOf(read: ReadField, start: string): string | undefined {
  const last = endsOf(read).at(-1);
  return last !== undefined && last >= start ? last : undefined;
}

/** The days that may end access, the earliest first. */
export function endsOf(read: ReadField): readonly string[] {
  return [dayOf(read('lastWorkingDay')), dayOf(read('terminationDate'))]
    .filter((day) => day !== undefined)
    .filter(isDay)
    .toSorted();
}

/** Whether a text is a calendar day, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  return localDate().safeParse(text).success;
}

/** The day of a moment, UTC. */
export function dayAt(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Days that may end access and that nobody can read. @param read a reader that throws */
export function unreadableEndsOf(read: ReadField): readonly FieldProblem[] {
  return ['lastWorkingDay', 'terminationDate'].flatMap((field) => {
    try {
      const day = dayOf(read(field));
      return day === undefined || isDay(day)
        ? []
        : [{ field, problem: 'Must be a date, such as 2026-12-31' }];
    } catch (error) {
      return bodyProblemsOf(error);
    }
  });
}
