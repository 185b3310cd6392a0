import type { SecretFault } from '../domain/secret-form-and-faults';
import { AppError, errorCodeOf, SecretError, type ErrorCode } from '../errors';

/** One dependency of this application. */
export type ReadinessCheck = Readonly<{
  name: string;
  check: () => Promise<void>;
  /** Asked where the check passes: what somebody should see to all the same. */
  warn?: () => Promise<SecretFault | undefined>;
  /** What is to be known of what is as it should be. */
  note?: () => Promise<string>;
}>;

type Code = ErrorCode | SecretFault;

export type Readiness = Readonly<{
  ready: boolean;
  checks: ReadonlyArray<
    Readonly<{
      name: string;
      ok: boolean;
      code?: Code;
      /** What is wrong and what to check, in words. */
      problem?: string;
      previousSecret?: SecretFault;
      note?: string;
      /** Places of the policy that are at fault together. */
      places?: readonly string[];
    }>
  >;
}>;

/** Runs every readiness check and reports each; one that fails does not hide the others. */
export async function runReadinessChecks(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const results = await Promise.all(
    checks.map(async ({ name, check, warn, note }) => {
      try {
        await check();
        const previousSecret = await warn?.();
        return {
          name,
          ok: true,
          ...(previousSecret === undefined ? {} : { previousSecret }),
          ...(note === undefined ? {} : { note: await note() }),
        };
      } catch (error) {
        if (!(error instanceof SecretError))
          return { name, ok: false, code: errorCodeOf(error), ...inWords(error) };
        const { fault: code, places } = error;
        return { name, ok: false, code, ...(places.length === 0 ? {} : { places }) };
      }
    }),
  );
  return { ready: results.every((result) => result.ok), checks: results };
}

/** Only our own errors are safe to show. */
function inWords(error: unknown): Readonly<{ problem?: string }> {
  return error instanceof AppError ? { problem: error.message.slice(0, LONGEST_PROBLEM) } : {};
}

/** A policy may have a hundred faults. */
const LONGEST_PROBLEM = 2_000;
