import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { checksForOrganization } from '../../domain/readiness/checks-for-organization';

/** What came of the checks, each by its name. */
type ChecksTried = Readonly<{ checks: ReadonlyArray<Readonly<{ name: string; ok: boolean }>> }>;

export type ReadReadinessDeps = Readonly<{
  policy: () => Promise<Policy>;
  /** Everything tried anew, or within the last half minute. */
  readinessNow: () => Promise<Readonly<{ readiness: ChecksTried; atMs: number }>>;
}>;

/** What has to work for an organization: each check of it and of what all share, with its cause and what to do. `atMs`: when it was tried. */
export async function readReadiness(
  { policy, readinessNow }: ReadReadinessDeps,
  { alias }: OrganizationPolicy,
): Promise<ChecksTried & Readonly<{ organization: string; atMs: number; ready: boolean }>> {
  const { readiness, atMs } = await readinessNow();
  const checks = checksForOrganization(readiness.checks, alias, await policy());
  return { organization: alias, atMs, ready: checks.every(({ ok }) => ok), checks };
}
