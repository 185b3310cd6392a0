import { app } from '@azure/functions';
import type { AppDeps } from '../shared/app-deps';
import { webhookHandler } from '../shared/http/webhook-handler';

/** HR systems post joiners, movers and leavers here. The signature is the credential. */
export function registerHrWebhook(deps: AppDeps): void {
  app.http('hr-webhook', {
    methods: ['POST', 'OPTIONS'],
    authLevel: 'anonymous',
    route: 'webhooks/hr/{source}',
    handler: webhookHandler(deps, 'hr'),
  });
}
