import { app } from '@azure/functions';
import { announceReport } from '../shared/access/audit/notify-audit-difference';
import { auditWhenPossible } from '../shared/access/audit/audit-when-possible';
import type { AppDeps } from '../shared/app-deps';
import { QUEUES } from '../shared/storage/queues';
import { AuditMessageSchema, parseMessage } from './queue-message';

/** One organization's audit. */
export function registerRunAudit(deps: AppDeps): void {
  app.storageQueue('run-audit', {
    queueName: QUEUES.audits,
    connection: 'AzureWebJobsStorage',
    handler: async (entry) => {
      const message = parseMessage(AuditMessageSchema, entry);
      await auditWhenPossible({ ...deps, uipath: deps.auditUiPath }, message);
      await announceReport(deps, message);
    },
  });
}
