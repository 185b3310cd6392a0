import { personAccess } from '../../domain/ledger/person-access';
import type { Subject } from '../../domain/ledger/subject';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import type { DueDates } from '../../storage/due-dates';

/**
 * Schedules the next instant at which a person's access changes by itself, in the urgent lane when it is the end of an
 * employment.
 */
export async function scheduleNextChange(
  due: Pick<DueDates, 'schedule'>,
  subject: Subject<'person'>,
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): Promise<void> {
  const { nextChangeAtMs: dueAtMs } = personAccess(ledger, organization, nowMs);
  if (dueAtMs === undefined) return;
  const leaving = personAccess(ledger, organization, dueAtMs).employment === 'left';
  await due.schedule({ subject, dueAtMs, lane: leaving ? 'urgent' : 'normal' });
}
