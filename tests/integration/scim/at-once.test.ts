import { describe, expect, it } from '@jest/globals';
import type { ProvisionedUsers } from '../../../shared/storage/provisioned-users';
import { ENTERPRISE, entraUser, patchOf, scimClient, scimPolicy } from '../../fixtures/scim-client';
import { ANA, useWorlds } from '../access/world';

const newWorld = useWorlds();
const YEAR_MS = 366 * 86_400_000;

async function start() {
  const world = await newWorld();
  world.engine.setPolicy(scimPolicy(world));
  return { world, client: scimClient(world) };
}

describe('changes of one user at the same moment', () => {
  it('are all there afterwards, and the last word is about all of them', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const user = `/Users/${String(body['id'])}`;
    const answers = await Promise.all([
      client.send('PATCH', user, patchOf({ op: 'replace', path: 'title', value: 'Engineer' })),
      client.send(
        'PATCH',
        user,
        patchOf({ op: 'replace', path: `${ENTERPRISE}:department`, value: 'Finance' }),
      ),
      client.send('PATCH', user, patchOf({ op: 'replace', path: 'active', value: false })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await client.send('GET', user)).body).toMatchObject({
      title: 'Engineer',
      active: false,
      [ENTERPRISE]: { department: 'Finance' },
    });
    await world.settle();
    expect(['Developers', 'Users', 'Finance'].filter((group) => world.members(group).includes(ANA))).toEqual(
      [],
    );
  });

  it('that create the same one make one user', async () => {
    const { world, client } = await start();
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => client.send('POST', '/Users', entraUser(ANA))),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
    expect((await client.send('GET', '/Users')).body['totalResults']).toBe(1);
    expect(world.engine.queued()).toHaveLength(1);
  });

  it('that delete and change do not bring somebody back', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const user = `/Users/${String(body['id'])}`;
    const [deleted, changed] = await Promise.all([
      client.send('DELETE', user),
      client.send('PATCH', user, patchOf({ op: 'replace', path: 'title', value: 'Engineer' })),
    ]);
    expect(deleted.status).toBe(204);
    expect([200, 404]).toContain(changed.status);
    expect((await client.send('GET', user)).status).toBe(404);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect((await client.send('POST', '/Users', entraUser(ANA))).status).toBe(201);
  });
});

describe('a change of somebody who was deleted after they were read', () => {
  it.each(['PATCH', 'DELETE'])('%s is told that there is no such user', async (method) => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const user = `/Users/${String(body['id'])}`;
    const { users } = world.engine.app;
    const late = scimClient(world, {
      users: {
        ...users,
        write: async (change) => {
          await client.send('DELETE', user);
          return users.write(change);
        },
      },
    });
    const change = patchOf({ op: 'replace', path: 'title', value: 'Engineer' });
    expect((await late.send(method, user, method === 'PATCH' ? change : undefined)).status).toBe(404);
  });
});

describe('a process that dies', () => {
  const dies = new Error('The process ends here');
  const dyingBefore = (users: ProvisionedUsers): ProvisionedUsers => ({
    ...users,
    write: async () => {
      throw dies;
    },
  });
  const dyingAfter = (users: ProvisionedUsers): ProvisionedUsers => ({
    ...users,
    write: async (change) => {
      await users.write(change);
      throw dies;
    },
  });

  it.each([
    ['before the write', dyingBefore, 200],
    ['after the write', dyingAfter, 200],
  ] as const)(
    '%s leaves a leaver who leaves once the client repeats itself',
    async (_case, dying, status) => {
      const { world, client } = await start();
      const { body } = await client.send('POST', '/Users', entraUser(ANA));
      await world.settle();
      const disable = patchOf({ op: 'replace', path: 'active', value: false });
      const broken = scimClient(world, { users: dying(world.engine.app.users) });
      expect((await broken.send('PATCH', `/Users/${String(body['id'])}`, disable)).status).toBe(503);
      expect((await client.send('PATCH', `/Users/${String(body['id'])}`, disable)).status).toBe(status);
      // Whatever message was not sent is sent by the sweep.
      world.engine.clock.advance(300_000);
      await world.engine.tick();
      await world.settle();
      expect(world.members('Developers')).toEqual([]);
      expect((await world.evidence(ANA)).filter(({ facts }) => facts['event'] === 'leaver')).toHaveLength(1);
    },
  );
});

describe('users who are inactive for a year', () => {
  it('are forgotten with all their keys, and others are not', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    await client.send('POST', '/Users', entraUser('cara.dev@acme.example'));
    await client.send(
      'PATCH',
      `/Users/${String(body['id'])}`,
      patchOf({ op: 'replace', path: 'active', value: false }),
    );
    await world.settle();
    world.engine.clock.advance(YEAR_MS - 2 * 86_400_000);
    await world.engine.tick();
    expect((await client.send('GET', '/Users')).body['totalResults']).toBe(2);
    world.engine.clock.advance(2 * 86_400_000);
    await world.engine.tick();
    expect((await client.send('GET', '/Users')).body['totalResults']).toBe(1);
    const rows: string[] = [];
    for await (const { rowKey } of (await world.engine.storage.table('deliveries')).listEntities())
      rows.push(rowKey ?? '');
    expect(rows.filter((key) => /^[uki]:/.test(key))).toHaveLength(4);
    expect((await client.send('POST', '/Users', entraUser(ANA))).status).toBe(201);
  });
});
