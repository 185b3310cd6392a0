import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import * as fc from 'fast-check';
import { PLAIN_MAPPING } from '../../shared/domain/source-settings';
import { AppError } from '../../shared/errors';
import { scimHandler } from '../../shared/http/scim-handler';
import { scimSource } from '../../shared/webhooks/sources/scim';
import { fakeInvocation } from '../fakes/invocation';
import { noIdentity } from '../fakes/no-identity';
import { usersInMemory } from '../fakes/provisioned-users';
import { ENTERPRISE, entraUser, patchOf } from '../fixtures/scim-client';
import { withBytesChanged } from './alterations';
import { requireEnd } from './clear-leaving-of-scim';
import { byteChanges, treeChanges, type ByteChange } from './arbitraries';
import type { FuzzResult } from './fuzz-source';
import { compareTimes, shapesOfTree, type Growth } from './growth';
import { changed, toJson, toTree, type TreeChange } from './json-tree';

const TOKEN = 'a token of good length, 1';
const NOW_MS = Date.parse('2026-11-20T10:00:00Z');
/** A little below what one request may hold. */
const LARGE_BYTES = 240_000;
const BASE = 'https://app.example/api/scim/v2/main';

/** One request of a client to a user who is there. `written` changes bytes, `said` members of a body that is sound. */
type ScimCase = Readonly<{
  method: 'POST' | 'PUT' | 'PATCH' | 'GET';
  changes: Readonly<{ said: readonly TreeChange[] }> | Readonly<{ written: readonly ByteChange[] }>;
  filter: string;
  token: string | undefined;
}>;

