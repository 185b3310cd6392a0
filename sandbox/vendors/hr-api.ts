import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { ENTRA, keySetOf } from './entra';
import {
  finchRecords,
  MERGE_ID,
  newWorker,
  personioRecords,
  successFactorsJob,
  workerRecords,
  WorkerSchema,
  type Worker,
} from './workers';

type Answer = Readonly<{ status: number; body?: unknown; headers?: Readonly<Record<string, string>> }>;

export type HrApi = Readonly<{
  baseUrl: string;
  /** Adds a worker or replaces the one of the same id. `PUT /workers` does the same from outside, member by member. */
  put: (worker: Worker) => void;
  /** Answers the next requests with these, in this order; `hang` never answers. */
  answerNext: (...answers: ReadonlyArray<Answer | 'hang'>) => void;
  requests: ReadonlyArray<Readonly<{ method: string; path: string; body: string }>>;
  close: () => Promise<void>;
}>;

type HrApiOptions = Readonly<{
  secret: string;
  entraKey?: string;
  port?: number;
  /** What becomes of the text of each answer, for tests of answers that no API should give. */
  alter?: (text: string) => string;
  onRequest?: () => void;
}>;

/**
 * The read side of each HR system that announces by id, on 127.0.0.1, over one list of workers. Each takes the credential in
 * the form its vendor asks for: an API key, `id:token`, an access token. Beside them the keys of Entra's tokens.
 */
