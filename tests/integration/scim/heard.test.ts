import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../shared/errors';
import { ENTERPRISE, entraUser, patchOf, scimClient, scimPolicy } from '../../fixtures/scim-client';
import { ANA, useWorlds } from '../access/world';

const newWorld = useWorlds();
const HOUR_MS = 3_600_000;

/** A client that has created Ana an hour ago. */
async function start() {
  const world = await newWorld();
  world.engine.setPolicy(scimPolicy(world));
  const client = scimClient(world);
  const { body } = await client.send('POST', '/Users', entraUser(ANA));
  const createdAtMs = world.engine.clock.now();
  world.engine.clock.advance(HOUR_MS);
  const { app, clock } = world.engine;
  return {
    world,
    client,
    user: `/Users/${String(body['id'])}`,
    createdAtMs,
    lastMs: async () => app.deliveries.lastReceivedMs('hr', 'directory'),
    /** How many requests of today were heard without a delivery. */
    ignored: async () =>
      [...(await app.heartbeats.ignoredByDay('hr', 'directory', clock.now())).values()].reduce(
        (sum, count) => sum + count,
        0,
      ),
  };
}

describe('a source whose client calls', () => {
  it.each<readonly [string, string, string, unknown]>([
    ['looks for somebody', 'GET', '/Users?filter=userName eq "x"', undefined],
    ['looks for somebody who is not there', 'GET', '/Users/unknown', undefined],
    ['asks what is supported', 'GET', '/ServiceProviderConfig', undefined],
    ['repeats itself', 'PATCH', '', patchOf({ op: 'replace', path: 'active', value: true })],
    [
      'changes what says nothing',
      'PATCH',
      '',
      patchOf({ op: 'replace', path: 'name.givenName', value: 'A.' }),
    ],
  ])('is heard when it %s', async (_what, method, path, body) => {
    const { world, client, user, lastMs, ignored } = await start();
    await client.send(method, path === '' ? user : path, body);
    expect(await lastMs()).toBe(world.engine.clock.now());
    expect(await ignored()).toBe(1);
    expect(world.engine.queued()).toHaveLength(1);
  });

  it('is heard by a change that says something, which is not counted as asking for nothing', async () => {
    const { world, client, user, lastMs, ignored } = await start();
    const moved = patchOf({ op: 'replace', path: `${ENTERPRISE}:department`, value: 'Finance' });
    await client.send('PATCH', user, moved);
    expect([await lastMs(), await ignored()]).toEqual([world.engine.clock.now(), 0]);
  });

  it.each<readonly [string, string, string, unknown, string | undefined]>([
    ['without the token', 'GET', '/Users', undefined, 'another token of good length'],
    ['with a change that is refused', 'POST', '/Users', entraUser(ANA), undefined],
  ])('is not heard %s', async (_case, method, path, body, token) => {
    const { client, createdAtMs, lastMs, ignored } = await start();
    await client.send(method, path, body, token === undefined ? {} : { token });
    expect([await lastMs(), await ignored()]).toEqual([createdAtMs, 0]);
  });

  it('is answered all the same when that cannot be noted', async () => {
    const { world, user } = await start();
    const noteIgnored = async (): Promise<void> => {
      throw new AppError('storage-unavailable', 'Storage did not do what was asked');
    };
    const client = scimClient(world, { heartbeats: { noteIgnored } });
    const enabled = patchOf({ op: 'replace', path: 'active', value: true });
    const answers = [await client.send('GET', user), await client.send('PATCH', user, enabled)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(world.engine.log).toContainEqual({
      event: 'ignored-not-counted',
      feed: 'hr',
      source: 'directory',
      code: 'storage-unavailable',
    });
  });
});
