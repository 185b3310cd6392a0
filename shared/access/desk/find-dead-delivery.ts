import type { DeadDelivery } from '../../domain/dead-delivery';
import type { Policy, SourcePolicy } from '../../domain/policy';
import type { DeadDeliveries } from '../../storage/dead-deliveries';
import { noSuchDelivery, sourcesFeeding } from '../ledger/list-dead-deliveries';

const DELIVERY_ID = /^[0-9a-f]{64}$/;

/**
 * The dead delivery of an id among those of the sources that feed an organization. A source that cannot be read keeps none of
 * another from being found.
 *
 * @throws AppError `dead-letter-unknown`, or why a source could not be read of which it may be
 */
export async function findDeadDelivery(
  deps: Readonly<{ policy: () => Promise<Policy>; deadDeliveries: Pick<DeadDeliveries, 'get'> }>,
  organization: string,
  deliveryId: string,
): Promise<Readonly<{ source: SourcePolicy; dead: DeadDelivery }>> {
  const sources = sourcesFeeding(await deps.policy(), organization);
  let failure: Error | undefined;
  for (const source of DELIVERY_ID.test(deliveryId) ? sources : [])
    try {
      const dead = await deps.deadDeliveries.get({ feed: source.feed, source: source.name, deliveryId });
      if (dead !== undefined) return { source, dead };
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error('A source could not be read', { cause: error });
    }
  throw failure ?? noSuchDelivery();
}
