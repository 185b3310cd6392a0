import { AppError } from '../../errors';

const LONGEST_REASON = 500;

/** Why somebody decided so, in their words. @throws AppError `body-invalid` for none, and for more than 500 characters */
export function requireReason(said: unknown): string {
  const reason = typeof said === 'string' ? said.trim() : '';
  const problem = reason === '' ? 'is missing' : reason.length > LONGEST_REASON ? 'is too long' : undefined;
  if (problem === undefined) return reason;
  throw new AppError('body-invalid', `Say why: a text of up to ${LONGEST_REASON} characters`, {
    fields: [{ field: 'reason', problem }],
  });
}
