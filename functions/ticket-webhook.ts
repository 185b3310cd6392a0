import { app } from '@azure/functions';
import type { AppDeps } from '../shared/app-deps';
import { webhookHandler } from '../shared/http/webhook-handler';

/** Ticket systems post approved access requests here. The signature is the credential. */
export function registerTicketWebhook(deps: AppDeps): void {
  app.http('ticket-webhook', {
    methods: ['POST', 'OPTIONS'],
    authLevel: 'anonymous',
    route: 'webhooks/tickets/{source}',
    handler: webhookHandler(deps, 'ticket'),
  });
}
