import type { Clock } from '../../clock';
import type { Hold } from '../../domain/plan/hold';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { HoldStore } from '../../storage/holds';

/** The holds of an organization that wait for a release now, oldest first. @throws AppError `plan-unknown` for an unknown organization */
export async function listHolds(
  deps: Readonly<{
    policy: () => Promise<Policy>;
    holds: Pick<HoldStore, 'list'>;
    clock: Pick<Clock, 'now'>;
  }>,
  organization: string,
): Promise<readonly Hold[]> {
  const policy = await deps.policy();
  if (!policy.organizations.has(organization)) throw new AppError('plan-unknown', 'There is no such plan');
  const nowMs = deps.clock.now();
  return (await deps.holds.list(organization, 'held'))
    .filter((hold) => hold.expiresAtMs > nowMs)
    .toSorted((a, b) => a.heldAtMs - b.heldAtMs);
}
