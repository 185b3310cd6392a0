import { AppError } from '../../errors';
import type { AuditMessage, WorkQueues } from '../../storage/queues';
import { runAudit, type RunAuditDeps } from './run-audit';

/** Runs the audit. Where UiPath's quota is used up, its message is enqueued again for when the quota allows it. */
export async function auditWhenPossible(
  deps: RunAuditDeps & Readonly<{ queues: Pick<WorkQueues, 'enqueueAudit'> }>,
  message: AuditMessage,
): Promise<void> {
  try {
    const report = await runAudit(deps, message);
    if (report === undefined) deps.log({ event: 'audit-given-up', organization: message.organization });
  } catch (error) {
    if (!(error instanceof AppError) || error.retryAtMs === undefined) throw error;
    await deps.queues.enqueueAudit(message, error.retryAtMs - deps.clock.now());
    if (error.code !== 'policy-not-in-force')
      deps.log({ event: 'audit-waits', organization: message.organization, code: error.code });
  }
}
