import { z } from 'zod';
import { SKEW_MS } from '../../domain/durations';
import { instantOf } from '../parse-sender-time';
import { textAt } from '../read-field-by-path';
import type { WebhookFormat } from '../webhook-format';
import { WITHDRAW, type SaidOfTicket } from '../derive-access-request';
import { postedTicketSource } from './posted-ticket';

const ApprovalsSchema = z.object({
  approvals: z.array(
    z.object({
      state: z.string(),
      sys_updated_on: z.string().catch(''),
      approver: z.object({ email: z.string() }).optional(),
    }),
  ),
});

/** Who agreed, if everybody who was asked for an answer and gave one did. */
function approvalsIn(record: unknown): SaidOfTicket['approvals'] {
  const approvals = ApprovalsSchema.safeParse(record).data?.approvals ?? [];
  if (approvals.some(({ state }) => state === 'rejected')) return [];
  return approvals
    .filter(({ state }) => state === 'approved')
    .map((one) => ({
      approver: one.approver?.email,
      approvedAtMs: instantOf(one.sys_updated_on),
    }));
}

/** A REST step of a ServiceNow flow that posts the requested item, in the names of its table. */
export const serviceNowFlowSource: WebhookFormat = postedTicketSource({
  format: 'servicenow-token',
  revision: ['sys_id', 'sys_mod_count'],
  places: {
    ticketId: ['number'],
    action: ['action', 'variables.access_action'],
    status: ['approval'],
    approval: ['approval'],
    updated: ['sys_updated_on'],
    url: ['url'],
    person: ['requested_for.email'],
    requester: ['opened_by.email'],
    requestedAt: ['opened_at'],
    approver: ['approver.email', 'approver'],
    group: ['variables.access_group'],
    duration: ['variables.access_duration'],
    until: ['variables.access_until'],
    organization: ['variables.access_organization'],
  },
  events: new Map([
    ['status:approved', 'grant'],
    ...['requested', 'not requested', 'rejected', 'cancelled'].map(
      (word) => [`status:${word}`, WITHDRAW] as const,
    ),
  ]),
  unasked: new Set(['not requested']),
  approvalsInRecord: approvalsIn,
  // The approval itself is a change of the item, soon after it; which field another one was about, the record does not tell.
  isChangedSince: (record, approvedAtMs) =>
    (instantOf(textAt(record, 'sys_updated_on')) ?? Infinity) > approvedAtMs + SKEW_MS,
});
