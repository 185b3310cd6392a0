import { createHash } from 'node:crypto';

/** What a ticket of any vendor is about. */
export type Ticket = Readonly<{
  number: number;
  act: 'grant' | 'revoke';
  person: string;
  group: string;
  duration: string | undefined;
  requester: string;
  approver: string;
  atMs: number;
}>;

type TicketBody = (ticket: Ticket) => object;

/** What each ticket system posts when a request was approved, in the shape its vendor documents. */
export const ticketBodies = {
  /** `issues` event, action `labeled`. People have logins: the part of their address before the @. */
  github: (ticket) => {
    const at = new Date(ticket.atMs).toISOString().replace('.000Z', 'Z');
    return {
      action: 'labeled',
      issue: {
        url: `https://api.github.com/repos/acme/access/issues/${ticket.number}`,
        html_url: `https://github.com/acme/access/issues/${ticket.number}`,
        id: 2_100_000_000 + ticket.number,
        number: ticket.number,
        title: `Access to ${ticket.group}`,
        user: { login: loginOf(ticket.requester), id: 501, type: 'User' },
        labels: [{ id: 77, name: labelOf(ticket) }],
        state: 'open',
        created_at: at,
        updated_at: at,
        author_association: 'MEMBER',
        body: [
          `### Person\n\n${ticket.person}`,
          `### Group\n\n${ticket.group}`,
          `### Duration\n\n${ticket.duration ?? '_No response_'}`,
          '### Reason\n\nMonth-end close\n\nas every month',
        ].join('\n\n'),
      },
      label: { id: 77, name: labelOf(ticket), color: 'ededed', default: false },
      repository: { id: 9001, name: 'access', full_name: 'acme/access', private: true },
      sender: { login: loginOf(ticket.approver), id: 502, type: 'User' },
    };
  },
  /** `jira:issue_updated` of a webhook that an administrator set up; the fields of the request are custom ones. */
  jira: (ticket) => ({
    timestamp: ticket.atMs,
    webhookEvent: 'jira:issue_updated',
    issue_event_type_name: 'issue_generic',
    user: jiraUser('5b10ac8d82e05b22cc7d4ef5', ticket.approver),
    issue: {
      id: String(10_000 + ticket.number),
      self: `https://acme.atlassian.net/rest/api/2/${10_000 + ticket.number}`,
      key: `ACC-${ticket.number}`,
      fields: {
        summary: `Access to ${ticket.group}`,
        project: { id: '10001', key: 'ACC', name: 'Access' },
        reporter: jiraUser('5b10ac8d82e05b22cc7d4ef6', ticket.requester),
        status: { id: '10002', name: statusOf(ticket) },
        customfield_10050: { self: '', value: ticket.group, id: '10020' },
        customfield_10051: ticket.duration ?? null,
        customfield_10052: [],
        customfield_10053: ticket.person,
      },
    },
    changelog: {
      id: String(20_000 + ticket.number),
      items: [
        {
          field: 'resolution',
          fieldtype: 'jira',
          fieldId: 'resolution',
          from: null,
          fromString: null,
          to: '1',
          toString: 'Done',
        },
        {
          field: 'status',
          fieldtype: 'jira',
          fieldId: 'status',
          from: '10001',
          fromString: 'Waiting for approval',
          to: '10002',
          toString: statusOf(ticket),
        },
      ],
    },
    matchedWebhookIds: [1],
  }),
  /** The body that docs/sources/zendesk.md has the administrator paste into a trigger, with its placeholders filled in. */
  zendesk: (ticket) => {
    const at = new Date(ticket.atMs).toISOString();
    return {
      id: `${ticket.number}-${at}`,
      action: ticket.act,
      ticket_id: String(ticket.number),
      url: `https://acme.zendesk.com/agent/tickets/${ticket.number}`,
      time: at,
      person: ticket.person,
      group: ticket.group,
      duration: ticket.duration ?? '',
      requester: ticket.requester,
      approver: ticket.approver,
    };
  },
  /** "Send web request" with the issue in Jira's format; the rule's own condition is not in it, only the status. */
  'jira-automation': (ticket) => ({
    issue: {
      id: 10_000 + ticket.number,
      self: `https://acme.atlassian.net/rest/api/2/${10_000 + ticket.number}`,
      key: `ACC-${ticket.number}`,
      fields: {
        summary: `Access to ${ticket.group}`,
        reporter: jiraUser('5b10ac8d82e05b22cc7d4ef6', ticket.requester),
        status: { id: '10002', name: statusOf(ticket) },
        updated: new Date(ticket.atMs).toISOString().replace('Z', '+0000'),
        customfield_10050: { value: ticket.group, id: '10020' },
        customfield_10051: ticket.duration ?? null,
        customfield_10053: ticket.person,
        customfield_10054: jiraUser('5b10ac8d82e05b22cc7d4ef5', ticket.approver),
      },
    },
  }),
  /** The body that docs/sources/freshservice.md has the administrator paste into a webhook node. */
  freshservice: (ticket) => ({
    ticket_id: ticket.number,
    action: ticket.act,
    time: new Date(ticket.atMs).toISOString(),
    person: ticket.person,
    group: ticket.group,
    duration: ticket.duration ?? '',
    requester: ticket.requester,
    approver: ticket.approver,
  }),
  /** What a flow posts after "Start and wait for an approval", beside what was asked for. */
  'power-automate': (ticket) => {
    const at = new Date(ticket.atMs).toISOString();
    const responder = {
      id: '5a1c2d3e',
      displayName: 'Ben',
      email: ticket.approver,
      userPrincipalName: ticket.approver,
    };
    return {
      approval: {
        name: `0a9be1c1-7c3f-4d2a-8a62-${String(ticket.number).padStart(12, '0')}`,
        outcome: 'Approve',
        status: 'Completed',
        title: `Access to ${ticket.group}`,
        completionDate: at,
        responses: [
          { responder, requestDate: at, responseDate: at, approverResponse: 'Approve', comments: '' },
        ],
      },
      request: {
        action: ticket.act,
        person: ticket.person,
        group: ticket.group,
        duration: ticket.duration ?? '',
        requester: ticket.requester,
      },
    };
  },
  /** The body that docs/sources/servicenow.md has a REST step post: the requested item, in the names of its table. */
  'servicenow-token': (ticket) => ({
    number: `RITM${String(ticket.number).padStart(7, '0')}`,
    sys_id: serviceNowId('sc_req_item', ticket.number),
    sys_mod_count: String(Math.floor(ticket.atMs / 1000) - 1_600_000_000),
    approval: 'approved',
    sys_updated_on: new Date(ticket.atMs).toISOString().slice(0, 19).replace('T', ' '),
    requested_for: { email: ticket.person },
    opened_by: { email: ticket.requester },
    approver: { email: ticket.approver },
    variables: {
      access_action: ticket.act,
      access_group: ticket.group,
      access_duration: ticket.duration ?? '',
    },
  }),
  /** A CloudEvent with the data of our own contract. */
  'cloudevents-signed': (ticket) => ({
    specversion: '1.0',
    id: `${ticket.number}-${ticket.act}`,
    source: 'https://tickets.acme.example',
    type: 'access.request.approved',
    subject: String(ticket.number),
    time: new Date(ticket.atMs).toISOString(),
    datacontenttype: 'application/json',
    data: {
      ticket: { id: String(ticket.number), url: `https://tickets.acme.example/${ticket.number}` },
      requester: ticket.requester,
      approvals: [{ approver: ticket.approver, approvedAt: new Date(ticket.atMs).toISOString() }],
      action: {
        kind: ticket.act,
        person: ticket.person,
        group: ticket.group,
        ...(ticket.act === 'grant' ? { duration: ticket.duration } : {}),
      },
    },
  }),
} as const satisfies Record<string, TicketBody>;

/** A record's own id at ServiceNow: 32 digits. */
export function serviceNowId(table: string, number: number): string {
  return createHash('md5').update(`${table} ${number}`).digest('hex');
}

/** The login that stands for an address in the bodies above. */
export function loginOf(email: string): string {
  return (email.split('@')[0] ?? '').replaceAll('.', '-');
}

function labelOf({ act }: Ticket): string {
  return act === 'grant' ? 'access-approved' : 'access-revoked';
}

function statusOf({ act }: Ticket): string {
  return act === 'grant' ? 'Approved' : 'Revoked';
}

function jiraUser(accountId: string, emailAddress: string): object {
  return {
    accountId,
    emailAddress,
    displayName: loginOf(emailAddress),
    active: true,
    accountType: 'atlassian',
  };
}
