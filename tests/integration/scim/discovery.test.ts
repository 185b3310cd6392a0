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

  it('answers one schema by its URN', async () => {
    const client = await start();
    const urn = 'urn:ietf:params:scim:schemas:core:2.0:User';
    expect((await client.send('GET', `/Schemas/${urn}`)).body['id']).toBe(urn);
  });
});
