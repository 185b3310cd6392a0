import type { HttpRequest } from '@azure/functions';
import { describe, expect, it } from '@jest/globals';
import { ReadableStream } from 'node:stream/web';
import { scimHandler } from '../../../shared/http/scim-handler';
import { fakeInvocation } from '../../fakes/invocation';
import { AppError } from '../../../shared/errors';
import { createSecretsWithDeadline } from '../../../shared/secrets/secrets-with-deadline';
import { acceptDelivery } from '../../../shared/access/intake/accept-delivery';
import { errorOf } from '../../fakes/error-of';
import { signedHeaders, signingSecret } from '../../fakes/signed-delivery';
import {
  ENTERPRISE,
  entraUser,
  patchOf,
  SCIM_BASE,
  scimClient,
  scimPolicy,
} from '../../fixtures/scim-client';
import { ANA, BEN, useWorlds, type World } from '../access/world';

const newWorld = useWorlds();

async function start(changes: Parameters<typeof scimClient>[1] = {}) {
  const world = await newWorld();
  world.engine.setPolicy(scimPolicy(world));
  return { world, client: scimClient(world, changes) };
}

const json = (text: string | Uint8Array) => ({ raw: text });

describe('a request that is not authentic', () => {
  it.each([
    ['without a token', ''],
    ['with a wrong token', 'a token that nobody gave'],
    ['with the token and a blank more', `${signingSecret} x`],
    ['with a part of the token', signingSecret.slice(0, -1)],
  ])('%s is refused before it is read, and nothing is kept', async (_case, token) => {
    const { world, client } = await start();
    for (const [method, path, body] of [
      ['POST', '/Users', entraUser(ANA)],
      ['GET', '/Users', undefined],
      ['GET', '/Schemas', undefined],
      ['POST', '/Users', 'not a user'],
    ] as const) {
      const answer = await client.send(method, path, body, { token });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(answer.body['schemas']).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error']);
    }
    expect(world.engine.queued()).toEqual([]);
    expect((await client.send('GET', '/Users')).body['totalResults']).toBe(0);
  });

  it('is taken with the previous token while it is replaced, and the log says so', async () => {
    const { world, client } = await start({
      secrets: { read: async () => ({ current: 'another token of good length', previous: signingSecret }) },
    });
    expect((await client.send('POST', '/Users', entraUser(ANA))).status).toBe(201);
    expect(world.engine.log).toContainEqual({
      event: 'signed-with-previous-secret',
      feed: 'hr',
      source: 'directory',
    });
  });

  it.each([['short'], ['dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==']])(
    'cannot be told while the token is %s: 503',
    async (current) => {
      const { client } = await start({ secrets: { read: async () => ({ current, previous: undefined }) } });
      expect((await client.send('GET', '/Users', undefined, { token: current })).status).toBe(503);
    },
  );
});

