import type { HttpRequest, HttpResponse, HttpResponseInit, InvocationContext } from '@azure/functions';
import { findSender, noteIgnored, type FindSenderDeps } from '../access/intake/accept-delivery';
import {
  findGroups,
  findUsers,
  getUser,
  type FindProvisionedDeps,
} from '../access/intake/find-scim-users-and-groups';
import { keepRefused, type KeepRefusedDeps } from '../access/intake/keep-refused-delivery';
import { isToBeKept, keptTypeOf } from '../access/intake/retry-scim-request';
import { provisionUser, type ProvisionAct, type ProvisionDeps } from '../access/intake/provision-scim-user';
import { verifyHeaders, type VerifySenderDeps } from '../access/intake/verify-sender';
import type { ProvisionedUser } from '../domain/provisioned-user';
import { PLAIN_MAPPING } from '../domain/source-settings';
import { AppError, errorCodeOf, type ErrorCode } from '../errors';
import { parseJsonBody } from '../webhooks/json-body';
import { requiredAttributes } from '../webhooks/scim/scim-user-change';
import { resourceTypes, schemas, serviceProviderConfig, MOST_RESULTS } from '../webhooks/scim/scim-discovery';
import {
  selectAttributes,
  toErrorBody,
  toListResponse,
  toWireGroup,
  toWireUser,
  type WireResource,
} from '../webhooks/scim/scim-responses';
import { answerFailures } from './answer-failures';
import { answerHeaders, jsonResponse } from './json-response';
import { PROBLEMS, RETRY_AFTER_SECONDS } from './problem-response';
import { readBody } from './read-body';

export type ScimHandlerDeps = FindSenderDeps &
  VerifySenderDeps &
  ProvisionDeps &
  KeepRefusedDeps &
  FindProvisionedDeps &
  Readonly<{ config: Readonly<{ maxBodyBytes: number }> }>;

