import { describe, expect, it } from '@jest/globals';
import {
  ENTERPRISE,
  entraUser,
  patchOf,
  SCIM_BASE,
  scimClient,
  scimPolicy,
} from '../../fixtures/scim-client';
import { ANA, BEN, useWorlds, type World } from '../access/world';

const newWorld = useWorlds('emulator');

async function start(source?: Parameters<typeof scimPolicy>[1]) {
  const world = await newWorld();
  world.engine.setPolicy(
    scimPolicy(world, { format: 'scim', ...(source ?? { may: ['joiner', 'mover', 'leaver'] }) }),
  );
  return { world, client: scimClient(world) };
}

const groupsOf = (world: World, email: string): readonly string[] =>
  ['Developers', 'Users', 'Finance'].filter((group) => world.members(group).includes(email));

describe('an attribute as one flat key', () => {
  const user = { userName: ANA, emails: [{ value: ANA }], externalId: 'e1' };
  const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
  const acme = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

  it.each([
    ['of the enterprise extension', { [`${ENTERPRISE}:department`]: 'Finance' }, { department: 'Finance' }],
    [
      'in other letters',
      { [`${ENTERPRISE.toUpperCase()}:DEPARTMENT`]: 'Finance' },
      { department: 'Finance' },
    ],
    [
      'with its value in an object',
      { [`${ENTERPRISE}:manager`]: { value: 'm1' } },
      { manager: { value: 'm1' } },
    ],
    [
      'beside the extension as a whole',
      { [ENTERPRISE]: { division: 'North' }, [`${ENTERPRISE}:department`]: 'Finance' },
      { division: 'North', department: 'Finance' },
    ],
    ['with no value', { [`${ENTERPRISE}:department`]: null }, undefined],
  ])('%s is taken in POST and PUT as in PATCH', async (_case, keys, kept) => {
    const { client } = await start();
    const created = await client.send('POST', '/Users', { ...user, ...keys });
    expect([created.status, created.body[ENTERPRISE]]).toEqual([201, kept]);
    const path = `/Users/${String(created.body['id'])}`;
    expect((await client.send('PUT', path, user)).body[ENTERPRISE]).toBeUndefined();
    expect((await client.send('PUT', path, { ...user, ...keys })).body[ENTERPRISE]).toEqual(kept);
    await client.send('PUT', path, user);
    const patched = await client.send('PATCH', path, patchOf({ op: 'add', value: keys }));
    expect(patched.body[ENTERPRISE]).toEqual(kept);
  });

  it('of the core schema or of an own extension is taken, and of an unknown one dropped', async () => {
    const { client } = await start();
    const { status, body } = await client.send('POST', '/Users', {
      ...user,
      [`${core}:title`]: 'Engineer',
      [`${core}:id`]: 'mine',
      [`${acme}:hireDate`]: '2026-01-01',
      'urn:acme:other:User:hireDate': 'x',
      'urn:': 'x',
    });
    expect([status, body['title'], body[acme]]).toEqual([201, 'Engineer', { hireDate: '2026-01-01' }]);
    expect(body['id']).not.toBe('mine');
  });

  it('of a time zone may be the name that Windows has for it', async () => {
    const { world, client } = await start();
    await client.send('POST', '/Users', {
      ...user,
      timezone: 'GTB Standard Time',
      [`${ENTERPRISE}:department`]: 'Finance',
    });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Users', 'Finance']);
  });
});

