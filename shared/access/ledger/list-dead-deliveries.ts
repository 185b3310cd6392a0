import type { DeadDelivery } from '../../domain/dead-delivery';
import type { Policy, SourcePolicy } from '../../domain/policy';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { DeadDeliveries } from '../../storage/dead-deliveries';

export type ListDeadDeliveriesDeps = Readonly<{
  policy: () => Promise<Policy>;
  deadDeliveries: Pick<DeadDeliveries, 'list'>;
}>;

/** The dead deliveries of one source, oldest first. `unreadable`: they cannot be read now, and why. */
export type DeadOfSource = Readonly<{
  source: SourcePolicy;
  deliveries: readonly DeadDelivery[];
  unreadable?: ErrorCode;
}>;

/**
 * Deliveries that wait for a person, by source: of every source that feeds the organization, whatever else it feeds. A source
 * that cannot be read is among them, and keeps no other from being listed.
 *
 * @throws AppError `dead-letter-unknown` for an unknown organization
 */
export async function listDeadDeliveries(
  deps: ListDeadDeliveriesDeps,
  organization: string,
): Promise<readonly DeadOfSource[]> {
  const found: DeadOfSource[] = [];
  for (const source of sourcesFeeding(await deps.policy(), organization)) {
    const dead = await readDeadOf(deps, source);
    if (dead.deliveries.length > 0 || dead.unreadable !== undefined) found.push(dead);
  }
  return found;
}

async function readDeadOf(
  deps: Pick<ListDeadDeliveriesDeps, 'deadDeliveries'>,
  source: SourcePolicy,
): Promise<DeadOfSource> {
  try {
    const deliveries = await deps.deadDeliveries.list(source.feed, source.name);
    return { source, deliveries: deliveries.toSorted((a, b) => a.receivedAtMs - b.receivedAtMs) };
  } catch (error) {
    return { source, deliveries: [], unreadable: errorCodeOf(error) };
  }
}

/** The sources that feed an organization. @throws AppError `dead-letter-unknown` for an unknown organization */
export function sourcesFeeding(policy: Policy, organization: string): readonly SourcePolicy[] {
  if (!policy.organizations.has(organization)) throw noSuchDelivery();
  return policy.sources.filter(({ organizations }) => organizations.includes(organization));
}

/** The error for a delivery that never existed or is no longer dead. */
export function noSuchDelivery(): AppError {
  return new AppError(
    'dead-letter-unknown',
    'There is no such dead delivery: somebody may have put it back or closed it already',
  );
}
