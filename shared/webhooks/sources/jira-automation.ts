import { WITHDRAW } from '../derive-access-request';
import { textAt } from '../read-field-by-path';
import type { WebhookFormat } from '../webhook-format';
import { isIssueChangedSince, jiraApprovalsIn } from './jira-approvals';
import { postedTicketSource } from './posted-ticket';

/** Statuses in which an issue is not approved any more, by Jira's own names. */
export const REOPENED = ['status:reopened', 'status:waiting for approval', 'status:declined'] as const;

/**
 * "Send web request" of a Jira automation rule with the issue as its body, in either of Jira's two forms, and the webhook of a legacy
 * automation of Jira Service Management, whose issue may tell no time.
 */
export const jiraAutomationSource: WebhookFormat = postedTicketSource({
  format: 'jira-automation',
  fieldsToPlace: ['group', 'approver'],
  places: {
    ticketId: ['issue.key'],
    status: ['issue.fields.status.name'],
    updated: ['issue.fields.updated', 'timestamp'],
    person: ['issue.fields.reporter'],
    requester: ['issue.fields.reporter'],
    requestedAt: ['issue.fields.created'],
  },
  events: new Map([['status:approved', 'grant'], ...REOPENED.map((name) => [name, WITHDRAW] as const)]),
  approvalsInRecord: jiraApprovalsIn,
  isChangedSince: isIssueChangedSince,
  unwrap: (body) => (textAt(body, 'key') === undefined ? body : { issue: body }),
});

/** What an issue asks for by Jira's own record, whichever way it was announced. */
export const readJiraTicket = jiraAutomationSource.confirmed?.readTicket;