describe('the provisioning client of Entra', () => {
  it('finds nobody, creates a user, moves and disables them: joiner, mover and leaver', async () => {
    const { world, client } = await start();
    const query = `/Users?filter=${encodeURIComponent(`userName eq "${ANA}"`)}`;
    expect((await client.send('GET', query)).body).toMatchObject({ totalResults: 0, Resources: [] });

    const created = await client.send('POST', '/Users', entraUser(ANA));
    expect([created.status, created.headers.get('content-type')]).toEqual([201, 'application/scim+json']);
    const id = String(created.body['id']);
    expect(created.headers.get('location')).toBe(`${SCIM_BASE}/Users/${id}`);
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Users']);
    expect((await client.send('GET', query)).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });

    const moved = await client.send(
      'PATCH',
      `/Users/${id}`,
      patchOf({ op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Finance' }),
    );
    expect([moved.status, moved.body[ENTERPRISE]]).toEqual([200, { department: 'Finance' }]);
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Users', 'Finance']);

    const disabled = await client.send(
      'PATCH',
      `/Users/${id}`,
      patchOf({ op: 'Replace', path: 'active', value: 'False' }),
    );
    expect([disabled.status, disabled.body['active']]).toEqual([200, false]);
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
    expect(
      (await world.evidence(ANA))
        .filter(({ kind }) => kind === 'worker-event')
        .map(({ facts }) => facts['event']),
    ).toEqual(['joiner', 'mover', 'leaver']);

    expect((await client.send('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await client.send('GET', `/Users/${id}`)).status).toBe(404);
    expect((await client.send('GET', query)).body['totalResults']).toBe(0);
  });

  it('has a user deleted who was never disabled: a leaver', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    await world.settle();
    await client.send('DELETE', `/Users/${String(body['id'])}`);
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
  });

  it('brings somebody back who has the hire date of before', async () => {
    const { world, client } = await start({
      may: ['joiner', 'mover', 'leaver'],
      fields: { startDate: 'extension.acme.hireDate' },
    });
    const hired = { 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User': { hireDate: '2020-01-01' } };
    const { body } = await client.send('POST', '/Users', entraUser(ANA, hired));
    const user = `/Users/${String(body['id'])}`;
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Users']);
    for (const [value, groups] of [
      ['False', []],
      ['True', ['Developers', 'Users']],
      ['False', []],
    ] as const) {
      world.engine.clock.advance(60_000);
      await client.send('PATCH', user, patchOf({ op: 'Replace', path: 'active', value }));
      await world.settle();
      expect(groupsOf(world, ANA)).toEqual(groups);
    }
  });

  it('brings somebody back by active: a joiner again', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const user = `/Users/${String(body['id'])}`;
    await client.send('PATCH', user, patchOf({ op: 'Replace', path: 'active', value: 'False' }));
    await world.settle();
    world.engine.clock.advance(60_000);
    await client.send('PATCH', user, patchOf({ op: 'Replace', path: 'active', value: 'True' }));
    await world.settle();
    expect((await world.ledger(ANA))?.timeline.at(-1)?.kind).toBe('joiner');
  });
});

describe('the provisioning client of Okta', () => {
  it('replaces users whole and deactivates without a path', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA), { contentType: 'application/json' });
    const id = String(body['id']);
    await client.send('PUT', `/Users/${id}`, {
      ...body,
      groups: [],
      password: 'never-kept-anywhere',
      [ENTERPRISE]: { department: 'Finance' },
    });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Users', 'Finance']);
    await client.send('PATCH', `/Users/${id}`, patchOf({ op: 'replace', value: { active: false } }));
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
  });

  it.each([
    ['null', { active: null }],
    ['nothing', {}],
    ['a word and then null', { Active: false, active: null }],
  ])('does not bring a leaver back by a whole user with %s for active', async (_case, said) => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const user = `/Users/${String(body['id'])}`;
    await client.send('PATCH', user, patchOf({ op: 'replace', value: { active: false } }));
    await world.settle();
    world.engine.clock.advance(60_000);
    const { active: _active, ...whole } = entraUser(ANA, { title: 'Engineer' });
    expect((await client.send('PUT', user, { ...whole, ...said })).body).toMatchObject({
      title: 'Engineer',
      active: false,
    });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
    expect((await world.ledger(ANA))?.timeline.at(-1)?.kind).toBe('leaver');
  });

  it('lists users by pages', async () => {
    const { client } = await start();
    for (const name of ['a', 'b', 'c'])
      await client.send('POST', '/Users', entraUser(`${name}@acme.example`));
    const pages = [
      await client.send('GET', '/Users?startIndex=1&count=2'),
      await client.send('GET', '/Users?startIndex=3&count=2'),
      await client.send('GET', '/Users?startIndex=4&count=2'),
    ].map(({ body }) => [body['totalResults'], body['itemsPerPage'], body['startIndex']]);
    expect(pages).toEqual([
      [3, 2, 1],
      [3, 1, 3],
      [3, 0, 4],
    ]);
    const ids = await Promise.all(
      ['/Users?count=2', '/Users?startIndex=3'].map(async (path) => (await client.send('GET', path)).body),
    );
    const found = ids.flatMap((page) =>
      (page['Resources'] as { userName: string }[]).map((user) => user.userName),
    );
    expect(found.toSorted()).toEqual(['a@acme.example', 'b@acme.example', 'c@acme.example']);
  });

  it('reads a page of the one user whom a filter finds', async () => {
    const { client } = await start();
    await client.send('POST', '/Users', entraUser(ANA));
    const filter = encodeURIComponent(`userName eq "${ANA}"`);
    const pages = ['startIndex=0', 'startIndex=2', 'count=0', 'count=-1'].map(async (page) => {
      const { body } = await client.send('GET', `/Users?filter=${filter}&${page}`);
      return [body['totalResults'], body['itemsPerPage'], body['startIndex']];
    });
    expect(await Promise.all(pages)).toEqual([
      [1, 1, 1],
      [1, 0, 2],
      [1, 0, 1],
      [1, 0, 1],
    ]);
  });

  it('keeps no password, in storage or in an answer', async () => {
    const { world, client } = await start();
    const created = await client.send('POST', '/Users', entraUser(ANA, { password: 'S3cret-of-Ana' }));
    const kept: unknown[] = [created.body];
    for await (const row of (await world.engine.storage.table('deliveries')).listEntities())
      kept.push(
        Object.values(row).map((value) =>
          value instanceof Uint8Array ? Buffer.from(value).toString() : value,
        ),
      );
    expect(kept.length).toBeGreaterThan(5);
    expect(JSON.stringify(kept)).not.toMatch(/S3cret-of-Ana|phoneNumbers|\+40 21/);
  });
});

