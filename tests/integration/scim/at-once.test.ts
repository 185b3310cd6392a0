import { describe, expect, it } from '@jest/globals';
import type { ProvisionedUsers } from '../../../shared/storage/provisioned-users';
import { ENTERPRISE, entraUser, patchOf, scimClient, scimPolicy } from '../../fixtures/scim-client';
import { ANA, CARA, useWorlds } from '../access/world';

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

describe('a former address that is taken over at the same moment', () => {
  const address = (value: string) =>
    patchOf(
      { op: 'replace', path: 'userName', value },
      { op: 'replace', path: 'emails[type eq "work"].value', value },
    );
  const disable = patchOf({ op: 'replace', path: 'active', value: false });
  const successor = entraUser(ANA, { externalId: 'second' });

  /** Somebody who was Ana and is Cara now, and a client before whose first `step` something else happens. */
  async function startWithFormer() {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const first = `/Users/${String(body['id'])}`;
    await client.send('PATCH', first, address(CARA));
    await world.settle();
    world.engine.clock.advance(60_000);
    const { users } = world.engine.app;
    const before = (step: 'write' | 'holderOf', other: () => Promise<unknown>) => {
      let isFirst = true;
      const onlyOnce = async (): Promise<void> => {
        if (!isFirst) return;
        isFirst = false;
        await other();
        world.engine.clock.advance(1_000);
      };
      return scimClient(world, {
        users: {
          ...users,
          write: async (change) => {
            if (step === 'write') await onlyOnce();
            return users.write(change);
          },
          holderOf: async (source, key) => {
            const holder = await users.holderOf(source, key);
            if (step === 'holderOf') await onlyOnce();
            return holder;
          },
        },
      });
    };
    const found = async (email: string) =>
      (await client.send('GET', `/Users?filter=${encodeURIComponent(`emails.value eq "${email}"`)}`)).body[
        'Resources'
      ];
    return { world, client, first, before, found };
  }

  it.each([
    ['DELETE', undefined],
    ['PATCH', disable],
  ] as const)(
    'stays with whoever took it, and they stay in, when the first leaves by %s',
    async (method, body) => {
      const { world, client, first, before, found } = await startWithFormer();
      const late = before('write', async () => client.send('POST', '/Users', successor));
      expect((await late.send(method, first, body)).status).toBe(method === 'DELETE' ? 204 : 200);
      await world.settle();
      expect(await found(ANA)).toMatchObject([{ externalId: 'second' }]);
      expect(world.members('Developers')).toEqual([ANA]);
      expect((await world.ledger(ANA))?.timeline.at(-1)?.kind).toBe('joiner');
      expect((await client.send('POST', '/Users', entraUser(ANA, { externalId: 'third' }))).status).toBe(409);
    },
  );

  it('stays with whoever took it when the first wants it back', async () => {
    const { client, first, before, found } = await startWithFormer();
    const late = before('write', async () => client.send('POST', '/Users', successor));
    expect((await late.send('PATCH', first, address(ANA))).status).toBe(409);
    expect(await found(ANA)).toMatchObject([{ externalId: 'second' }]);
    expect((await client.send('GET', first)).body['userName']).toBe(CARA);
  });

  it.each(['write', 'holderOf'] as const)(
    'stays with the first who went back to it before the %s of whoever wants it',
    async (step) => {
      const { client, first, before, found } = await startWithFormer();
      const late = before(step, async () =>
        client.send(
          'PATCH',
          first,
          patchOf({ op: 'replace', path: 'emails', value: [{ type: 'work', value: ANA }] }),
        ),
      );
      expect((await late.send('POST', '/Users', { ...successor, userName: 'second' })).status).toBe(409);
      expect(await found(ANA)).toMatchObject([{ id: first.split('/')[2] }]);
    },
  );

  it.each(['write', 'holderOf'] as const)(
    'is free for whoever wants it when the first was deleted before their %s, and they are in after it',
    async (step) => {
      const { world, client, first, before, found } = await startWithFormer();
      const late = before(step, async () => client.send('DELETE', first));
      expect((await late.send('POST', '/Users', successor)).status).toBe(201);
      await world.settle();
      expect(await found(ANA)).toMatchObject([{ externalId: 'second' }]);
      expect(world.members('Developers')).toEqual([ANA]);
    },
  );

  it('is not said to be left by the first ever after', async () => {
    const { world, client, first, before } = await startWithFormer();
    const late = before('write', async () => client.send('POST', '/Users', successor));
    await late.send('PATCH', first, patchOf({ op: 'replace', path: 'title', value: 'Engineer' }));
    world.engine.clock.advance(60_000);
    await client.send('DELETE', first);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
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
