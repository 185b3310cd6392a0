import { app } from '@azure/functions';
import { applyChanges, passRunOn } from '../shared/access/writer/apply-changes';
import type { AppDeps } from '../shared/app-deps';
import { QUEUES } from '../shared/storage/queues';
import { ChangesMessageSchema, parseMessage } from './queue-message';

/** The only writer: one message is one organization. */
export function registerApplyChanges(deps: AppDeps): void {
  app.storageQueue('apply-changes', {
    queueName: QUEUES.changes,
    connection: 'AzureWebJobsStorage',
    handler: async (entry) => {
      const message = parseMessage(ChangesMessageSchema, entry);
      if ((await applyChanges(deps, message)) === 'not-in-force') await passRunOn(deps, message);
    },
  });
}