describe('what a client repeats', () => {
  it('is a conflict for a creation, whose first answer may have been lost', async () => {
    const { world, client } = await start();
    await client.send('POST', '/Users', entraUser(ANA));
    const again = await client.send(
      'POST',
      '/Users',
      entraUser(ANA.toUpperCase(), { externalId: 'another' }),
    );
    expect([again.status, again.body['scimType']]).toEqual([409, 'uniqueness']);
    expect(world.engine.queued()).toHaveLength(1);
  });

  it.each([
    ['the same name', { userName: ANA, externalId: 'x', emails: [{ type: 'work', value: BEN }] }],
    ['the same external id', { userName: BEN, externalId: 'ext-ana.pop', emails: [{ value: BEN }] }],
    ['the same address', { userName: 'somebody', externalId: 'x', emails: [{ value: ANA }] }],
  ])('%s of two users is a conflict, and changes nothing', async (_case, other) => {
    const { world, client } = await start();
    await client.send('POST', '/Users', entraUser(ANA));
    expect((await client.send('POST', '/Users', { ...entraUser(BEN), ...other })).status).toBe(409);
    expect(world.engine.queued()).toHaveLength(1);
    expect((await client.send('GET', '/Users')).body['totalResults']).toBe(1);
  });

  it('changes nothing for a change: no delivery, no evidence', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const disable = patchOf({ op: 'Replace', path: 'active', value: false });
    for (let times = 0; times < 3; times += 1)
      await client.send('PATCH', `/Users/${String(body['id'])}`, disable);
    expect(world.engine.queued()).toHaveLength(2);
    world.engine.clock.advance(60_000);
    const before = (await client.send('GET', `/Users/${String(body['id'])}`)).body;
    expect((await client.send('PATCH', `/Users/${String(body['id'])}`, disable)).body).toEqual(before);
    await world.settle();
    expect((await world.evidence(ANA)).filter(({ kind }) => kind === 'worker-event')).toHaveLength(2);
  });

  it('says nothing when only what nobody looks at changed', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const renamed = patchOf({ op: 'Replace', path: 'name.familyName', value: 'Popescu' });
    const answer = await client.send('PATCH', `/Users/${String(body['id'])}`, renamed);
    expect(answer.body['name']).toMatchObject({ familyName: 'Popescu' });
    expect(world.engine.queued()).toHaveLength(1);
  });
});