export async function startHrApi(options: HrApiOptions): Promise<HrApi> {
  const workers = new Map<string, Worker>();
  const requests: Array<Readonly<{ method: string; path: string; body: string }>> = [];
  let scripted: ReadonlyArray<Answer | 'hang'> = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { method = '', url = '' } = request;
    options.onRequest?.();
    requests.push({ method, path: url, body });
    const [next, ...rest] = scripted;
    scripted = rest;
    if (next === 'hang') return;
    const answer =
      method === 'PUT' && url === '/workers'
        ? putWorker(body, workers)
        : (next ?? keysOf(url, options.entraKey) ?? answerOf(request, body, workers, options.secret));
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    const answerText = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.end((options.alter ?? String)(answerText));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    put: (worker) => {
      workers.set(worker.id, worker);
    },
    answerNext: (...answers) => {
      scripted = answers;
    },
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function keysOf(url: string, entraKey: string | undefined): Answer | undefined {
  return entraKey !== undefined && url === `/${ENTRA.tenantId}/discovery/v2.0/keys`
    ? { status: 200, body: keySetOf(entraKey) }
    : undefined;
}

function answerOf(
  request: IncomingMessage,
  body: string,
  workers: ReadonlyMap<string, Worker>,
  secret: string,
): Answer {
  const { method = '', headers, url = '' } = request;
  const { pathname, searchParams } = new URL(url, 'http://vendor');
  const refused: Answer = { status: 401 };
  const id = decodeURIComponent(pathname.split('/').at(-1) ?? '');
  const worker = workers.get(id);

  if (method === 'GET' && pathname.startsWith('/api/v1/employees/')) {
    if (headers.authorization !== basic(`${secret}:x`)) return refused;
    if (worker === undefined) return { status: 404 };
    const asked = new Set(['id', ...(searchParams.get('fields') ?? '').split(',')]);
    const fields = Object.entries(workerRecords.bamboohr(worker)).filter(([name]) => asked.has(name));
    return { status: 200, body: Object.fromEntries(fields) };
  }
  if (method === 'POST' && pathname.startsWith('/v1/people/')) {
    if (headers.authorization !== basic(secret)) return refused;
    if (worker === undefined) return { status: 404 };
    const { work, ...others } = workerRecords.hibob(worker);
    const asked = Object.entries(work).filter(([name]) => body.includes(`"work.${name}"`));
    return { status: 200, body: { ...others, work: Object.fromEntries(asked) } };
  }
  if (method === 'GET' && pathname === `/api/hris/v1/employees/${MERGE_ID}`) {
    if (`${headers.authorization}:${String(headers['x-account-token'])}` !== `Bearer ${secret}`)
      return refused;
    const last = [...workers.values()].at(-1);
    const expanded = (searchParams.get('expand') ?? '').split(',');
    return last === undefined
      ? { status: 404 }
      : { status: 200, body: expandedOnly(workerRecords.merge(last), expanded) };
  }
  if (method === 'GET' && pathname === '/odata/v2/EmpJob') {
    if (headers.authorization !== basic(secret)) return refused;
    const userId = /^userId eq '([^']*)'$/.exec(searchParams.get('$filter') ?? '')?.[1] ?? '';
    const user = workers.get(userId);
    const expanded = new Set((searchParams.get('$expand') ?? '').split(','));
    const job = Object.entries(user === undefined ? {} : successFactorsJob(user)).filter(
      ([name]) => !name.endsWith('Nav') || expanded.has(name),
    );
    const results = user === undefined ? [] : [Object.fromEntries(job)];
    return { status: 200, body: { d: { results } } };
  }
  if (method === 'GET' && pathname.startsWith('/platform/api/employees/')) {
    if (headers.authorization !== `Bearer ${secret}`) return refused;
    return worker === undefined ? { status: 404 } : { status: 200, body: workerRecords.rippling(worker) };
  }
  if (method === 'POST' && (pathname === '/employer/individual' || pathname === '/employer/employment')) {
    if (headers.authorization !== `Bearer ${secret}` || headers['finch-api-version'] === undefined)
      return refused;
    return { status: 200, body: { responses: finchAnswers(pathname, body, workers) } };
  }
  if (method === 'POST' && pathname === '/v2/auth/token') {
    const form = new URLSearchParams(body);
    return `${form.get('client_id') ?? ''}:${form.get('client_secret') ?? ''}` === secret
      ? { status: 200, body: { access_token: 'personio-token', token_type: 'Bearer', expires_in: 3600 } }
      : refused;
  }
  const [, personId = '', list] = /^\/v2\/persons\/([^/]+)(\/employments)?$/.exec(pathname) ?? [];
  const person = workers.get(personId);
  if (method === 'GET' && personId !== '') {
    if (headers.authorization !== 'Bearer personio-token') return refused;
    if (person === undefined) return { status: 404 };
    const past = { ...person, active: false, startDate: '2019-01-01', endDate: '2020-01-01' };
    const employments = [person, past].map(personioRecords.employment);
    return {
      status: 200,
      body: list === undefined ? personioRecords.person(person) : { _data: employments },
    };
  }
  return { status: 404 };
}

/** What is not said of a worker stays as it was; whoever is new starts today. */
function putWorker(body: string, workers: Map<string, Worker>): Answer {
  const said = WorkerSchema.parse(JSON.parse(body));
  const worker = { ...newWorker(said.id, said.email), ...workers.get(said.id), ...said };
  workers.set(worker.id, worker);
  return { status: 200, body: worker };
}

/** Relations of Merge are ids, unless they are asked for whole. */
function expandedOnly(employee: ReturnType<typeof workerRecords.merge>, expanded: readonly string[]): object {
  const { manager, ...others } = employee;
  return { ...others, manager: expanded.includes('manager') ? manager : manager.id };
}

function basic(user: string): string {
  return `Basic ${Buffer.from(user).toString('base64')}`;
}

function finchAnswers(
  path: keyof typeof finchRecords,
  body: string,
  workers: ReadonlyMap<string, Worker>,
): readonly object[] {
  return [...body.matchAll(/"individual_id":"([^"]+)"/g)].map(([, id = '']) => {
    const worker = workers.get(id);
    return worker === undefined
      ? { individual_id: id, code: 404, body: null }
      : { individual_id: id, code: 200, body: finchRecords[path](worker) };
  });
}
