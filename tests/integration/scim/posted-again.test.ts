import { describe, expect, it } from '@jest/globals';
import { entraUser, patchOf, scimClient, scimPolicy } from '../../fixtures/scim-client';
import { ANA, useWorlds } from '../access/world';

const newWorld = useWorlds();

describe('a user who was switched off and is posted again with the externalId they had', () => {
  it('works again: some clients know no other way to bring somebody back', async () => {
    const world = await newWorld();
    world.engine.setPolicy(scimPolicy(world));
    const client = scimClient(world);
    const { body } = await client.send('POST', '/Users', entraUser(ANA));
    await client.send(
      'PATCH',
      `/Users/${String(body['id'])}`,
      patchOf({ op: 'replace', path: 'active', value: false }),
    );
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
    world.engine.clock.advance(86_400_000);
    const again = await client.send('POST', '/Users', entraUser(ANA));
    await world.settle();
    expect([Math.floor(again.status / 100), world.members('Developers')]).toEqual([2, [ANA]]);
  });

  it('is somebody else under another externalId: refused, and kept, as a hire may be lost', async () => {
    const world = await newWorld();
    world.engine.setPolicy(scimPolicy(world));
    const client = scimClient(world);
    const { body } = await client.send('POST', '/Users', { ...entraUser(ANA), externalId: 'first' });
    const off = patchOf({ op: 'replace', path: 'active', value: false });
    await client.send('PATCH', `/Users/${String(body['id'])}`, off);
    await world.settle();
    const other = await client.send('POST', '/Users', { ...entraUser(ANA), externalId: 'second' });
    await world.settle();
    expect([other.status, world.members('Developers')]).toEqual([409, []]);
    expect(await world.engine.app.deadDeliveries.list('hr', 'directory')).toMatchObject([
      { history: [{ code: 'user-exists' }] },
    ]);
  });

  it('is a conflict while the user works, and nothing is lost', async () => {
    const world = await newWorld();
    world.engine.setPolicy(scimPolicy(world));
    const client = scimClient(world);
    await client.send('POST', '/Users', entraUser(ANA));
    const again = await client.send('POST', '/Users', entraUser(ANA));
    expect(again.status).toBe(409);
    expect(await world.engine.app.deadDeliveries.list('hr', 'directory')).toEqual([]);
  });
});
