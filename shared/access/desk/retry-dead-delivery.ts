import type { Clock } from '../../clock';
import { keyOfDecider } from '../../domain/decider';
import { lastFailureOf, type DeadDelivery } from '../../domain/dead-delivery';
import type { Policy, SourcePolicy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';
import type { DeadDeliveries } from '../../storage/dead-deliveries';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { findDeadDelivery } from './find-dead-delivery';
import { listDeadDeliveries, noSuchDelivery } from '../ledger/list-dead-deliveries';
import { organizationsDecided, type DeliveryDecider } from './organizations-decided';
import { recordDecision } from '../ledger/organization/update-organization-ledger';

export type RetryDeadDeliveryDeps = Readonly<{
  policy: () => Promise<Policy>;
  deadDeliveries: Pick<DeadDeliveries, 'list' | 'get' | 'reopen'>;
  ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
  queues: Pick<WorkQueues, 'enqueueDelivery'>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}>;

/** Most deliveries that one decision retries: their ids are in one record of evidence. */
export const MOST_TOGETHER = 100;

/**
 * Retries a dead delivery in a person's name: it is processed again as it was signed, under the policy of now. The
 * evidence of every organization that its source feeds is written first; a lost message is enqueued again by the
 * sweep.
 * @throws AppError `dead-letter-unknown` for one that is not dead, `not-permitted`
 */
export async function retryDeadDelivery(
  deps: RetryDeadDeliveryDeps,
  organization: string,
  deliveryId: string,
  decider: DeliveryDecider,
): Promise<void> {
  const { source, dead } = await findDeadDelivery(deps, organization, deliveryId);
  await requeue(deps, source, [dead], decider);
}

/**
 * Retries the oldest dead deliveries of a source that feeds the organization, a hundred at most, and returns how many.
 * The source is named as `hr/<name>` or `ticket/<name>`. `failedByMs`: none that failed later, so that whoever retries a hundred after the
 * other does not retry those again that have failed meanwhile.
 * @throws AppError `dead-letter-unknown` when it has none, `not-permitted`, or why they cannot be read now
 */
export async function retryDeadDeliveriesOf(
  deps: RetryDeadDeliveryDeps,
  organization: string,
  named: string,
  { failedByMs = Infinity, ...decider }: DeliveryDecider & Readonly<{ failedByMs?: number | undefined }>,
): Promise<number> {
  const found = (await listDeadDeliveries(deps, organization)).find(
    ({ source }) => `${source.feed}/${source.name}` === named,
  );
  if (found === undefined) throw noSuchDelivery();
  if (found.unreadable !== undefined)
    throw new AppError(found.unreadable, 'What is dead of this source cannot be read now');
  const meant = found.deliveries.filter((dead) => lastFailureOf(dead).atMs <= failedByMs);
  if (meant.length === 0) throw noSuchDelivery();
  return requeue(deps, found.source, meant.slice(0, MOST_TOGETHER), decider);
}

async function requeue(
  deps: RetryDeadDeliveryDeps,
  source: SourcePolicy,
  deliveries: readonly DeadDelivery[],
  decider: DeliveryDecider,
): Promise<number> {
  const policy = await deps.policy();
  const { by } = decider;
  const atMs = deps.clock.now();
  const facts = {
    feed: source.feed,
    source: source.name,
    deliveryIds: deliveries.map(({ deliveryId }) => deliveryId),
    by,
  };
  const deaths = deliveries.map((dead) => [dead.deliveryId, lastFailureOf(dead)]);
  for (const { alias } of organizationsDecided(policy, source, decider))
    await recordDecision(deps, alias, { kind: 'deliveries-retried', atMs, policyHash: policy.hash, facts }, [
      keyOfDecider(by),
      deaths,
    ]);
  let reopened = 0;
  for (const dead of deliveries) {
    if (!(await deps.deadDeliveries.reopen(dead, { by, atMs }))) continue;
    reopened += 1;
    await enqueue(deps, dead);
  }
  if (reopened === 0) throw noSuchDelivery();
  return reopened;
}

/** In the lane of leavers: one may be among them, and somebody waits. A message that cannot be sent is left to the sweep. */
async function enqueue(
  { queues, log }: Pick<RetryDeadDeliveryDeps, 'queues' | 'log'>,
  { feed, source, deliveryId }: DeadDelivery,
): Promise<void> {
  const message = { feed, source, deliveryId };
  try {
    await queues.enqueueDelivery(message, 'urgent');
  } catch (error) {
    log({ event: 'delivery-left-to-sweep', ...message, code: errorCodeOf(error) });
  }
}