describe('an attribute that a client takes away', () => {
  const withTitle = entraUser(ANA, { title: 'Engineer' });
  const { [ENTERPRISE]: _department, ...withoutDepartment } = withTitle;

  it.each([
    ['by an operation', 'PATCH', patchOf({ op: 'Remove', path: `${ENTERPRISE}:department` }), withTitle],
    ['of a user of whom nothing else is known', 'PATCH', patchOf({ op: 'remove', path: ENTERPRISE }), {}],
    ['by a user without it', 'PUT', withoutDepartment, withTitle],
  ])(
    '%s is reported and held: the last value stands',
    async (_case, method, body, { title }: { title?: unknown }) => {
      const { world, client } = await start();
      const created = await client.send('POST', '/Users', entraUser(ANA, { title }));
      const user = `/Users/${String(created.body['id'])}`;
      await world.settle();
      world.engine.clock.advance(60_000);
      expect((await client.send(method, user, body)).body).not.toHaveProperty([ENTERPRISE]);
      await world.settle();
      expect(groupsOf(world, ANA)).toEqual(['Developers', 'Users']);
      expect((await world.evidence(ANA)).at(-1)).toMatchObject({
        kind: 'worker-event',
        facts: { event: 'mover', blanked: ['department'] },
      });
    },
  );

  it('where the policy places it is reported too, and said once', async () => {
    const { world, client } = await start({
      may: ['joiner', 'mover'],
      fields: { department: 'title', startDate: 'extension.acme.hireDate' },
    });
    const urn = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
    const { body } = await client.send(
      'POST',
      '/Users',
      entraUser(ANA, { title: 'Finance', [urn]: { hireDate: '2026-01-02' } }),
    );
    const user = `/Users/${String(body['id'])}`;
    await world.settle();
    for (const operation of [
      { op: 'remove', path: 'title' },
      { op: 'remove', path: urn },
      { op: 'add', path: 'userType', value: 'Contractor' },
    ]) {
      world.engine.clock.advance(60_000);
      await client.send('PATCH', user, patchOf(operation));
      await world.settle();
    }
    expect(groupsOf(world, ANA)).toEqual(['Users', 'Finance']);
    const reported = (await world.evidence(ANA)).map(({ facts }) => facts['blanked']);
    expect(reported.filter((names) => names !== undefined)).toEqual([['department', 'title']]);
  });
});

describe('an address that changes', () => {
  const newAddress = 'cara.dev@acme.example';
  const addressTo = (value: string) =>
    patchOf(
      { op: 'Replace', path: 'userName', value },
      { op: 'Replace', path: 'emails[type eq "work"].value', value },
    );

  it('is the same person: whoever leaves later, leaves under every address they had', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const user = `/Users/${String(body['id'])}`;
    await world.settle();
    await client.send('PATCH', user, addressTo(newAddress));
    await world.settle();
    expect(groupsOf(world, newAddress)).toEqual(['Developers', 'Users']);
    await client.send('PATCH', user, patchOf({ op: 'Replace', path: 'active', value: false }));
    await world.settle();
    expect([groupsOf(world, newAddress), groupsOf(world, ANA)]).toEqual([[], []]);
  });

  it('is a joiner under it, also of somebody of whom nothing else is known', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', { userName: ANA });
    await client.send('PATCH', `/Users/${String(body['id'])}`, addressTo(newAddress));
    await world.settle();
    expect((await world.ledger(newAddress))?.timeline.map(({ kind }) => kind)).toEqual(['joiner']);
  });

  it('may be given to somebody else, who is then not affected by the first', async () => {
    const { world, client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const first = `/Users/${String(body['id'])}`;
    await client.send('PATCH', first, addressTo(newAddress));
    expect((await client.send('POST', '/Users', entraUser(ANA, { externalId: 'second' }))).status).toBe(201);
    await world.settle();
    world.engine.clock.advance(1_000);
    expect((await client.send('DELETE', first)).status).toBe(204);
    await world.settle();
    expect([groupsOf(world, newAddress), groupsOf(world, ANA)]).toEqual([[], ['Developers', 'Users']]);
    expect((await client.send('GET', `/Users?filter=emails.value eq "${ANA}"`)).body['totalResults']).toBe(1);
  });

  it('and comes back is no conflict with itself', async () => {
    const { client } = await start();
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    const user = `/Users/${String(body['id'])}`;
    expect((await client.send('PATCH', user, addressTo(newAddress))).status).toBe(200);
    expect((await client.send('PATCH', user, addressTo(ANA))).status).toBe(200);
  });
});

describe('what the policy lets a client cause', () => {
  it('is joiners without a word of it, as a token proves nothing about a body', async () => {
    const { world, client } = await start({});
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    await world.settle();
    await client.send('DELETE', `/Users/${String(body['id'])}`);
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Users']);
    expect(world.engine.log).toContainEqual(
      expect.objectContaining({ event: 'delivery-processed', outcome: 'source-not-allowed' }),
    );
  });

  it('reads attributes where it says', async () => {
    const { world, client } = await start({
      may: ['joiner'],
      fields: { department: ['extension.acme.unit', 'title'] },
    });
    const urn = 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User';
    await client.send('POST', '/Users', entraUser(ANA, { [urn]: { unit: 'Finance', costs: 17 } }));
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Users', 'Finance']);
  });
});
