import { app } from '@azure/functions';
import { sweepDueAndPendingWork } from '../shared/access/sweep-due-and-pending-work';
import type { AppDeps } from '../shared/app-deps';

/** The sweep: marks what is due, retries, and enqueues lost messages again. */
export function registerDueWork(deps: AppDeps): void {
  app.timer('due-work', {
    schedule: deps.config.dueWorkSchedule,
    handler: async () => {
      await sweepDueAndPendingWork(deps);
    },
  });
}
