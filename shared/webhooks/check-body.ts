import type { z } from 'zod';
import type { FieldProblem } from '../domain/field-problem';
import { AppError } from '../errors';

const mostProblems = 20;
const longestField = 200;

/**
 * A value as its schema describes it.
 *
 * @throws `body-invalid`, naming each field at fault by its path and never by its value
 */
export function checkBody<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw bodyInvalid(
    result.error.issues
      .slice(0, mostProblems)
      .map((issue) => ({ field: pathOf(issue.path), problem: issue.message })),
  );
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
