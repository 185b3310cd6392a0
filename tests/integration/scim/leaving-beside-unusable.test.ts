import { describe, expect, it } from '@jest/globals';
import { listDeadDeliveries } from '../../../shared/access/ledger/list-dead-deliveries';
import { retryDeadDelivery } from '../../../shared/access/desk/retry-dead-delivery';
import { unusableFieldsOf } from '../../../shared/domain/dead-delivery';
import { ENTERPRISE, entraUser, patchOf, scimClient, scimPolicy } from '../../fixtures/scim-client';
import { ANA, BEN, useWorlds, type World } from '../access/world';
import { keyHolder } from '../../fixtures/key-holder';

const newWorld = useWorlds();
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const anybody = { by: keyHolder('olga'), mayDecide: () => true };
const leaves = { op: 'Replace', path: 'active', value: 'False' };

async function start() {
  const world = await newWorld();
  world.engine.setPolicy(scimPolicy(world));
  const client = scimClient(world);
  const { body } = await client.send('POST', '/Users', entraUser(ANA));
  await world.settle();
  expect(world.members('Developers')).toEqual([ANA]);
  return { world, client, path: `/Users/${String(body['id'])}` };
}

const deadOf = async (world: World) =>
  (await listDeadDeliveries(world.engine.app, world.alias)).flatMap(({ deliveries }) => deliveries);

/** Twenty thousand members of one value: none of them is about anything that is kept. */
const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`m${index}`, 'x']));

describe('a client that says that a user is not active any more', () => {
  it.each<readonly [string, object]>([
    ['groups are emptied', patchOf(leaves, { op: 'Replace', path: 'groups', value: [] })],
    ['groups are emptied first', patchOf({ op: 'Replace', path: 'groups', value: [] }, leaves)],
    ['a title has a part', patchOf({ op: 'Replace', path: 'title.value', value: 'Lead' }, leaves)],
    [
      'a filter has or',
      patchOf(
        { op: 'Replace', path: 'emails[type eq "work" or type eq "home"].value', value: 'x@y.example' },
        leaves,
      ),
    ],
    ['no schema is named', { Operations: [leaves] }],
    ['an operation is none', { ...patchOf(leaves), Operations: [leaves, 7, { op: 'Burn', path: 'title' }] }],
    [
      'names have another case',
      { schemas: [], operations: [{ OP: 'replace', Path: 'ACTIVE', VALUE: false }] },
    ],
    ['the title is no text', patchOf({ op: 'Replace', value: { title: {}, active: false } })],
    ['much is said', patchOf({ op: 'Replace', value: { ...many, title: {}, active: false } })],
  ])('has the access of the user end although %s, and is told so', async (_case, body) => {
    const { world, client, path } = await start();
    const answer = await client.send('PATCH', path, body);
    expect([answer.status, answer.body['active']]).toEqual([200, false]);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    const dead = await deadOf(world);
    expect(dead).toHaveLength(1);
    expect(JSON.stringify(dead)).not.toContain(ANA);
  });

  it.each<readonly [string, 'PATCH' | 'PUT', object]>([
    ['is the path', 'PATCH', patchOf({ op: 'replace', path: CORE, value: { active: false } })],
    [
      'is the path, in capitals',
      'PATCH',
      patchOf({ op: 'Add', path: CORE.toUpperCase(), value: { Active: 'False' } }),
    ],
    ['is a member', 'PATCH', patchOf({ op: 'replace', value: { [CORE]: { active: false } } })],
    [
      'is a member, after another word',
      'PATCH',
      patchOf({ op: 'replace', value: { active: true, [CORE]: { active: false } } }),
    ],
    [
      'is the path beside a title that is none',
      'PATCH',
      patchOf({ op: 'replace', path: CORE, value: { title: {}, active: false } }),
    ],
    ['is no object, beside it', 'PATCH', patchOf({ op: 'replace', value: { [CORE]: 'x', active: false } })],
    ['is a member', 'PUT', entraUser(ANA, { active: undefined, [CORE]: { active: false } })],
    [
      'is a member beside a title that is none',
      'PUT',
      entraUser(ANA, { title: {}, [CORE]: { active: false } }),
    ],
  ])('has it end where the schema of users %s: %s', async (_case, method, body) => {
    const { world, client, path } = await start();
    const answer = await client.send(method, path, body);
    expect([answer.status, answer.body['active']]).toEqual([200, false]);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
  });

  it('has it end by a PUT of which a part cannot be used, and what can be used is kept', async () => {
    const { world, client, path } = await start();
    const user = entraUser(ANA, { active: false, title: { value: {} }, displayName: 'Ana-Maria' });
    const answer = await client.send('PUT', path, user);
    expect([answer.status, answer.body['active'], answer.body['displayName']]).toEqual([
      200,
      false,
      'Ana-Maria',
    ]);
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    expect((await deadOf(world)).map(unusableFieldsOf)).toMatchObject([[{ field: 'title' }]]);
  });

  it('has it end under the name the user had, when the name they should get is taken', async () => {
    const { world, client, path } = await start();
    await client.send('POST', '/Users', entraUser(BEN));
    const answer = await client.send(
      'PATCH',
      path,
      patchOf({ op: 'Replace', path: 'userName', value: BEN }, leaves),
    );
    expect([answer.status, answer.body['active'], answer.body['userName']]).toEqual([200, false, ANA]);
    await world.settle();
    expect(world.members('Developers')).toEqual([BEN]);
  });

  it.each<readonly [string, object]>([
    [
      'then says otherwise',
      patchOf(leaves, { op: 'Replace', path: 'active', value: 'True' }, { op: 'Remove' }),
    ],
    ['does not say it clearly', patchOf({ op: 'Replace', path: 'active', value: 'No' })],
    ['takes it away', patchOf({ op: 'Remove', path: 'active', value: 'False' })],
  ])('is refused when it %s, and what it said is kept', async (_case, body) => {
    const { world, client, path } = await start();
    expect((await client.send('PATCH', path, body)).status).toBe(400);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await deadOf(world)).toHaveLength(1);
  });
});

