import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DirectoryResolution } from '../../../shared/uipath/directory-entity';
import { errorOf } from '../../fakes/error-of';
import { guid, PARTITION, startClient, type ClientHarness } from './client-harness';

let harness: ClientHarness;

beforeEach(async () => {
  harness = await startClient();
});

afterEach(async () => {
  await harness.uipath.close();
});

const API = '/acme/identity_/api/Directory';
const ANA = 'ana@example.com';

function entity(number: number, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    objectType: 'DirectoryUser',
    externalId: null,
    source: 'local',
    identifier: guid(number).toUpperCase(),
    name: ANA,
    email: ANA,
    displayName: 'Ana',
    firstName: 'Ana',
    ...fields,
  };
}

function hit(identifier: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { source: 'aad', identifier, identityName: ANA, email: ANA, displayName: 'Ana', type: 0, ...fields };
}

function found(number: number): DirectoryResolution {
  const identifier = guid(number);
  return {
    kind: 'found',
    entity: {
      identifier,
      name: ANA,
      email: ANA,
      displayName: 'Ana',
      source: 'local',
      objectType: 'DirectoryUser',
    },
  };
}

async function resolveOne(name = ANA): Promise<DirectoryResolution | undefined> {
  return (await harness.client.directory.resolveByNames([name], 'user')).get(name);
}

function asked(): ReadonlyArray<readonly [string, unknown]> {
  return harness.uipath.requests.map(({ method, path, query, json }) => [
    `${method} ${path.replace(API, '').replace(`/${PARTITION}`, '')}`,
    json ?? Object.fromEntries(query),
  ]);
}

