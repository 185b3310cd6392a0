import { AppError } from '../../shared/errors';

/** The error that a call raised on purpose, to look at more than its message. */
export async function errorOf(call: () => unknown): Promise<AppError> {
  const outcome = await Promise.resolve()
    .then(call)
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  if ('error' in outcome && outcome.error instanceof AppError) return outcome.error;
  throw new Error(`Expected an AppError, got ${JSON.stringify(outcome)}`);
}
