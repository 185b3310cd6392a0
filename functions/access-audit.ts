import { app } from '@azure/functions';
import { startAudit } from '../shared/access/audit/start-audit';
import type { AppDeps } from '../shared/app-deps';

/** Every night: one audit per organization. */
export function registerAccessAudit(deps: AppDeps): void {
  app.timer('access-audit', {
    schedule: deps.config.auditSchedule,
    handler: async () => {
      await startAudit(deps);
    },
  });
}
