import { z } from 'zod';
import { checkBody } from '../check-body';
import { saidAtOf } from '../parse-sender-time';
import type { WebhookFormat } from '../webhook-format';
import { isAt } from '../read-field-by-path';
import { postedTicketSource } from './posted-ticket';

const ResponsesSchema = z.looseObject({
  approval: z.looseObject({
    responses: z
      .array(
        z.object({
          responder: z.object({ email: z.string().nullish(), userPrincipalName: z.string().nullish() }),
          responseDate: z.string().catch(''),
          approverResponse: z.string(),
        }),
      )
      .max(20),
  }),
});

/**
 * A flow that posts the outcome of an approval beside what was asked for. With several responders the outcome is a list, so
 * what counts is each response: who did not say `Approve` is no approver, and one refusal is enough for none at all.
 */
export const powerAutomateSource: WebhookFormat = postedTicketSource({
  format: 'power-automate',
  places: {
    ticketId: ['approval.name'],
    action: ['request.action'],
    status: ['outcome'],
    approval: ['outcome'],
    updated: ['approval.completionDate'],
    person: ['request.person'],
    group: ['request.group'],
    duration: ['request.duration'],
    until: ['request.until'],
    organization: ['request.organization'],
    requester: ['request.requester'],
    requestedAt: ['approval.requestDate'],
    url: ['request.url'],
  },
  events: new Map([['status:approved', 'grant']]),
  requireReadable: (body) => {
    if (isAt(body, 'approval') || isAt(body, 'request')) checkBody(ResponsesSchema, body);
  },
  unwrap: (body) => {
    const parsed = ResponsesSchema.safeParse(body);
    // Without responses there is no outcome of ours, whatever the flow put there.
    if (!parsed.success) return {};
    const { responses } = parsed.data.approval;
    const agreed =
      responses.length > 0 && responses.every((response) => response.approverResponse === 'Approve');
    return { ...parsed.data, outcome: agreed ? 'approved' : 'rejected' };
  },
  approvalsOf: (record, arrival) =>
    checkBody(ResponsesSchema, record).approval.responses.map(({ responder, responseDate }) => ({
      approver: responder.email?.trim() || responder.userPrincipalName || undefined,
      approvedAtMs: saidAtOf(responseDate, arrival, arrival),
    })),
});