describe('a body that never comes', () => {
  const waiting = () => {
    let isRead = false;
    const body = new ReadableStream(
      {
        pull: () => {
          isRead = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { body, isRead: () => isRead };
  };
  const ask = async (world: World, method: string, resource: string, headers: Record<string, string>) => {
    const { body, isRead } = waiting();
    const handler = scimHandler({ ...world.engine.app, config: { maxBodyBytes: 1_000 } });
    const url = `${SCIM_BASE}/${resource}`;
    const params = { source: 'directory', resource };
    const request = {
      method,
      url,
      params,
      headers: new Headers(headers),
      query: new URLSearchParams(),
      body,
    };
    const answer = await handler(request as unknown as HttpRequest, fakeInvocation().context);
    return [answer.status, isRead()];
  };

  it('is not waited for without the token, for what is not offered and for what has none', async () => {
    const { world } = await start();
    const token = { authorization: `Bearer ${signingSecret}` };
    const type = { 'content-type': 'application/scim+json' };
    expect(await ask(world, 'POST', 'Users', type)).toEqual([401, false]);
    expect(await ask(world, 'POST', 'Users', { ...type, authorization: 'Bearer another one' })).toEqual([
      401,
      false,
    ]);
    expect(await ask(world, 'POST', '.search', { ...token, ...type })).toEqual([501, false]);
    expect(await ask(world, 'GET', 'Users', token)).toEqual([200, false]);
  });
});

describe('a body', () => {
  it.each<readonly [string, string | Uint8Array, number, string | undefined]>([
    ['with a byte order mark', `\uFEFF${JSON.stringify(entraUser(ANA))}`, 201, undefined],
    ['that is not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 400, 'invalidValue'],
    ['that is not JSON', '{"userName":', 400, 'invalidValue'],
    ['that is empty', '', 400, 'invalidValue'],
    ['that is a list', '[]', 400, 'invalidValue'],
    ['nested a hundred thousand deep', '['.repeat(100_000), 400, 'invalidValue'],
    ['larger than one user can be', JSON.stringify({ a: 'x'.repeat(262_144) }), 413, undefined],
    ['without a name', '{"emails":[{"value":"ana.pop@acme.example"}]}', 400, 'invalidValue'],
    ['without an address', '{"userName":"ana"}', 400, 'invalidValue'],
    [
      'whose address is none',
      '{"userName":"ana","emails":[{"value":"not an address"}]}',
      400,
      'invalidValue',
    ],
    ['with half a character', '{"userName":"a\\ud800@acme.example"}', 400, 'invalidValue'],
    ['with a control character', '{"userName":"a\\u0000na@acme.example"}', 400, 'invalidValue'],
    [
      'with a name that cannot be seen',
      `{"userName":"a\u200bna","emails":[{"value":"${ANA}"}]}`,
      400,
      'invalidValue',
    ],
    ['with an id that turns', `{"userName":"${ANA}","externalId":"a\u202e1"}`, 400, 'invalidValue'],
    [
      'with letters that are joined in what is shown',
      `{"userName":"${ANA}","displayName":"\u0645\u06cc\u200c\u062e"}`,
      201,
      undefined,
    ],
    ['with a list for a name', `{"userName":["${ANA}"]}`, 400, 'invalidValue'],
    ['with a word for active', `{"userName":"${ANA}","active":"perhaps"}`, 400, 'invalidValue'],
    [
      'with a thousand addresses',
      JSON.stringify({
        userName: ANA,
        emails: Array.from({ length: 1_000 }, (_, n) => ({ value: `a${n}@acme.example` })),
      }),
      400,
      'invalidValue',
    ],
    [
      'with very many attributes',
      JSON.stringify({
        userName: ANA,
        [ENTERPRISE.replace('enterprise', 'acme')]: Object.fromEntries(
          Array.from({ length: 5_000 }, (_, n) => [`a${n}`, 'x']),
        ),
      }),
      400,
      'invalidValue',
    ],
    ['with an id as a number', `{"userName":"${ANA}","externalId":4711}`, 201, undefined],
    [
      'with the names of every object',
      `{"__proto__":{"active":false},"constructor":{"prototype":{"polluted":1}},"userName":"${ANA}","urn:ietf:params:scim:schemas:extension:constructor:2.0:User":{"__proto__":"x","toString":"y"}}`,
      201,
      undefined,
    ],
  ])('%s has its answer, and never costs more than it should', async (_case, raw, status, scimType) => {
    const { world, client } = await start();
    const startedAtMs = performance.now();
    const answer = await client.send('POST', '/Users', undefined, json(raw));
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    expect([answer.status, answer.body['scimType']]).toEqual([status, scimType]);
    expect(world.engine.queued()).toHaveLength(status === 201 ? 1 : 0);
    expect(JSON.stringify(answer.body)).not.toContain(signingSecret);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each([['application/x-www-form-urlencoded'], ['text/xml'], ['application/json; charset=utf-16']])(
    'in %s is refused',
    async (contentType) => {
      const { client } = await start();
      expect((await client.send('POST', '/Users', entraUser(ANA), { contentType })).status).toBe(415);
    },
  );

  it('of a document type is no JSON', async () => {
    const { client } = await start();
    const xml = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>';
    expect((await client.send('POST', '/Users', undefined, json(xml))).status).toBe(400);
  });
});

describe('a PATCH', () => {
  it.each<readonly [string, unknown, number, string | undefined]>([
    ['of nothing', patchOf(), 400, 'invalidValue'],
    [
      'of a thousand operations',
      patchOf(...Array.from({ length: 1_000 }, () => ({ op: 'add', path: 'title', value: 'x' }))),
      400,
      'invalidValue',
    ],
    [
      'that is no PATCH',
      { Operations: [{ op: 'replace', path: 'title', value: 'Lead' }] },
      400,
      'invalidValue',
    ],
    ['with another operation', patchOf({ op: 'move', path: 'active', value: false }), 400, 'invalidValue'],
    [
      'of a path that is none',
      patchOf({ op: 'replace', path: 'emails[type eq', value: 'x' }),
      400,
      'invalidPath',
    ],
    [
      'of an endless path',
      patchOf({ op: 'replace', path: `emails[${'a'.repeat(900)}]`, value: 'x' }),
      400,
      'invalidPath',
    ],
    [
      'with a filter that is none',
      patchOf({ op: 'replace', path: 'emails[type gt 1].value', value: 'x' }),
      400,
      'invalidFilter',
    ],
    ['of the id', patchOf({ op: 'replace', path: 'id', value: 'x' }), 400, 'mutability'],
    ['that takes the name away', patchOf({ op: 'remove', path: 'userName' }), 400, 'invalidValue'],
    ['that takes active away', patchOf({ op: 'remove', path: 'active' }), 400, 'invalidValue'],
    ['that takes away nothing named', patchOf({ op: 'remove' }), 400, 'invalidValue'],
    [
      'to an address of somebody else',
      patchOf({ op: 'replace', path: 'emails', value: [{ value: BEN }] }),
      409,
      'uniqueness',
    ],
    [
      'of what is not kept',
      patchOf({ op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '1' }),
      200,
      undefined,
    ],
    [
      'whose second operation is bad',
      patchOf(
        { op: 'replace', path: 'active', value: false },
        { op: 'replace', path: 'active', value: 'no' },
      ),
      400,
      'invalidValue',
    ],
  ])('%s has its answer, and is done whole or not at all', async (_case, body, status, scimType) => {
    const { world, client } = await start();
    const { body: ana } = await client.send('POST', '/Users', entraUser(ANA));
    await client.send('POST', '/Users', entraUser(BEN));
    const before = world.engine.queued().length;
    const answer = await client.send('PATCH', `/Users/${String(ana['id'])}`, body);
    expect([answer.status, answer.body['scimType']]).toEqual([status, scimType]);
    expect(world.engine.queued()).toHaveLength(before);
    expect((await client.send('GET', `/Users/${String(ana['id'])}`)).body['active']).toBe(true);
  });
});

describe('a filter', () => {
  it.each([
    ['with or', 'userName eq "a" or userName eq "b"'],
    ['with groups', '(userName eq "a" or externalId eq "b") and (userName eq "c" or externalId eq "d")'],
    ['with another operator', 'userName sw "a"'],
    ['that would look at everybody', 'title eq "Engineer"'],
    ['that ends in the middle', 'userName eq "a'],
    ['that ends with and', 'userName eq "a" and '],
    ['that is empty', ''],
    ['of a thousand conditions', Array.from({ length: 1_000 }, () => 'userName eq "a"').join(' and ')],
    ['of one endless word', `userName eq ${'a'.repeat(100_000)}`],
    ['of very many quotes', `userName eq "${'\\"'.repeat(50_000)}`],
  ])('%s is refused by name, in no time', async (_case, filter) => {
    const { client } = await start();
    const startedAtMs = performance.now();
    const answer = await client.send('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidFilter']);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it.each([
    [`userName eq "${ANA.toUpperCase()}"`, 1],
    [`externalId eq "ext-ana.pop"`, 1],
    [`externalId eq ext-ana.pop`, 1],
    [`externalId eq "EXT-ana.pop"`, 0],
    [`emails[type eq "work"].value eq "${ANA}"`, 1],
    [`emails[type eq "WORK"].value eq "${ANA}"`, 1],
    [`emails[type eq "home"].value eq "${ANA}"`, 0],
    [`userName eq "${ANA}" and urn:okta:custom:1.0:thing eq "y"`, 0],
    [`emails.value eq "${ANA}" and active eq true`, 1],
    [`userName eq "${ANA}" and active eq false`, 0],
    [`userName eq "${ANA}" and ${ENTERPRISE}:department eq "automation"`, 1],
    [`userName eq "${ANA}" and phoneNumbers.value eq "1"`, 0],
    [`id eq "../../x"`, 0],
    [`userName eq "' or PartitionKey ne '"`, 0],
  ])('%s finds %i', async (filter, total) => {
    const { client } = await start();
    await client.send('POST', '/Users', entraUser(ANA));
    const answer = await client.send('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.body['totalResults']]).toEqual([200, total]);
  });
});

describe('an address of a request', () => {
  it.each<readonly [string, string, number]>([
    ['GET', '/Users/00000000-0000-0000-0000-000000000000', 404],
    ['GET', `/Users/${encodeURIComponent("x' or '1' eq '1")}`, 404],
    ['GET', `/Users/${encodeURIComponent('a/b\\c#d?')}`, 404],
    ['DELETE', '/Users/unknown', 404],
    ['PATCH', '/Users', 501],
    ['POST', '/Users/some-id', 501],
    ['DELETE', '/Users', 501],
    ['POST', '/Groups', 501],
    ['PATCH', '/Groups/some-id', 501],
    ['GET', '/Groups/some-id', 404],
    ['GET', '/Me', 501],
    ['POST', '/Bulk', 501],
    ['GET', '/Else', 404],
    ['GET', '/Schemas/urn:unknown', 404],
  ])('%s %s is answered %i', async (method, path, status) => {
    const { client } = await start();
    const body = method === 'PATCH' || method === 'POST' ? patchOf() : undefined;
    expect((await client.send(method, path, body)).status).toBe(status);
  });

  it('of a webhook is no way in for what this protocol keeps', async () => {
    const { world } = await start();
    const text = JSON.stringify({
      id: 'x',
      version: 1,
      atMs: 1,
      said: 'leaver',
      addresses: [ANA],
      user: { userName: ANA },
    });
    const posted = acceptDelivery(world.engine.app, {
      feed: 'hr',
      source: 'directory',
      headers: new Headers({ ...signedHeaders(text, { atMs: 0 }), authorization: `Bearer ${signingSecret}` }),
      rawBody: Buffer.from(text),
      receivedAtMs: 0,
    });
    expect((await errorOf(async () => posted)).code).toBe('source-unknown');
  });

  it('of a webhook source speaks no SCIM', async () => {
    const { world } = await start();
    const policy = JSON.parse(scimPolicy(world)) as { sources: unknown };
    policy.sources = { hr: { directory: { secret: 's' } } };
    world.engine.setPolicy(JSON.stringify(policy));
    expect((await scimClient(world).send('GET', '/Users')).status).toBe(404);
  });
});

describe('our own trouble', () => {
  it.each<readonly [string, Parameters<typeof scimClient>[1]]>([
    [
      'the vault does not answer',
      { secrets: createSecretsWithDeadline({ read: () => new Promise(() => undefined) }, 50) },
    ],
    [
      'storage fails',
      {
        users: {
          get: async () => undefined,
          holderOf: async () => undefined,
          list: async () => ({ total: 0, users: [] }),
          write: async () => {
            throw new AppError('storage-unavailable', 'Storage did not do what was asked');
          },
        },
      },
    ],
    [
      'something happens that nobody foresaw',
      {
        sourceFor: async () => {
          throw new TypeError('Cannot read properties of undefined');
        },
      },
    ],
  ])('is a 503 that says when to come back while %s, and leaks nothing', async (_case, changes) => {
    const { client } = await start(changes);
    const answer = await client.send('POST', '/Users', entraUser(ANA));
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThan(60);
    expect(JSON.stringify(answer.body)).not.toMatch(/properties|ana\.pop/);
  });

  it('in sending the message loses nothing: the sweep sends it later', async () => {
    const { world, client } = await start({
      queue: {
        enqueueDelivery: async () => {
          throw new AppError('storage-unavailable', 'Storage did not do what was asked');
        },
      },
    });
    expect((await client.send('POST', '/Users', entraUser(ANA))).status).toBe(201);
    expect(world.engine.queued()).toEqual([]);
    world.engine.clock.advance(300_000);
    await world.engine.tick();
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });
});
