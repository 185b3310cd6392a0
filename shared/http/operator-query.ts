import type { HttpRequest } from '@azure/functions';
import { AppError } from '../errors';

/** What the command line asks with: words of a bounded length, numbers and instants. */
export type OperatorQuery = HttpRequest['query'];

const LONGEST_WORD = 400;

/** undefined: it is not said, or empty. @throws AppError `query-invalid` */
export function wordIn(query: OperatorQuery, name: string, longest = LONGEST_WORD): string | undefined {
  const word = query.get(name)?.trim() ?? '';
  if (word.length > longest) throw invalidQuery(name, `is longer than ${longest} characters`);
  return word === '' ? undefined : word;
}

/** @throws AppError `query-invalid` */
export function requireWord(query: OperatorQuery, name: string): string {
  const word = wordIn(query, name);
  if (word === undefined) throw invalidQuery(name, 'is missing');
  return word;
}

/** How many come before what is asked for. @throws AppError `query-invalid` */
export function skipIn(query: OperatorQuery): number {
  const said = query.get('skip') ?? '0';
  if (!/^\d{1,9}$/.test(said)) throw invalidQuery('skip', 'is no number');
  return Number(said);
}

export function invalidQuery(field: string, problem: string): AppError {
  return new AppError('query-invalid', `${field} ${problem}`, { fields: [{ field, problem }] });
}
