import { describe, expect, it } from '@jest/globals';
import { SCIM_BASE, scimClient, scimPolicy } from '../../fixtures/scim-client';
import { useWorlds } from '../access/world';

const newWorld = useWorlds();

async function start() {
  const world = await newWorld();
  world.engine.setPolicy(scimPolicy(world));
  return scimClient(world);
}

describe('the groups of a source', () => {
  it('are those that the policy manages, to be read and without their members', async () => {
    const client = await start();
    const { status, body } = await client.send('GET', '/Groups?excludedAttributes=members');
    const groups = body['Resources'] as { id: string; displayName: string }[];
    expect([status, body['totalResults'], groups.map(({ displayName }) => displayName)]).toEqual([
      200,
      3,
      ['Developers', 'Users', 'Finance'],
    ]);
    expect(JSON.stringify(body)).not.toContain('members');
    const [first] = groups;
    expect((await client.send('GET', `/Groups/${first?.id ?? ''}`)).body).toMatchObject({
      displayName: 'Developers',
      meta: { resourceType: 'Group', location: `${SCIM_BASE}/Groups/${first?.id ?? ''}` },
    });
  });

  it.each([
    ['displayName eq "users"', 200, 1],
    ['displayName eq "Nobody"', 200, 0],
    ['members.value eq "x"', 400, undefined],
  ])('are found by name only: %s', async (filter, status, total) => {
    const client = await start();
    const answer = await client.send('GET', `/Groups?filter=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.body['totalResults']]).toEqual([status, total]);
  });
});

describe('discovery', () => {
  it.each([
    ['/ServiceProviderConfig', undefined],
    ['/ResourceTypes', 2],
    ['/Schemas', 3],
  ])('answers %s', async (path, total) => {
    const client = await start();
    const { status, body, headers } = await client.send('GET', path);
    expect([status, body['totalResults'], headers.get('content-type')]).toEqual([
      200,
      total,
      'application/scim+json',
    ]);
  });

  it.each([
    ['POST', '/.search'],
    ['POST', '/Users/.search'],
    ['POST', '/Groups/.search'],
    ['GET', '/?filter=userName%20eq%20%22ana%22'],
    ['POST', '/Bulk'],
    ['GET', '/Me'],
    ['PATCH', '/Me'],
    ['POST', '/Groups'],
    ['PATCH', '/Groups/x'],
    ['DELETE', '/Schemas/x'],
    ['PUT', '/Users'],
  ])('answers 501 to what is not offered: %s %s', async (method, path) => {
    const client = await start();
    const body = method === 'GET' || method === 'DELETE' ? undefined : { schemas: [] };
    expect((await client.send(method, path, body)).status).toBe(501);
  });

  it.each([
    [{}, ['userName']],
    [{ fields: { email: 'emails.type=work.value' } }, ['userName', 'emails']],
    [{ fields: { email: ['emails.0.value', 'emails.1.value'] } }, ['userName', 'emails']],
    [{ fields: { email: ['emails.0.value', 'userName'] } }, ['userName']],
    [{ fields: { email: 'userName' } }, ['userName']],
  ])('says what a user has to have, under the policy %j', async (source, required) => {
    const world = await newWorld();
    world.engine.setPolicy(scimPolicy(world, source));
    const client = scimClient(world);
    const { body } = await client.send('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User');
    const attributes = body['attributes'] as { name: string; required: boolean }[];
    expect(attributes.filter((one) => one.required).map(({ name }) => name)).toEqual(required);
    const complete = {
      userName: 'ana.pop@acme.example',
      emails: [{ type: 'work', value: 'ana.pop@acme.example' }],
    };
    for (const name of required) {
      const { [name as keyof typeof complete]: _left, ...rest } = complete;
      expect((await client.send('POST', '/Users', rest)).status).toBe(400);
    }
    const enough = Object.fromEntries(Object.entries(complete).filter(([name]) => required.includes(name)));
    expect((await client.send('POST', '/Users', enough)).status).toBe(201);
  });

  it('answers one schema by its URN', async () => {
    const client = await start();
    const urn = 'urn:ietf:params:scim:schemas:core:2.0:User';
    expect((await client.send('GET', `/Schemas/${urn}`)).body['id']).toBe(urn);
  });
});