const bodies = {
  POST: entraUser('cara.dev@acme.example'),
  PUT: entraUser('ana.pop@acme.example', { title: 'Lead' }),
  PATCH: patchOf(
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@acme.example' },
    { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Finance' },
    { op: 'Add', path: `${ENTERPRISE}:costCenter`, value: [{ value: '1' }, { value: '2' }] },
    { op: 'Replace', path: 'emails[type eq "work"].primary', value: 'True' },
    { op: 'Replace', value: { active: 'False', 'name.givenName': 'Anna', 'urn:okta:custom:1.0:thing': 'y' } },
    { op: 'Remove', path: 'displayName' },
  ),
  GET: {},
} as const;

const filterPieces = [
  'userName',
  'externalId',
  'emails[type eq "work"].value',
  'active',
  ' eq ',
  ' EQ ',
  '"ana.pop@acme.example"',
  '"x"',
  ' and ',
  ' or ',
  '(',
  ')',
  '[',
  ']',
  '"',
  '\\',
  ' ',
  'true',
  `${ENTERPRISE}:department`,
  '\u0000',
] as const;

const conditions = fc
  .tuple(
    fc.constantFrom('userName', 'externalId', 'emails.value', 'active', `${ENTERPRISE}:department`, 'id'),
    fc.oneof(fc.constant('ana.pop@acme.example'), fc.string({ unit: 'binary', maxLength: 10 })),
  )
  .map(([name, value]) => `${name} eq ${JSON.stringify(value)}`);

const cases: fc.Arbitrary<ScimCase> = fc.record({
  method: fc.constantFrom('POST', 'PUT', 'PATCH', 'PATCH', 'GET'),
  changes: fc.oneof(
    { weight: 3, arbitrary: fc.record({ said: treeChanges }) },
    { weight: 1, arbitrary: fc.record({ written: byteChanges }) },
  ),
  filter: fc.oneof(
    fc
      .array(fc.constantFrom(...filterPieces), { minLength: 1, maxLength: 12 })
      .map((parts) => parts.join('')),
    fc.array(conditions, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' and ')),
  ),
  token: fc.oneof(
    { weight: 7, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  ),
});

/** Plays generated requests of a provisioning client until one of them breaks a property. */
export async function fuzzScim({
  runs,
  seed,
  onCase,
}: Readonly<{ runs: number; seed: number; onCase?: () => void }>): Promise<FuzzResult> {
  const endings = new Map<string, number>();
  let slowestMs = 0;
  let played = 0;
  const property = fc.asyncProperty(cases, async (one) => {
    const startedAtMs = performance.now();
    const ending = await endingOf(one);
    slowestMs = Math.max(slowestMs, performance.now() - startedAtMs);
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    played += 1;
    onCase?.();
  });
  const details = await fc.check(property, { numRuns: runs, seed, verbose: 0 });
  const violation = details.failed
    ? `${String(details.errorInstance)}\n${fc.defaultReportMessage(details)}`
    : undefined;
  return { cases: played, endings, slowestMs, violation };
}

/** Has every part of a client's body grow, and every piece of a filter. */
export async function slowestGrowthOfScim(): Promise<Growth> {
  const shapes = [
    ...(['PUT', 'PATCH'] as const).flatMap((method) =>
      shapesOfTree(toTree(bodies[method]), toJson).map((shape) => ({ ...shape, method })),
    ),
    ...filterPieces.map((piece) => ({
      title: `a filter of ${JSON.stringify(piece)}`,
      bodyOf: (bytes: number) => `userName eq "x"${piece.repeat(Math.floor(bytes / piece.length))}`,
      method: 'GET' as const,
    })),
  ];
  return compareTimes(shapes, LARGE_BYTES, async (body, { method }) => {
    const send = senderTo(usersInMemory());
    const created = await send('POST', '', JSON.stringify(entraUser('ana.pop@acme.example')), TOKEN);
    return method === 'GET'
      ? async () => send(method, `?filter=${encodeURIComponent(body)}`, undefined, TOKEN)
      : async () => send(method, `/${String(created.body['id'])}`, body, TOKEN);
  });
}

/** How a case ends. @throws Error when it breaks a property */
async function endingOf({ method, changes, filter, token }: ScimCase): Promise<string> {
  const users = usersInMemory();
  const send = senderTo(users);
  const created = await send('POST', '', JSON.stringify(entraUser('ana.pop@acme.example')), TOKEN);
  const id = String(created.body['id']);
  const before = users.deliveries.length;
  const raw =
    'said' in changes
      ? toJson(changes.said.reduce(changed, toTree(bodies[method])))
      : withBytesChanged(Buffer.from(JSON.stringify(bodies[method])), changes.written);
  const answer =
    method === 'GET'
      ? await send('GET', `?filter=${encodeURIComponent(filter)}`, undefined, token ?? TOKEN)
      : await send(method, method === 'POST' ? '' : `/${id}`, raw, token ?? TOKEN);
  if (token !== undefined && token.trim() !== TOKEN) {
    if (answer.status !== 401 && answer.status !== 413)
      throw new Error(`A forged request is answered ${answer.status}`);
    if (users.deliveries.length > before) throw new Error('Something is kept of a forged request');
    return 'signature-invalid';
  }
  if (answer.status >= 500)
    throw new Error(`A client is told ${answer.status}: ${JSON.stringify(answer.body)}`);
  if (answer.status < 300 && method !== 'GET') await requireKept(send, answer.body);
  if (method === 'PATCH' || method === 'PUT')
    await requireEnd(async (...said) => send(...said, TOKEN), { id, method, raw });
  for (const body of users.deliveries) requireMeaning(body);
  for (const name in {}) throw new Error(`Every object has a member ${name} now`);
  if (answer.status >= 300) return answer.status === 400 ? 'body-invalid' : String(answer.status);
  return users.deliveries.length > before ? 'recorded' : 'ignored';
}

type Send = (
  method: ScimCase['method'],
  path: string,
  body: string | Uint8Array | undefined,
  token: string,
) => Promise<Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>>;

/** A user is read as they were answered, and found by their name. */
async function requireKept(send: Send, user: Readonly<Record<string, unknown>>): Promise<void> {
  const read = await send('GET', `/${String(user['id'])}`, undefined, TOKEN);
  if (JSON.stringify(read.body) !== JSON.stringify(user)) throw new Error('A user is not read as answered');
  const filter = `userName eq ${JSON.stringify(user['userName'])}`;
  const found = await send('GET', `?filter=${encodeURIComponent(filter)}`, undefined, TOKEN);
  if (found.body['totalResults'] !== 1) throw new Error(`A user is not found by ${filter}`);
}

function requireMeaning(rawBody: Uint8Array): void {
  try {
    scimSource.parse({ rawBody, type: 'application/json', receivedAtMs: NOW_MS }, PLAIN_MAPPING);
  } catch (error) {
    throw new Error('What is kept of a change cannot be read', { cause: error });
  }
}

function senderTo(users: ReturnType<typeof usersInMemory>): Send {
  const handler = scimHandler({
    users,
    clock: { now: () => NOW_MS },
    config: { maxBodyBytes: 1_048_576 },
    sourceFor: async () => ({ format: 'scim', secretName: 'token' }),
    formatOf: () => scimSource,
    secrets: { read: async () => ({ current: TOKEN, previous: undefined }) },
    checkIdentity: noIdentity,
    queue: { enqueueDelivery: async () => undefined },
    deadDeliveries: { keepRefused: async () => undefined },
    heartbeats: { noteIgnored: async () => undefined },
    policy: async () => {
      throw new AppError('policy-unavailable', 'There is none');
    },
    log: () => undefined,
  });
  return async (method, path, body, token) => {
    const url = `${BASE}/Users${path}`;
    const request = new HttpRequest({
      method,
      url,
      query: Object.fromEntries(new URL(url).searchParams),
      params: { source: 'main', resource: 'Users', ...(path.startsWith('/') ? { id: path.slice(1) } : {}) },
      headers: { authorization: headerOf(token), 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { body: { bytes: Buffer.from(body) } }),
    });
    const answer = (await handler(request, fakeInvocation().context)) as HttpResponseInit;
    const text = answer.body as string | undefined;
    return {
      status: answer.status ?? 200,
      body: text === undefined ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
}

/** What a header cannot carry does not arrive. */
function headerOf(token: string): string {
  return `Bearer ${token.replaceAll(/[^\t\x20-\x7e]/g, '?')}`;
}
