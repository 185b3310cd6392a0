import { serviceNowId, type Ticket } from './ticket';
import { ticketBodies } from './ticket-bodies';

export type Json = Readonly<Record<string, unknown>>;

type Decision = 'approved' | 'declined' | 'pending';

/** A ticket as the system itself has it: `atMs` is its last change, and each decision is of somebody who was asked. */
export type KeptTicket = Ticket & Readonly<{ decisions: readonly Decision[]; approvedAtMs: number }>;

type TicketRecords = Readonly<{
  key: string;
  issue: Json;
  issueApprovals: readonly Json[];
  item: Json;
  itemApprovals: readonly Json[];
}>;

/** The same ticket as Jira and as ServiceNow keep it. */
export function ticketRecords(ticket: KeptTicket): TicketRecords {
  const { issue } = ticketBodies['jira-automation'](ticket);
  return {
    key: issue.key,
    issue,
    issueApprovals: ticket.decisions.map((decision, index) => jiraApproval(ticket, decision, index)),
    item: requestedItem(ticket),
    itemApprovals: ticket.decisions.map((decision) => itemApproval(ticket, decision)),
  };
}

/** https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/#api-rest-servicedeskapi-request-issueidorkey-approval-get */
function jiraApproval({ approver, approvedAtMs }: KeptTicket, decision: Decision, index: number): Json {
  return {
    id: String(index),
    name: 'Waiting for approval',
    finalDecision: decision,
    approvers: [
      {
        approver: { accountId: '5b10ac8d82e05b22cc7d4ef5', emailAddress: approver, displayName: 'Ben' },
        approverDecision: decision,
      },
    ],
    completedDate: { iso8601: new Date(approvedAtMs).toISOString(), epochMillis: approvedAtMs },
  };
}

/** A row of `sc_req_item` with fields of other tables by their path, as the Table API gives them. */
function requestedItem(ticket: KeptTicket): Json {
  const {
    requested_for,
    opened_by,
    variables,
    approver: _approver,
    ...item
  } = ticketBodies['servicenow-token'](ticket);
  return {
    ...item,
    request: serviceNowId('sc_request', ticket.number),
    'requested_for.email': requested_for.email,
    'opened_by.email': opened_by.email,
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`variables.${name}`, value])),
  };
}

/** A row of `sysapproval_approver`. */
function itemApproval({ number, approver, approvedAtMs }: KeptTicket, decision: Decision): Json {
  return {
    sysapproval: serviceNowId('sc_req_item', number),
    state: { approved: 'approved', declined: 'rejected', pending: 'requested' }[decision],
    'approver.email': approver,
    sys_updated_on: new Date(approvedAtMs).toISOString().slice(0, 19).replace('T', ' '),
  };
}
