import type { IncomingMessage } from 'node:http';
import { authorize } from './authorize';
import type { EndpointId } from './endpoint-id';
import { replyOf, type Fault } from './faults';
import type { Organization } from './organization';
import { empty, html, pascalError, problem, Refusal, type Reply } from './reply';
import { requestedMembership } from './requested-membership';
import { findRoute, TOKEN_ENDPOINT, TOKEN_PATH, type Routing } from './router';
import { answerTokenRequest } from './tokens';
import { findOrganization, type RequestEvent, type World } from './world';

/** A request taken apart, before anything was decided about it. */
export type Incoming = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** Scheme and host. */
  origin: string;
}>;

/** `cut`: the connection ends without an answer. */
export type Outcome = Reply | 'cut';

type Target = Readonly<{
  organization: Organization | undefined;
  /** Whether an organization is in the URL at all. */
  hostLevel: boolean;
  isToken: boolean;
  routing: Routing;
  counted: boolean;
  endpoint: EndpointId | undefined;
}>;

/** One request from the quota through faults and authorization to its handler; every request is logged. */
export async function exchange(world: World, incoming: Incoming): Promise<Outcome> {
  const atMs = world.clock.now();
  const target = locate(world, incoming);
  const { endpoint } = target;
  const { method, path } = incoming;
  const organization = target.organization?.name;
  const seen = { endpoint, method, path, organization };
  await tell(world, { phase: 'before', ...seen });
  const outcome = dated(world, await decide(world, incoming, target));
  const status = outcome === 'cut' ? 0 : outcome.status;
  const membership = endpoint === 'G4' ? requestedMembership(incoming) : undefined;
  world.log.add({ atMs, ...seen, status, ...(membership && { membership }) });
  await tell(world, { phase: 'after', ...seen, status });
  return outcome;
}

/** Left to the server, which tells the time of this machine, where the clocks agree. */
function dated({ clock, switches }: World, outcome: Outcome): Outcome {
  if (outcome === 'cut' || switches.clockAheadMs === 0) return outcome;
  const date = new Date(clock.now() + switches.clockAheadMs).toUTCString();
  return { ...outcome, headers: { ...outcome.headers, date } };
}

async function decide(world: World, incoming: Incoming, target: Target): Promise<Outcome> {
  const name = target.organization?.name;
  if (target.counted && name !== undefined) {
    const rule = { limits: world.rateLimits, window: world.switches.quotaWindow };
    const waitMs = world.quota.take(name, incoming.method, rule, world.clock.now());
    if (waitMs > 0) return throttled(world, waitMs);
  }
  const { endpoint } = target;
  const faults = world.faults.take({
    endpoint,
    method: incoming.method,
    path: incoming.path,
    organization: name,
  });
  for (const fault of faults) if (fault.kind === 'delay') await world.clock.sleep(fault.ms);
  const fault = faults.find(({ kind }) => kind !== 'delay' && kind !== 'lag');
  if (fault?.kind === 'reset') return 'cut';
  if (fault?.kind === 'html') return html();
  if (fault?.kind === 'answer') return replyOf(fault);
  const lagMs = Math.max(
    world.switches.membershipLagMs,
    ...faults.map((one) => (one.kind === 'lag' ? one.ms : 0)),
  );
  return afterwards(fault, answer(world, incoming, target, lagMs));
}

function afterwards(fault: Fault | undefined, reply: Reply): Outcome {
  if (fault?.kind === 'answer-lost') return fault.how === 'reset' ? 'cut' : empty(504);
  if (fault?.kind === 'truncate')
    return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };
  return reply;
}

function answer(world: World, incoming: Incoming, target: Target, lagMs: number): Reply {
  const { method, query, headers, body } = incoming;
  const nowMs = world.clock.now();
  try {
    if (target.isToken) {
      const organizations = target.organization ? [target.organization] : [...world.organizations.values()];
      const contentType = method === 'POST' ? (headers['content-type'] ?? '') : '';
      if (!target.hostLevel && target.organization === undefined) return html();
      return answerTokenRequest({ contentType, body, nowMs }, organizations, world.tokens);
    }
    const { routing } = target;
    if (routing.kind === 'unknown' || (!target.hostLevel && target.organization === undefined)) return html();
    if (routing.kind === 'method') return empty(405);
    const token = world.tokens.find(headers.authorization, nowMs);
    const { organization, client } = authorize(
      world,
      routing,
      token,
      target.hostLevel ? undefined : target.organization,
    );
    return routing.route.handle({
      organization,
      client,
      actor: { id: client.id, name: client.name, email: null },
      param: (name) => routing.params.get(name) ?? '',
      query,
      body: readJson(method, headers['content-type'] ?? '', body),
      time: { nowMs, lagMs },
      switches: world.switches,
      ids: world.ids,
      self: incoming.origin + incoming.path,
    });
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    return pascalError(500, error instanceof Error ? error.message : 'Unexpected');
  }
}

/** `/{org}/identity_/…`, `/{org}/orgaudit_/…` or, without an organization, `/identity_/…`. */
function locate(world: World, { path, method, headers }: Incoming): Target {
  const [, first = '', second = '', ...rest] = path.split('/');
  const hostLevel = first === 'identity_';
  const service = hostLevel || second === 'identity_' ? 'identity' : 'audit';
  const below = hostLevel ? `/${[second, ...rest].join('/')}` : `/${rest.join('/')}`;
  const isKnown = hostLevel || second === 'identity_' || second === 'orgaudit_';
  const isToken = service === 'identity' && below === TOKEN_PATH;
  const organization = hostLevel
    ? world.organizations.get(
        world.tokens.find(headers.authorization, world.clock.now())?.partitionGlobalId ?? '',
      )
    : findOrganization(world, first);
  const routing = isKnown && !isToken ? findRoute(service, method, below) : ({ kind: 'unknown' } as const);
  const found = routing.kind === 'match' ? routing.route.endpoint : undefined;
  return {
    organization,
    hostLevel,
    isToken,
    routing,
    counted: isKnown && service === 'identity' && (!isToken || world.switches.tokenCountsAsPost),
    endpoint: isToken ? TOKEN_ENDPOINT : found,
  };
}

function throttled({ clock, switches }: World, waitMs: number): Reply {
  const seconds = Math.ceil(waitMs / 1000);
  switch (switches.retryAfter) {
    case 'none':
      return empty(429);
    case 'seconds':
      return empty(429, { 'retry-after': String(seconds) });
    case 'http-date': {
      const until = Math.ceil((clock.now() + waitMs) / 1000) * 1000;
      return empty(429, { 'retry-after': new Date(until).toUTCString() });
    }
  }
}

/** @throws Refusal when the body is no JSON, or does not say that it is. */
function readJson(method: string, contentType: string, body: string): unknown {
  if (method === 'GET' || body === '') return undefined;
  if (!/^(application|text)\/([\w.-]+\+)?json\b/i.test(contentType)) throw new Refusal(empty(415));
  try {
    const value: unknown = JSON.parse(body);
    return value;
  } catch {
    throw new Refusal(problem({ '': ['The body is not valid JSON.'] }));
  }
}

async function tell(world: World, event: RequestEvent): Promise<void> {
  for (const listener of world.listeners) await listener(event);
}
