import type { FieldProblem } from '../domain/field-problem';
import { bodyProblemsOf } from './check-body';

type ReadText = (field: string) => string | undefined;

/** Reads a field that cannot be used as one that is not there, and notes it. */
export function tolerantReader(read: ReadText, unusable: FieldProblem[]): ReadText {
  return (field) => {
    try {
      return read(field);
    } catch (error) {
      note(bodyProblemsOf(error), unusable);
      return undefined;
    }
  };
}

/** Notes what cannot be used, each field once. */
export function note(problems: readonly FieldProblem[], unusable: FieldProblem[]): void {
  for (const problem of problems)
    if (!unusable.some((known) => known.field === problem.field)) unusable.push(problem);
}
