import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ticketRecords, type Json, type KeptTicket } from './ticket-records';

type Records = Readonly<{
  issues: Map<string, Json>;
  issueApprovals: Map<string, readonly Json[]>;
  issueChanges: Map<string, readonly Json[]>;
  items: Map<string, Json>;
  itemApprovals: Map<string, readonly Json[]>;
}>;

type Answer = readonly [status: number, body: unknown];

export type TicketApi = Records &
  Readonly<{
    baseUrl: string;
    requests: ReadonlyArray<Readonly<{ path: string; authorization: string | undefined }>>;
    /**
     * Adds a ticket, or replaces the one of the same number. `PUT /tickets` does the same from outside. Below `/systems/<name>` is
     * another system with tickets of its own.
     */
    keep: (ticket: KeptTicket) => void;
    /** The next requests are answered with these; `hang` is never answered. */
    failNext: (...statuses: ReadonlyArray<number | 'hang'>) => void;
    close: () => Promise<void>;
  }>;

const TicketSchema = z.object({
  number: z.number(),
  act: z.enum(['grant', 'revoke']),
  person: z.string(),
  group: z.string(),
  duration: z.string().exactOptional(),
  requester: z.string(),
  approver: z.string(),
  atMs: z.number(),
  decisions: z.array(z.enum(['approved', 'declined', 'pending'])),
  approvedAtMs: z.number(),
});

/**
 * The read side of Jira Cloud, with the approvals of Jira Service Management, and of ServiceNow's Table API, on 127.0.0.1. Each
 * takes the credential as Basic.
 * https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request
 * https://www.servicenow.com/docs/bundle/api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html
 */
export async function startTicketApi(
  credential: string,
  onRequest: () => void = () => undefined,
): Promise<TicketApi> {
  const own = noRecords();
  const systems = new Map([['', own]]);
  const requests: Array<Readonly<{ path: string; authorization: string | undefined }>> = [];
  const wanted = `Basic ${Buffer.from(credential).toString('base64')}`;
  let failing: ReadonlyArray<number | 'hang'> = [];
  const answer = async (request: IncomingMessage): Promise<Answer | undefined> => {
    const { method, headers } = request;
    const [, system = '', url = request.url ?? ''] =
      /^\/systems\/([\w-]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const records = systems.get(system) ?? noRecords();
    systems.set(system, records);
    if (method === 'PUT' && url === '/tickets') {
      const said = TicketSchema.parse(JSON.parse(await text(request)));
      keepIn(records, { ...said, duration: said.duration });
      return [200, {}];
    }
    onRequest();
    requests.push({ path: url, authorization: headers.authorization });
    const [failure, ...rest] = failing;
    failing = rest;
    if (failure === 'hang') return undefined;
    if (failure !== undefined) return [failure, {}];
    return headers.authorization === wanted ? answerOf(url, records) : [401, {}];
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answered = await answer(request);
    if (answered === undefined) return;
    const [status, body] = answered;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...own,
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    keep: (ticket) => {
      keepIn(own, ticket);
    },
    failNext: (...statuses) => {
      failing = statuses;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function noRecords(): Records {
  return {
    issues: new Map(),
    issueApprovals: new Map(),
    issueChanges: new Map(),
    items: new Map(),
    itemApprovals: new Map(),
  };
}

function keepIn(records: Records, ticket: KeptTicket): void {
  const { key, issue, issueApprovals, item, itemApprovals } = ticketRecords(ticket);
  records.issues.set(key, issue);
  records.issueApprovals.set(key, issueApprovals);
  records.items.set(String(item['number']), item);
  records.itemApprovals.set(String(item['sys_id']), itemApprovals);
}

function answerOf(url: string, records: Records): Answer {
  const { pathname, searchParams } = new URL(url, 'http://tickets');
  const [, issueKey] = /^\/rest\/api\/3\/issue\/([^/]+)$/.exec(pathname) ?? [];
  if (issueKey !== undefined) {
    const issue = records.issues.get(decodeURIComponent(issueKey));
    return issue === undefined ? [404, { errorMessages: ['Issue does not exist'] }] : [200, issue];
  }
  const [, changedKey] = /^\/rest\/api\/3\/issue\/([^/]+)\/changelog$/.exec(pathname) ?? [];
  if (changedKey !== undefined) {
    const changes = records.issueChanges.get(decodeURIComponent(changedKey)) ?? [];
    const startAt = Number(searchParams.get('startAt') ?? '0');
    const most = Number(searchParams.get('maxResults') ?? '50');
    return [200, { startAt, total: changes.length, values: changes.slice(startAt, startAt + most) }];
  }
  const [, requestKey] = /^\/rest\/servicedeskapi\/request\/([^/]+)\/approval$/.exec(pathname) ?? [];
  if (requestKey !== undefined) {
    const values = records.issueApprovals.get(decodeURIComponent(requestKey));
    return values === undefined ? [404, {}] : [200, { size: values.length, isLastPage: true, values }];
  }
  const query = searchParams.get('sysparm_query') ?? '';
  const names = new Set((searchParams.get('sysparm_fields') ?? '').split(','));
  const only = (record: Json): Json =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
  if (pathname === '/api/now/table/sc_req_item') {
    const item = records.items.get(/^number=(.*)$/.exec(query)?.[1] ?? '');
    return [200, { result: item === undefined ? [] : [only(item)] }];
  }
  if (pathname === '/api/now/table/sysapproval_approver') {
    const [, ids = ''] = /^sysapprovalIN(.*)$/.exec(query) ?? [];
    const rows = ids.split(',').flatMap((id) => records.itemApprovals.get(id) ?? []);
    return [200, { result: rows.map(only) }];
  }
  return [404, {}];
}