describe('a change that a standard has made as a whole or not at all', () => {
  const moves = (title: unknown) =>
    patchOf(
      { op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Finance' },
      { op: 'Replace', path: 'title', value: title },
    );

  it('is not made, and kept once, however often its client repeats it', async () => {
    const { world, client, path } = await start();
    for (const title of [{}, { a: 1 }, {}])
      expect((await client.send('PATCH', path, moves(title))).status).toBe(400);
    expect((await deadOf(world)).map(({ history }) => history)).toMatchObject([
      [{ kind: 'refused', times: 3 }],
    ]);
    expect((await client.send('GET', path)).body[ENTERPRISE]).toEqual({ department: 'Automation' });
  });

  it('is kept neither from somebody without the token, nor when a user is not there or there already', async () => {
    const { world, client, path } = await start();
    expect(
      (await client.send('PATCH', path, moves({}), { token: 'another token of good length' })).status,
    ).toBe(401);
    expect((await client.send('PATCH', '/Users/nobody', moves('x'))).status).toBe(404);
    expect((await client.send('POST', '/Users', entraUser(ANA))).status).toBe(409);
    expect(await deadOf(world)).toEqual([]);
  });

  it('is dead again when it is tried again as it was, and is gone when the client was faster', async () => {
    const { world, client, path } = await start();
    await client.send('PATCH', path, moves({}));
    const [dead] = await deadOf(world);
    await retryDeadDelivery(world.engine.app, world.alias, dead?.deliveryId ?? '', anybody);
    world.engine.clock.advance(1_000);
    await client.send('PATCH', path, moves('Lead'));
    await world.settle();
    expect(world.members('Finance')).toEqual([ANA]);
    expect(await deadOf(world)).toEqual([]);
  });

  it('is made when it can be used at last', async () => {
    const { world, client } = await start();
    const body = entraUser(BEN);
    expect((await client.send('POST', '/Users', body, { contentType: 'text/plain' })).status).toBe(415);
    const [dead] = await deadOf(world);
    await retryDeadDelivery(world.engine.app, world.alias, dead?.deliveryId ?? '', anybody);
    await world.settle();
    expect(world.members('Developers').toSorted()).toEqual([ANA, BEN].toSorted());
    expect(await deadOf(world)).toEqual([]);
  });
});
