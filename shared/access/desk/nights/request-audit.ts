import type { Clock } from '../../../clock';
import { keyOfDecider, type Decider } from '../../../domain/decider';
import { HOUR_MS } from '../../../domain/durations';
import type { Policy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { LedgerStore } from '../../../storage/ledger';
import type { WorkQueues } from '../../../storage/queues';
import { recordDecision } from '../../ledger/organization/update-organization-ledger';
import { nightUnderWay, type ReadNightsDeps } from './read-nights';

export type RequestAuditDeps = Pick<ReadNightsDeps, 'snapshots'> &
  Readonly<{
    policy: () => Promise<Policy>;
    /** What a night that begins now is called. */
    nightOfNow: (organization: string) => Promise<string>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
    queues: Pick<WorkQueues, 'enqueueAudit'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** A later night makes an earlier one give up what it has read. One that has not come on for longer than this may be left. */
const LEFT_AFTER_MS = HOUR_MS;

/**
 * Has an audit begin now, in a person's name; the evidence is written first. Two in one minute are one. While one is reading that came on
 * within the hour no other is begun: it would give up what that one has read, which of a large organization takes hours.
 * @returns the night, and whether it is one that was under way
 * @throws AppError `report-unknown` for an unknown organization
 */
export async function requestAudit(
  deps: RequestAuditDeps,
  organization: string,
  by: Decider,
): Promise<Readonly<{ night: string; wasUnderWay: boolean }>> {
  const policy = await deps.policy();
  if (!policy.organizations.has(organization))
    throw new AppError('report-unknown', 'There is no such organization');
  const atMs = deps.clock.now();
  const underWay = await nightUnderWay(deps, organization);
  if (underWay !== undefined && atMs - underWay.lastAtMs < LEFT_AFTER_MS)
    return { night: underWay.night, wasUnderWay: true };
  const night = await deps.nightOfNow(organization);
  await recordDecision(
    deps,
    organization,
    { kind: 'audit-requested', atMs, policyHash: policy.hash, facts: { night, by } },
    [keyOfDecider(by), night],
  );
  await deps.queues.enqueueAudit({ organization, night });
  return { night, wasUnderWay: false };
}
