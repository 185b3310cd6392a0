import type { Clock } from '../../clock';
import { keyOfDecider } from '../../domain/decider';
import { lastFailureOf } from '../../domain/dead-delivery';
import type { Policy } from '../../domain/policy';
import type { DeadDeliveries } from '../../storage/dead-deliveries';
import type { LedgerStore } from '../../storage/ledger';
import { findDeadDelivery } from './find-dead-delivery';
import { noSuchDelivery } from '../ledger/list-dead-deliveries';
import { organizationsDecided, type DeliveryDecider } from './organizations-decided';
import { requireReason } from './require-reason';
import { recordDecision } from '../ledger/organization/update-organization-ledger';

export type CloseDeadDeliveryDeps = Readonly<{
  policy: () => Promise<Policy>;
  deadDeliveries: Pick<DeadDeliveries, 'get' | 'close'>;
  ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
  clock: Pick<Clock, 'now'>;
}>;

/**
 * Closes a dead delivery for good, in a person's name and with a reason: it is never processed. The evidence of every
 * organization that its source feeds is written first; the body ends with its retention.
 * @throws AppError `dead-letter-unknown` for one that is not dead, `not-permitted`, `body-invalid` without a reason
 */
export async function closeDeadDelivery(
  deps: CloseDeadDeliveryDeps,
  organization: string,
  deliveryId: string,
  decision: DeliveryDecider & Readonly<{ reason: unknown }>,
): Promise<void> {
  const { source, dead } = await findDeadDelivery(deps, organization, deliveryId);
  const policy = await deps.policy();
  const decided = organizationsDecided(policy, source, decision);
  const reason = requireReason(decision.reason);
  const { by } = decision;
  const failure = lastFailureOf(dead);
  const facts = {
    feed: source.feed,
    source: source.name,
    deliveryId,
    code: failure.code,
    by,
    reason,
  };
  for (const { alias } of decided)
    await recordDecision(
      deps,
      alias,
      { kind: 'delivery-closed', atMs: deps.clock.now(), policyHash: policy.hash, facts },
      [keyOfDecider(by), deliveryId, failure],
    );
  if (!(await deps.deadDeliveries.close(dead))) throw noSuchDelivery();
}
