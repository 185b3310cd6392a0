import type { Clock } from '../../clock';
import { hasExpired, waitsToBeHeldOn, type Hold } from '../../domain/plan/hold';
import type { OrganizationMode, Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import { readObserved, type ObservedDeps } from './organization/observed-organization';
import type { HoldStore } from '../../storage/holds';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';

/** More than people of all holds: those of one incident are marked when it expires. */
const MOST_MARKS = 50_000;

export type ListHoldsDeps = Readonly<{
  policy: () => Promise<Policy>;
  holds: Pick<HoldStore, 'list'>;
  changes: Pick<ChangeStore, 'listMarks'>;
  clock: Pick<Clock, 'now'>;
}>;

/**
 * The same with the mode of the organization: in observe they would be held, and none can be released.
 * @throws AppError `plan-unknown`
 */
export async function listHoldsInMode(
  deps: ListHoldsDeps & Pick<ObservedDeps, 'ledger'>,
  alias: string,
): Promise<Readonly<{ mode: OrganizationMode; observedSince?: string; plans: readonly Hold[] }>> {
  const plans = await listHolds(deps, alias);
  const organization = (await deps.policy()).organizations.get(alias);
  const observed = organization === undefined ? undefined : await readObserved(deps, organization);
  const { sinceMs } = observed ?? {};
  return {
    mode: observed === undefined ? 'enforce' : 'observe',
    ...(sinceMs === undefined ? {} : { observedSince: new Date(sinceMs).toISOString() }),
    plans,
  };
}

/**
 * The holds of an organization that wait for a release now, oldest first, also those that expired and that no run could hold on yet.
 * @throws AppError `plan-unknown` for an unknown organization
 */
export async function listHolds(deps: ListHoldsDeps, organization: string): Promise<readonly Hold[]> {
  const policy = await deps.policy();
  if (!policy.organizations.has(organization)) throw new AppError('plan-unknown', 'There is no such plan');
  const nowMs = deps.clock.now();
  const held = await deps.holds.list(organization, 'held');
  const isAnyExpired = held.some((hold) => hold.kind !== 'remediation' && hasExpired(hold, nowMs));
  const marks = isAnyExpired ? await deps.changes.listMarks(organization, MOST_MARKS) : [];
  const marked = new Set(marks.map(({ subject }) => subject.key));
  return held
    .filter((hold) => !hasExpired(hold, nowMs) || waitsToBeHeldOn(hold, marked))
    .toSorted((a, b) => a.heldAtMs - b.heldAtMs);
}
