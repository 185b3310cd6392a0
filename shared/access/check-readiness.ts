import { errorCodeOf, type ErrorCode } from '../errors';

/** One thing this application cannot work without. */
export type ReadinessCheck = Readonly<{ name: string; check: () => Promise<void> }>;

export type Readiness = Readonly<{
  ready: boolean;
  checks: ReadonlyArray<Readonly<{ name: string; ok: boolean; code?: ErrorCode }>>;
}>;

/** Runs every check and names each result; one that fails does not hide the others. */
export async function checkReadiness(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const results = await Promise.all(
    checks.map(async ({ name, check }) => {
      try {
        await check();
        return { name, ok: true };
      } catch (error) {
        return { name, ok: false, code: errorCodeOf(error) };
      }
    }),
  );
  return { ready: results.every((result) => result.ok), checks: results };
}
