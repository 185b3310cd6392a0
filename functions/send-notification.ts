import { app } from '@azure/functions';
import { notifyAuditDifference } from '../shared/access/audit/notify-audit-difference';
import type { AppDeps } from '../shared/app-deps';
import { QUEUES } from '../shared/storage/queues';
import { NotificationMessageSchema, parseMessage } from './queue-message';

/** Sends receivers the difference that a night made. */
export function registerSendNotification(deps: AppDeps): void {
  app.storageQueue('send-notification', {
    queueName: QUEUES.notifications,
    connection: 'AzureWebJobsStorage',
    handler: async (entry) => {
      await notifyAuditDifference(deps, parseMessage(NotificationMessageSchema, entry));
    },
  });
}
