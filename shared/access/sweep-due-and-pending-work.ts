import type { Clock } from '../clock';
import type { Policy } from '../domain/policy';
import type { Log } from '../log-interface';
import type { ChangeStore } from '../storage/marks-and-attempts';
import type { Deliveries } from '../storage/deliveries';
import type { DueDates } from '../storage/due-dates';
import type { RequestIndex } from '../storage/request-index';
import type { Heartbeats } from '../storage/ignored-deliveries-and-named-since';
import type { WorkQueues } from '../storage/queues';
import { SCIM_FORMAT } from '../webhooks/sources/scim';
import { bookRun, markChanged } from './ledger/book-writer-run';
import { forgetInactiveUsers, type ForgetProvisionedDeps } from './intake/forget-inactive-scim-users';
import { DAY_MS } from '../domain/durations';

export type SweepDeps = ForgetProvisionedDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    deliveries: Pick<Deliveries, 'listPending' | 'touch' | 'forgetBodies'>;
    heartbeats: Pick<Heartbeats, 'forgetIgnored'>;
    changes: Pick<ChangeStore, 'mark' | 'bookRun' | 'hasWork'>;
    due: Pick<DueDates, 'listDue' | 'remove'>;
    requests: Pick<RequestIndex, 'forgetInList'>;
    queues: Pick<WorkQueues, 'enqueueDelivery' | 'enqueueChanges'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
    payloadDays: number;
  }>;

export type SweepResult = Readonly<{ due: number; resent: number; forgotten: number }>;

/** Age at which the message of a pending delivery counts as lost. */
const LOST_AFTER_MS = 120_000;
const DUE_PER_TICK = 1_000;
/** Retention of inactive SCIM users, in days: some clients never delete a user. */
const INACTIVE_USER_DAYS = 365;

/**
 * The sweep: marks dates that have come, enqueues messages for pending deliveries and marked organizations again, and
 * ends the retention of old payloads. It computes everything from storage, so a tick that comes late, twice or not at
 * all does no harm.
 */
export async function sweepDueAndPendingWork(deps: SweepDeps): Promise<SweepResult> {
  const policy = await deps.policy();
  const nowMs = deps.clock.now();
  const keptFromMs = nowMs - deps.payloadDays * DAY_MS;
  let due = 0;
  let forgotten = 0;
  for (const organization of policy.organizations.keys()) {
    const items = await deps.due.listDue(organization, nowMs, DUE_PER_TICK);
    for (const item of items) {
      await markChanged(deps, item.subject, item.lane ?? 'normal', nowMs, 'time');
      await deps.due.remove(item);
    }
    due += items.length;
    if (await deps.changes.hasWork(organization)) await bookRun(deps, organization, 'normal', nowMs, nowMs);
    forgotten += await deps.requests.forgetInList(organization, keptFromMs);
  }
  let resent = 0;
  for (const { feed, name, format } of policy.sources) {
    const pending = await deps.deliveries.listPending(feed, name, nowMs - LOST_AFTER_MS);
    for (const key of pending) {
      await deps.deliveries.touch(key, nowMs);
      // In the lane of leavers: one may be among them, and all are late.
      await deps.queues.enqueueDelivery(key, 'urgent');
    }
    resent += pending.length;
    forgotten += await deps.deliveries.forgetBodies(feed, name, keptFromMs);
    forgotten += await deps.heartbeats.forgetIgnored(feed, name, keptFromMs);
    if (format === SCIM_FORMAT)
      forgotten += await forgetInactiveUsers(deps, name, nowMs - INACTIVE_USER_DAYS * DAY_MS);
  }
  if (due + resent + forgotten > 0) deps.log({ event: 'due-work', due, resent, forgotten });
  return { due, resent, forgotten };
}
