import type { Clock } from '../../clock';
import type { Policy } from '../../domain/policy';
import type { Log } from '../../log-interface';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { containTimedUnit } from '../ledger/contain-timed-unit';
import { readLastAudit } from './read-last-audit';

/**
 * What a night that begins now is called: it is named by its minute, so that a timer that fires twice audits once. When the audit of
 * this minute has ended already, it was requested by hand: it is named by its second.
 */
export async function nameNight(
  ledger: Pick<LedgerStore, 'read' | 'evidence'>,
  organization: string,
  nowMs: number,
): Promise<string> {
  const digits = new Date(nowMs).toISOString().replaceAll(/\D/g, '');
  const [minute, second] = [digits.slice(0, 12), digits.slice(0, 14)];
  const last = await readLastAudit(ledger, organization);
  return last?.night.startsWith(minute) === true ? second : minute;
}

/**
 * Enqueues one audit per organization. An organization that fails keeps back no other.
 *
 * @throws what every organization failed with
 */
export async function startAudit(
  deps: Readonly<{
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'read' | 'evidence'>;
    queues: Pick<WorkQueues, 'enqueueAudit'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>,
): Promise<void> {
  const nowMs = deps.clock.now();
  const organizations = [...(await deps.policy()).organizations.keys()];
  const failures: unknown[] = [];
  for (const organization of organizations) {
    const failure = await containTimedUnit(deps, { kind: 'organization', key: organization }, async () => {
      await deps.queues.enqueueAudit({
        organization,
        night: await nameNight(deps.ledger, organization, nowMs),
      });
    });
    if (failure !== undefined) failures.push(failure.error);
  }
  if (failures.length > 0 && failures.length === organizations.length) throw failures[0];
}
