import { app } from '@azure/functions';
import { doDueWork } from '../shared/access/do-due-work';
import type { AppDeps } from '../shared/app-deps';

/** The sweep: marks what is due, retries, and enqueues lost messages again. */
export function registerDueWork(deps: AppDeps): void {
  app.timer('due-work', {
    schedule: deps.config.dueWorkSchedule,
    handler: async () => {
      await doDueWork(deps);
    },
  });
}