describe('names', () => {
  it('become ids, twenty at a time, each name once', async () => {
    const names = Array.from({ length: 21 }, (_, at) => `user${at}@example.com`);
    const map = (part: readonly string[]): unknown =>
      Object.fromEntries(part.map((name) => [name, entity(names.indexOf(name))]));
    harness.uipath.reply({ json: map(names.slice(0, 20)) }, { json: map(names.slice(20)) });
    const resolved = await harness.client.directory.resolveByNames([...names, 'user0@example.com'], 'user');
    expect([...resolved.keys()]).toEqual(names);
    expect(resolved.get('user20@example.com')).toEqual(found(20));
    expect(asked()).toEqual([
      ['POST /BulkResolveByName', { entityNames: names.slice(0, 20), entityType: 'user' }],
      ['POST /BulkResolveByName', { entityNames: names.slice(20), entityType: 'user' }],
    ]);
  });

  it('are found under the spelling that UiPath answers', async () => {
    harness.uipath.reply({ json: { [ANA]: entity(1) } });
    await expect(resolveOne('Ana@Example.com')).resolves.toEqual(found(1));
  });

  it('not found as written are searched, and resolved when exactly one differs by case only', async () => {
    harness.uipath.reply(
      { json: { 'ANA@example.com': null } },
      { json: [hit(`aad|${guid(5)}`), hit('other', { identityName: `${ANA}.pl`, email: `${ANA}.pl` })] },
      { json: entity(1) },
    );
    await expect(resolveOne('ANA@example.com')).resolves.toEqual(found(1));
    expect(asked().slice(1)).toEqual([
      ['GET /Search', { startsWith: 'ANA@example.com', entityType: 'user' }],
      ['POST /Resolve', { entityId: `aad|${guid(5)}`, entityType: 'user' }],
    ]);
  });

  it('that one entry has twice in the answer of a search are one', async () => {
    harness.uipath.reply(
      { json: { [ANA]: null } },
      { json: [hit(guid(1)), hit(guid(1))] },
      { json: entity(1) },
    );
    await expect(resolveOne()).resolves.toEqual(found(1));
  });

  it('that several entries have are ambiguous, and nobody is chosen', async () => {
    harness.uipath.reply({ json: { [ANA]: null } }, { json: [hit('a'), hit('b', { identityName: 'x' })] });
    await expect(resolveOne()).resolves.toEqual({
      kind: 'ambiguous',
      candidates: 2,
      identifiers: ['a', 'b'],
    });
    expect(harness.uipath.requests).toHaveLength(2);
  });

  it.each([
    ['nobody begins so', []],
    ['others begin so', [hit('x', { identityName: `${ANA}.pl`, email: null })]],
  ])('are not found when %s', async (_, hits) => {
    harness.uipath.reply({ json: {} }, { json: hits });
    await expect(resolveOne()).resolves.toEqual({ kind: 'not-found' });
  });

  it('are not searched when nobody wants to pay for it', async () => {
    harness.uipath.reply({ json: { [ANA]: null } });
    const resolved = await harness.client.directory.resolveByNames([ANA], 'user', { searchMissing: false });
    expect(resolved.get(ANA)).toEqual({ kind: 'not-found' });
    expect(harness.uipath.requests).toHaveLength(1);
  });

  it('whose id no group takes are asked for their other id', async () => {
    harness.uipath.reply(
      { json: { [ANA]: entity(1, { identifier: `aad|${guid(9)}` }) } },
      { json: entity(1) },
    );
    await expect(resolveOne()).resolves.toEqual(found(1));
    expect(asked()[1]).toEqual(['POST /Resolve', { entityId: `aad|${guid(9)}`, entityType: 'user' }]);
  });

  it.each([
    ['the same form', { json: entity(1, { identifier: `aad|${guid(9)}` }) }],
    ['nothing', { status: 404 }],
    ['another kind of thing', { json: entity(1, { objectType: 'DirectoryGroup' }) }],
  ])('whose other id is %s cannot be used', async (_, answer) => {
    harness.uipath.reply({ json: { [ANA]: entity(1, { identifier: `aad|${guid(9)}` }) } }, answer);
    await expect(resolveOne()).resolves.toEqual({ kind: 'unresolvable' });
  });

  it('without any id cannot be used', async () => {
    harness.uipath.reply({ json: { [ANA]: entity(1, { identifier: null }) } });
    await expect(resolveOne()).resolves.toEqual({ kind: 'unresolvable' });
  });

  it('that are blank are not sent', async () => {
    const resolved = await harness.client.directory.resolveByNames([' ', ''], 'user');
    expect(resolved).toEqual(new Map([' ', ''].map((name) => [name, { kind: 'unresolvable' }])));
    expect(harness.uipath.requests).toEqual([]);
  });

  it('of which UiPath refuses one do not keep the others from being resolved', async () => {
    const refused = { status: 400, json: { StatusCode: 400, Message: 'Invalid Entity Names.' } };
    harness.uipath.reply(
      refused,
      { json: { 'a@x.org': entity(1), 'b@x.org': entity(2) } },
      refused,
      refused,
      { json: { 'd@x.org': entity(4) } },
    );
    const names = ['a@x.org', 'b@x.org', '%', 'd@x.org'];
    const resolved = await harness.client.directory.resolveByNames(names, 'user');
    expect(names.map((name) => resolved.get(name)?.kind)).toEqual([
      'found',
      'found',
      'unresolvable',
      'found',
    ]);
    expect(harness.uipath.unused()).toBe(0);
  });

  it('of which UiPath refuses one in a body, with status 200, do not keep the others either', async () => {
    const refused = { json: { succeeded: false, errors: [{ code: 'InvalidName', description: '%' }] } };
    harness.uipath.reply(refused, { json: { 'a@x.org': entity(1) } }, refused);
    const resolved = await harness.client.directory.resolveByNames(['a@x.org', '%'], 'user');
    expect([...resolved.values()].map(({ kind }) => kind)).toEqual(['found', 'unresolvable']);
  });

  it.each([
    { status: 400, json: { StatusCode: 400, Message: 'Invalid Entity Names.' } },
    { json: { succeeded: false, errors: [{ code: 'Closed', description: 'x' }] } },
  ])('that are all refused are at fault only where another address is answered: %j', async (refused) => {
    harness.uipath.reply(refused, { json: {} }, refused, refused);
    await expect(resolveOne('%')).resolves.toEqual({ kind: 'unresolvable' });
    expect((await errorOf(resolveOne)).code).toBe('uipath-rejected');
    expect(asked().at(-1)).toEqual([
      'POST /BulkResolveByName',
      { entityNames: ['nobody@example.invalid'], entityType: 'user' },
    ]);
  });

  it.each([402, 405, 410, 413, 415])('are not asked for one by one after status %i', async (status) => {
    harness.uipath.reply({ status });
    const resolveBoth = async () => harness.client.directory.resolveByNames([ANA, 'b@x.org'], 'user');
    expect((await errorOf(resolveBoth)).code).toBe('uipath-rejected');
  });

  it('of which none can be asked fail as a whole', async () => {
    harness.uipath.reply({ status: 403 });
    expect((await errorOf(resolveOne)).code).toBe('uipath-forbidden');
  });

  it.each([
    ['group', 'DirectoryGroup'],
    ['application', 'DirectoryApplication'],
  ] as const)('of a %s are only found as one', async (type, objectType) => {
    harness.uipath.reply({ json: { A: entity(1, { objectType }), B: entity(2) } }, { status: 404 });
    const resolved = await harness.client.directory.resolveByNames(['A', 'B'], type);
    expect([...resolved.values()].map(({ kind }) => kind)).toEqual(['found', 'unresolvable']);
  });
});

describe('an entry', () => {
  it('that UiPath does not know is not found', async () => {
    harness.uipath.reply({ status: 404, json: { StatusCode: 404, Message: 'Cannot resolve' } });
    await expect(harness.client.directory.resolve(guid(1), 'user')).resolves.toEqual({ kind: 'not-found' });
  });

  it('is resolved as what was asked for', async () => {
    harness.uipath.reply({ json: entity(3) });
    await expect(harness.client.directory.resolve(guid(3), 'user')).resolves.toEqual(found(3));
  });
});

describe('the groups of a user', () => {
  it('are those of the groups asked that UiPath answers', async () => {
    harness.uipath.reply({ json: [{ objectType: 'DirectoryGroup', identifier: guid(11).toUpperCase() }] });
    const groups = await harness.client.directory.groupMembership(guid(1), [guid(10), guid(11)]);
    expect(groups).toEqual(new Set([guid(11)]));
    expect(asked()).toEqual([['POST /GroupMembership', { userId: guid(1), groupIds: [guid(10), guid(11)] }]]);
  });

  it('under other ids than asked are an error', async () => {
    harness.uipath.reply({ json: [{ identifier: 'Developers' }] });
    const error = await errorOf(async () => harness.client.directory.groupMembership(guid(1), [guid(10)]));
    expect(error.code).toBe('uipath-answer-invalid');
  });
});
