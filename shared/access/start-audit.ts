import type { Clock } from '../clock';
import type { Policy } from '../domain/policy';
import type { WorkQueues } from '../storage/queues';

/** Sends one audit per organization on its way. A night is named by its minute, so that a timer that fires twice audits once. */
export async function startAudit(
  deps: Readonly<{
    policy: () => Promise<Policy>;
    queues: Pick<WorkQueues, 'enqueueAudit'>;
    clock: Pick<Clock, 'now'>;
  }>,
): Promise<void> {
  const night = new Date(deps.clock.now()).toISOString().slice(0, 16).replaceAll(/[-:T]/g, '');
  for (const organization of (await deps.policy()).organizations.keys())
    await deps.queues.enqueueAudit({ organization, night });
}
