import type { OrganizationRun } from './organization-run';

/** Notes removals that were made, for the guards that look back. Noting the same call again changes nothing. */
export async function logRemovals(
  run: Pick<OrganizationRun, 'removals' | 'organization' | 'clock'>,
  attemptId: string,
  groupId: string,
  removed: ReadonlyArray<Readonly<{ cause?: string | undefined }>>,
): Promise<void> {
  const counts = new Map<string, number>();
  for (const { cause = 'time' } of removed) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const atMs = startOf(attemptId);
  await run.removals.add(
    run.organization.alias,
    attemptId,
    [...counts].map(([cause, count]) => ({ atMs, groupId, cause, count })),
  );
}

/** The time an attempt began is the first part of its id, so that a call that is noted again keeps its place. */
function startOf(attemptId: string): number {
  return Number(attemptId.split('-')[0]);
}
