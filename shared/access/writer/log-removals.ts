import type { OrganizationPolicy } from '../../domain/policy';
import type { RemovalLog } from '../../storage/removal-log';
import { startOfAttempt } from './attempt-id';

export type LogRemovalsDeps = Readonly<{
  removals: Pick<RemovalLog, 'add'>;
  organization: Pick<OrganizationPolicy, 'alias'>;
}>;

/**
 * Logs removals that were made, for the sliding windows of the guards. Idempotent: they are logged at the time the attempt
 * began, which is in its id.
 */
export async function logRemovals(
  deps: LogRemovalsDeps,
  attemptId: string,
  groupId: string,
  removed: ReadonlyArray<Readonly<{ cause?: string | undefined }>>,
): Promise<void> {
  const counts = new Map<string, number>();
  for (const { cause = 'time' } of removed) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const atMs = startOfAttempt(attemptId);
  await deps.removals.add(
    deps.organization.alias,
    attemptId,
    [...counts].map(([cause, count]) => ({ atMs, groupId, cause, count })),
  );
}