const scimType = 'application/scim+json';
const bodyType = /^application\/(?:scim\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?$/i;
/** One user, with room for what is dropped. */
const LARGEST_BODY = 262_144;

type ScimRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'params' | 'query' | 'body'>;
type ActKind = ProvisionAct['kind'];
type ScimEndpoint = Readonly<{ source: string; base: string }> & Awaited<ReturnType<typeof findSender>>;

/** A service provider of SCIM 2.0 (RFC 7644) per source. The token is checked before anything of the request is read. */
export function scimHandler(
  deps: ScimHandlerDeps,
): (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit | HttpResponse> {
  return answerFailures(async (request) => answer(deps, request), failed);
}

async function answer(deps: ScimHandlerDeps, request: ScimRequest): Promise<HttpResponseInit> {
  const { source = '', resource = '', id } = request.params;
  const { settings, format } = await findSender(deps, 'hr', source, 'scim');
  const sent = { headers: request.headers, receivedAtMs: deps.clock.now() };
  await verifyHeaders(deps, { feed: 'hr', source }, { format, settings }, sent);
  if (request.method === 'GET') await noteIgnored(deps, { feed: 'hr', source }, sent.receivedAtMs);
  const client = { source, base: baseOf(request.url, source), settings, format };
  switch (resource.toLowerCase()) {
    case 'users':
      return answerUsers(deps, client, request, id);
    case 'groups':
      requireGet(request);
      return answerGroups(deps, client, request, id);
    case 'serviceproviderconfig':
      requireGet(request);
      return resourceResponse(200, serviceProviderConfig(client.base));
    case 'resourcetypes':
      requireGet(request);
      return answerListed(resourceTypes(client.base), id);
    case 'schemas':
      requireGet(request);
      return answerListed(
        schemas(client.base, requiredAttributes(client.settings.mapping ?? PLAIN_MAPPING)),
        id,
      );
    case '':
    case 'me':
    case 'bulk':
    case '.search':
      throw new AppError('operation-unsupported', 'This is not supported');
    default:
      throw new AppError('page-unknown', 'There is no such resource');
  }
}

async function answerUsers(
  deps: ScimHandlerDeps,
  client: ScimEndpoint,
  request: ScimRequest,
  id: string | undefined,
): Promise<HttpResponseInit> {
  const { source, base, format, settings } = client;
  if (request.method === 'GET') {
    if (id !== undefined) return userResponse(200, await getUser(deps, source, id), base, request);
    const { total, startIndex, items } = await findUsers(deps, source, queryOf(request));
    const resources = items.map((user) => selected(toWireUser(user, base), request));
    return resourceResponse(200, toListResponse(resources, { totalResults: total, startIndex }));
  }
  const kind = kindOf(request.method, id);
  const mostBytes = Math.min(deps.config.maxBodyBytes, LARGEST_BODY);
  const body = kind === 'delete' ? new Uint8Array() : await readBody(request, mostBytes);
  const contentType = keptTypeOf(request.method, id);
  const kept = { feed: 'hr', source, receivedAtMs: deps.clock.now(), contentType, body } as const;
  const keepRefusal = async (refusal: unknown): Promise<void> => keepRefused(deps, kept, refusal);
  try {
    const act = actOf(request, kind, id ?? '', body);
    const provisioned = { source, format, mapping: settings.mapping };
    const user = await provisionUser(deps, provisioned, act, keepRefusal);
    if (user === undefined) return { status: 204, headers: answerHeaders };
    return userResponse(kind === 'create' ? 201 : 200, user, base, request);
  } catch (error) {
    if (isToBeKept(request.method, error)) await keepRefusal(error);
    throw error;
  }
}

/** @throws AppError `operation-unsupported` */
function kindOf(method: string, id: string | undefined): ActKind {
  if (method === 'POST' && id === undefined) return 'create';
  const kinds: Readonly<Record<string, ActKind>> = { PUT: 'replace', PATCH: 'patch', DELETE: 'delete' };
  const kind = id === undefined ? undefined : kinds[method];
  if (kind === undefined) throw new AppError('operation-unsupported', 'This is not supported');
  return kind;
}

/** @throws AppError `content-type-unsupported`, `body-invalid` */
function actOf({ headers }: ScimRequest, kind: ActKind, id: string, rawBody: Uint8Array): ProvisionAct {
  if (kind === 'delete') return { kind, id };
  if (!bodyType.test(headers.get('content-type')?.trim() ?? ''))
    throw new AppError('content-type-unsupported', `Only ${scimType} or application/json is understood`);
  const body = parseJsonBody(rawBody);
  return kind === 'create' ? { kind, body } : { kind, id, body };
}

async function answerGroups(
  deps: ScimHandlerDeps,
  { source, base }: ScimEndpoint,
  request: ScimRequest,
  id: string | undefined,
): Promise<HttpResponseInit> {
  if (id !== undefined) {
    const { items } = await findGroups(deps, source, {
      filter: `id eq ${JSON.stringify(id)}`,
      startIndex: 1,
      count: 1,
    });
    const [group] = items;
    if (group === undefined) throw new AppError('group-unknown', 'There is no such group');
    return resourceResponse(200, selected(toWireGroup(group, base), request));
  }
  const { total, startIndex, items } = await findGroups(deps, source, queryOf(request));
  const resources = items.map((group) => selected(toWireGroup(group, base), request));
  return resourceResponse(200, toListResponse(resources, { totalResults: total, startIndex }));
}

function answerListed(resources: readonly WireResource[], id: string | undefined): HttpResponseInit {
  if (id === undefined)
    return resourceResponse(
      200,
      toListResponse(resources, { totalResults: resources.length, startIndex: 1 }),
    );
  const found = resources.find((resource) => String(resource['id']).toLowerCase() === id.toLowerCase());
  if (found === undefined) throw new AppError('page-unknown', 'There is no such resource');
  return resourceResponse(200, found);
}

/** What only this side decides cannot be written. */
function requireGet({ method }: ScimRequest): void {
  if (method !== 'GET') throw new AppError('operation-unsupported', 'This can be read and not changed');
}

function queryOf({
  query,
}: ScimRequest): Readonly<{ filter: string | null; startIndex: number; count: number }> {
  return {
    filter: query.get('filter'),
    startIndex: wholeNumber(query.get('startIndex'), 1),
    count: wholeNumber(query.get('count'), MOST_RESULTS),
  };
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^-?\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

function userResponse(
  status: number,
  user: ProvisionedUser,
  base: string,
  request: ScimRequest,
): HttpResponseInit {
  const resource = toWireUser(user, base);
  return resourceResponse(status, selected(resource, request), { location: `${base}/Users/${user.id}` });
}

function selected(resource: WireResource, { query }: ScimRequest): WireResource {
  return selectAttributes(resource, {
    attributes: query.get('attributes'),
    excludedAttributes: query.get('excludedAttributes'),
  });
}

function resourceResponse(
  status: number,
  body: WireResource,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return jsonResponse(status, body, { contentType: scimType, headers });
}

function baseOf(url: string, source: string): string {
  const { origin, pathname } = new URL(url);
  const end = pathname.toLowerCase().indexOf(`/scim/v2/${encodeURIComponent(source).toLowerCase()}`);
  return `${origin}${pathname.slice(0, end + '/scim/v2/'.length + encodeURIComponent(source).length)}`;
}

/** The error types of RFC 7644 table 9. */
const scimTypes: Partial<Record<ErrorCode, string>> = {
  'body-invalid': 'invalidValue',
  'path-invalid': 'invalidPath',
  'attribute-read-only': 'mutability',
  'filter-unsupported': 'invalidFilter',
  'user-exists': 'uniqueness',
};

/** Failures that are not the client's become a 503, after which the client retries. The detail is shown only for 4xx. */
function failed(error: unknown): HttpResponseInit {
  const code = errorCodeOf(error);
  const { status: own, title } = PROBLEMS[code];
  const status = own < 500 || own === 501 ? own : 503;
  const isCallersOwn = error instanceof AppError && status !== 503;
  const detail = isCallersOwn ? error.message : title;
  return jsonResponse(status, toErrorBody(status, `${code}: ${detail}`, scimTypes[code]), {
    contentType: scimType,
    headers: {
      ...(status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
  });
}
