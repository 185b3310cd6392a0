import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

/** What the records of Jira and ServiceNow are made from, in the shape of their own APIs. */
type TicketRecords = Readonly<{
  issues: Map<string, Json>;
  issueApprovals: Map<string, readonly Json[]>;
  items: Json[];
  itemApprovals: Json[];
}>;

export type TicketApi = TicketRecords &
  Readonly<{
    baseUrl: string;
    requests: ReadonlyArray<Readonly<{ path: string; authorization: string | undefined }>>;
    /** The next requests are answered with these; `hang` is never answered. */
    failNext: (...statuses: ReadonlyArray<number | 'hang'>) => void;
    close: () => Promise<void>;
  }>;

/**
 * The read side of Jira Cloud, with the approvals of Jira Service Management, and of ServiceNow's Table API, on 127.0.0.1.
 * https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request
 * https://www.servicenow.com/docs/bundle/api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html
 */
export async function startTicketApi(
  credential: string,
  onRequest: () => void = () => undefined,
): Promise<TicketApi> {
  const records: TicketRecords = {
    issues: new Map(),
    issueApprovals: new Map(),
    items: [],
    itemApprovals: [],
  };
  const requests: Array<Readonly<{ path: string; authorization: string | undefined }>> = [];
  let failing: ReadonlyArray<number | 'hang'> = [];
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    onRequest();
    requests.push({ path: url, authorization: headers.authorization });
    const wanted = `Basic ${Buffer.from(credential).toString('base64')}`;
    const [failure, ...rest] = failing;
    failing = rest;
    if (failure === 'hang') return;
    const [status, body] =
      failure === undefined
        ? headers.authorization === wanted
          ? answerOf(url, records)
          : [401, {}]
        : [failure, {}];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    ...records,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
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

function answerOf(url: string, records: TicketRecords): readonly [number, unknown] {
  const { pathname, searchParams } = new URL(url, 'http://tickets');
  const [, issueKey] = /^\/rest\/api\/3\/issue\/([^/]+)$/.exec(pathname) ?? [];
  if (issueKey !== undefined) {
    const issue = records.issues.get(decodeURIComponent(issueKey));
    return issue === undefined ? [404, { errorMessages: ['Issue does not exist'] }] : [200, issue];
  }
  const [, requestKey] = /^\/rest\/servicedeskapi\/request\/([^/]+)\/approval$/.exec(pathname) ?? [];
  if (requestKey !== undefined) {
    const values = records.issueApprovals.get(decodeURIComponent(requestKey));
    return values === undefined ? [404, {}] : [200, { size: values.length, isLastPage: true, values }];
  }
  const query = searchParams.get('sysparm_query') ?? '';
  const names = (searchParams.get('sysparm_fields') ?? '').split(',');
  const only = (record: Json): Json =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
  if (pathname === '/api/now/table/sc_req_item')
    return [
      200,
      { result: records.items.filter(({ number }) => query === `number=${String(number)}`).map(only) },
    ];
  if (pathname === '/api/now/table/sysapproval_approver') {
    const [, ids = ''] = /^sysapprovalIN(.*)$/.exec(query) ?? [];
    const about = new Set(ids.split(','));
    return [
      200,
      { result: records.itemApprovals.filter(({ sysapproval }) => about.has(String(sysapproval))).map(only) },
    ];
  }
  return [404, {}];
}
