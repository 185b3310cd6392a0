import type { Clock } from '../../clock';
import { releaseRefusalOf, type Hold } from '../../domain/plan/hold';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { bookRun } from '../ledger/mark-and-book-writer-run';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { organizationSubject } from '../../domain/ledger/subject';

export type HoldDeps = Readonly<{
  policy: () => Promise<Policy>;
  holds: HoldStore;
  ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
  changes: Pick<ChangeStore, 'bookRun' | 'mark'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/** One hold, in any state. @throws AppError `plan-unknown` */
export async function readHold(deps: HoldDeps, organization: string, hash: string): Promise<Hold> {
  await requireOrganization(deps, organization);
  const hold = await deps.holds.get(organization, hash);
  if (hold === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  return hold;
}

/**
 * Releases a hold in a person's name: exactly its removals, if the facts are still those it was made for. Of two
 * concurrent releases one succeeds.
 * @throws AppError `plan-unknown`, `plan-not-held`, `plan-expired`, `storage-conflict`
 */
export async function releaseHold(
  deps: HoldDeps,
  organization: string,
  hash: string,
  by: string,
): Promise<Hold> {
  const policy = await requireOrganization(deps, organization);
  const nowMs = deps.clock.now();
  await readHold(deps, organization, hash);
  // Before the release, so that the timer books a run where the process dies right after it.
  await deps.changes.mark(organizationSubject(organization), 'normal', nowMs, 'plan-released');
  const released = await deps.holds.change(organization, hash, (hold) => {
    const refusal = releaseRefusalOf(hold, nowMs);
    if (refusal !== undefined) throw new AppError(refusal, 'This plan cannot be released any more');
    return { ...hold, state: 'released', releasedBy: by, releasedAtMs: nowMs };
  });
  if (released === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
    { kind: 'plan-released', atMs: nowMs, policyHash: policy.hash, facts: { planHash: hash, by } },
  ]);
  await bookRun(deps, organization, { lane: 'urgent', atMs: nowMs, nowMs, reason: 'marks' });
  return released;
}

async function requireOrganization(deps: Pick<HoldDeps, 'policy'>, organization: string): Promise<Policy> {
  const policy = await deps.policy();
  if (!policy.organizations.has(organization)) throw new AppError('plan-unknown', 'There is no such plan');
  return policy;
}
