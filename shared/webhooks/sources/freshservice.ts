import { z } from 'zod';
import { WITHDRAW } from '../derive-access-request';
import type { WebhookFormat } from '../webhook-format';
import { postedTicketSource } from './posted-ticket';

const WrappedSchema = z.union([
  z.object({ freshservice_webhook: z.unknown() }).transform((body) => body.freshservice_webhook),
  z.object({ freshdesk_webhook: z.unknown() }).transform((body) => body.freshdesk_webhook),
]);

/** Webhook nodes of the workflow automator: with the ticked fields, or with the body of our guide. */
export const freshserviceSource: WebhookFormat = postedTicketSource({
  format: 'freshservice',
  places: {
    ticketId: ['ticket_id'],
    action: ['action'],
    status: ['ticket_status', 'approval_status'],
    approval: ['approval_status'],
    updated: ['time'],
    url: ['ticket_url', 'url'],
    person: ['person', 'ticket_requester_email'],
    group: ['group'],
    duration: ['duration'],
    until: ['until'],
    organization: ['organization'],
    requester: ['requester', 'ticket_requester_email'],
    approver: ['approver'],
    requestedAt: ['requested_at'],
  },
  events: new Map([
    ['status:approved', 'grant'],
    ...['requested', 'rejected', 'cancelled', 'reopened'].map(
      (word) => [`status:${word}`, WITHDRAW] as const,
    ),
  ]),
  unwrap: (body) => {
    const wrapped = WrappedSchema.safeParse(body);
    return wrapped.success ? wrapped.data : body;
  },
});
