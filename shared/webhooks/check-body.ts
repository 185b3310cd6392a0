import type { z } from 'zod';
import type { FieldProblem } from '../domain/field-problem';
import { AppError } from '../errors';
import { checkInWords, type ProblemInWords } from '../problems-in-words';

const mostProblems = 20;
const longestField = 200;

/**
 * A value as its schema describes it.
 *
 * @throws `body-invalid`, naming each field at fault by its path and never by its value
 */
export function checkBody<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = checkInWords(schema, value);
  if (result.success) return result.data;
  throw bodyInvalid(fieldProblemsOf(result));
}

/** Each field at fault by its path, and what is wrong with it as a sentence. */
export function fieldProblemsOf(
  { problems }: Readonly<{ problems: readonly ProblemInWords[] }>,
  placeOf: (path: readonly PropertyKey[]) => string = pathOf,
): readonly FieldProblem[] {
  return problems
    .slice(0, mostProblems)
    .map(({ path, problem }) => ({ field: placeOf(path), problem: asSentence(problem) }));
}

function asSentence(problem: string): string {
  return `${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}`;
}

/** The error for fields that contradict each other or cannot be used. */
export function bodyInvalid(fields: readonly FieldProblem[]): AppError {
  const first = fields[0];
  const message =
    first === undefined ? 'The body is not valid' : `The body is not valid: ${first.field}: ${first.problem}`;
  return new AppError('body-invalid', message, { fields });
}

/** What is wrong with a body. @throws what is about anything else */
export function bodyProblemsOf(error: unknown): readonly FieldProblem[] {
  if (error instanceof AppError && error.code === 'body-invalid') return error.fields;
  throw error;
}

/**
 * `worker.email`, `approvals[0].approver`. A name may be the sender's own, so it is cut and stripped of control characters, and one
 * that may be somebody's address is not told.
 */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = /[@\uFF20\uFE6B]|%40/i.test(String(part)) ? '(an address)' : String(part);
      return index === 0 ? name : `.${name}`;
    })
    .join('');
  return text === '' ? '(body)' : text.replaceAll(/\p{C}/gu, '?').slice(0, longestField);
}
