import { CAUSES, type CauseName } from './domain/readiness/causes';
import type { SecretFault } from './domain/secret-form-and-faults';
import { AppError, causeOf, errorCodeOf, SecretError, type ErrorCode } from './errors';

/** A failure in words: its code and cause, what is wrong, what to do, and where that is written. */
export type ToldCause = Readonly<{
  code: ErrorCode | SecretFault;
  cause: CauseName;
  problem: string;
  fix: string;
  docs: string;
}>;

/** A policy may have a hundred faults. */
const LONGEST_PROBLEM = 2_000;

/** The same words wherever a failure is told. Only the message of our own errors is safe to show. */
export function tellCause(error: unknown): ToldCause {
  const cause = causeOf(error);
  const { means, fix, docs } = CAUSES[cause];
  const isOwn = error instanceof AppError && !(error instanceof SecretError);
  return {
    code: error instanceof SecretError ? error.fault : errorCodeOf(error),
    cause,
    problem: isOwn ? error.message.slice(0, LONGEST_PROBLEM) : means,
    fix,
    docs,
  };
}
