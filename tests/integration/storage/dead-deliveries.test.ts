import { describe, expect, it } from '@jest/globals';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const HOUR_MS = 3_600_000;
const BODY = '{"hello":"world"}';
const failure = { code: 'source-unknown', tries: 5, atMs: 2_000 } as const;

async function aDelivery(options: Readonly<{ isDead: boolean; body?: string }> = { isDead: true }) {
  const deliveries = createDeliveries(storage());
  const dead = createDeadDeliveries(storage());
  const key = { feed: 'hr', source: newName('source'), deliveryId: 'a1b2' } as const;
  const delivery = { ...key, receivedAtMs: 1_000, contentType: 'application/json' };
  await deliveries.insert({ ...delivery, body: Buffer.from(options.body ?? BODY) });
  if (options.isDead) await dead.fail(key, failure);
  const found = async () => {
    const letter = await dead.get(key);
    if (letter === undefined) throw new Error('The delivery is not dead');
    return letter;
  };
  const state = async () => {
    const read = await deliveries.read(key);
    const pending = await deliveries.listPending('hr', key.source, HOUR_MS);
    return {
      read: read === undefined || read === 'done' ? read : Buffer.from(read.body).toString(),
      pending: pending.length,
      dead: (await dead.list('hr', key.source)).length,
    };
  };
  return { deliveries, dead, key, found, state };
}

describe('a refused delivery', () => {
  const refused = (source: string, changes: object = {}) => ({
    feed: 'hr' as const,
    source,
    receivedAtMs: 1_000,
    contentType: 'application/json',
    body: Buffer.from(BODY),
    code: 'body-invalid',
    fields: [{ field: 'employees[1].id', problem: 'Must be a text' }],
    ...changes,
  });

  it.each([10, 100_000])(
    'is the newest of its cause, with how many there were, of %d bytes',
    async (bytes) => {
      const dead = createDeadDeliveries(storage());
      const source = newName('source');
      const fields = [{ field: 'employees[7].id', problem: 'Must be a text' }];
      const body = Buffer.alloc(bytes, 'x');
      await dead.keepRefused(refused(source));
      await dead.keepRefused(refused(source, { receivedAtMs: 3_000, body, fields }));
      const [found, ...others] = await dead.list('hr', source);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        receivedAtMs: 3_000,
        history: [{ kind: 'refused', atMs: 3_000, sinceMs: 1_000, code: 'body-invalid', times: 2, fields }],
      });
      if (found === undefined) return;
      expect(await dead.reopen(found, { by: 'olga', atMs: 4_000 })).toBe(true);
      const read = await createDeliveries(storage()).read(found);
      expect(typeof read === 'object' && Buffer.from(read.body).equals(body)).toBe(true);
    },
  );

  it('is another once somebody decided on the last', async () => {
    const dead = createDeadDeliveries(storage());
    const source = newName('source');
    await dead.keepRefused(refused(source));
    const [first] = await dead.list('hr', source);
    if (first === undefined) throw new Error('Nothing is kept');
    await dead.reopen(first, { by: 'olga', atMs: 4_000 });
    await dead.keepRefused(refused(source));
    const [second, ...others] = await dead.list('hr', source);
    expect(others).toEqual([]);
    expect(second?.deliveryId).not.toBe(first.deliveryId);
    expect(second?.history).toMatchObject([{ times: 1 }]);
    await dead.fail(first, { ...failure, atMs: 5_000 });
    expect(
      (await dead.list('hr', source)).map(({ history }) => history.length).toSorted((a, b) => a - b),
    ).toEqual([1, 3]);
  });

  it('is one of 256 at most, however many causes a sender finds, and each is counted once', async () => {
    const dead = createDeadDeliveries(storage());
    const source = newName('source');
    for (let number = 0; number < 300; number += 1)
      await dead.keepRefused(
        refused(source, { fields: [{ field: `attributes.x${number}`, problem: 'No' }] }),
      );
    const found = await dead.list('hr', source);
    expect(found.length).toBeLessThanOrEqual(256);
    const times = found.flatMap(({ history }) =>
      history.map((event) => (event.kind === 'refused' ? event.times : 0)),
    );
    expect(times.reduce((sum, count) => sum + count, 0)).toBe(300);
  });

  it('is counted whole when many come at once', async () => {
    const dead = createDeadDeliveries(storage());
    const source = newName('source');
    await Promise.all([1, 2, 3].map(async () => dead.keepRefused(refused(source))));
    expect((await dead.list('hr', source)).map(({ history }) => history)).toMatchObject([[{ times: 3 }]]);
  });

  it('is nothing when it was accepted before', async () => {
    const { dead, key } = await aDelivery({ isDead: false });
    await dead.keepRefused(refused(key.source), key.deliveryId);
    expect(await dead.list('hr', key.source)).toEqual([]);
  });
});

describe('a dead delivery', () => {
  it('is done, keeps its body, and is not sent again (incident 17)', async () => {
    const { deliveries, dead, key, found, state } = await aDelivery();
    await dead.fail(key, { ...failure, atMs: 3_000 });
    expect(await state()).toEqual({ read: 'done', pending: 0, dead: 1 });
    expect(await deliveries.forgetBodies('hr', key.source, HOUR_MS)).toBe(0);
    const row = await (
      await storage().table('deliveries')
    ).getEntity<{ outcome: string; body: Uint8Array }>(`hr:${key.source}`, `d:${key.deliveryId}`);
    expect([row.outcome, Buffer.from(row.body).toString()]).toEqual(['failed: source-unknown', BODY]);
    expect(await found()).toEqual({
      ...key,
      receivedAtMs: 1_000,
      history: [{ kind: 'failed', code: 'source-unknown', tries: 5, atMs: 2_000 }],
    });
  });

  it('is never one that nobody took in, or that is done', async () => {
    const { deliveries, dead, key, state } = await aDelivery({ isDead: false });
    await deliveries.complete(key, 'recorded');
    await dead.fail(key, failure);
    await dead.fail({ ...key, deliveryId: 'none' }, failure);
    expect(await state()).toEqual({ read: 'done', pending: 0, dead: 0 });
  });

  it('that is put back is pending with its body, and dies again with the whole history', async () => {
    const { deliveries, dead, key, found, state } = await aDelivery();
    expect(await dead.reopen(await found(), { by: 'olga', atMs: 5_000 })).toBe(true);
    expect(await state()).toEqual({ read: BODY, pending: 1, dead: 0 });
    expect(await deliveries.listPending('hr', key.source, 5_000)).toEqual([]);
    await dead.fail(key, { code: 'body-invalid', tries: 5, atMs: 6_000 });
    expect((await found()).history.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['failed', 2_000],
      ['retried', 5_000],
      ['failed', 6_000],
    ]);
  });

  it('that is put back and processed is done, and its body is forgotten', async () => {
    const { deliveries, dead, key, found, state } = await aDelivery();
    await dead.reopen(await found(), { by: 'olga', atMs: 5_000 });
    await deliveries.complete(key, 'recorded');
    expect(await state()).toEqual({ read: 'done', pending: 0, dead: 0 });
    expect(await deliveries.forgetBodies('hr', key.source, 1_001)).toBe(1);
  });

  it('that several people put back and close at the same moment obeys one of them', async () => {
    const { dead, found, state } = await aDelivery();
    const letter = await found();
    const done = await Promise.all([
      dead.reopen(letter, { by: 'olga', atMs: 5_000 }),
      dead.reopen(letter, { by: 'ben', atMs: 5_000 }),
      dead.close(letter),
    ]);
    expect(done.filter(Boolean)).toHaveLength(1);
    const { pending, dead: left } = await state();
    expect([pending, left]).toEqual([done[2] ? 0 : 1, 0]);
  });

  it.each([
    ['small', BODY],
    ['large', 'x'.repeat(70_000)],
  ])('that is closed is done for good, and its %s body is forgotten', async (_size, body) => {
    const { deliveries, dead, key, found, state } = await aDelivery({ isDead: true, body });
    const letter = await found();
    expect(await dead.close(letter)).toBe(true);
    expect(await state()).toEqual({ read: 'done', pending: 0, dead: 0 });
    expect(await dead.reopen(letter, { by: 'olga', atMs: 5_000 })).toBe(false);
    expect(await dead.close(letter)).toBe(false);
    expect(await deliveries.forgetBodies('hr', key.source, 1_000)).toBe(0);
    expect(await deliveries.forgetBodies('hr', key.source, 1_001)).toBe(1);
    expect(await deliveries.insert({ ...key, ...delivered(body) })).toBe('duplicate-done');
  });

  it('that another message processed after all is dead no more', async () => {
    const { deliveries, key, state } = await aDelivery();
    await deliveries.complete(key, 'recorded');
    expect(await state()).toEqual({ read: 'done', pending: 0, dead: 0 });
  });

  it('keeps its body when it is put back while bodies are forgotten', async () => {
    const { dead, found, key, state } = await aDelivery();
    const letter = await found();
    const table = await storage().table('deliveries');
    let reads = 0;
    const between = Object.assign(Object.create(table) as typeof table, {
      getEntity: async (...asked: Parameters<typeof table.getEntity>) => {
        reads += 1;
        await dead.reopen(letter, { by: 'olga', atMs: 5_000 });
        return table.getEntity(...asked);
      },
    });
    const racing = createDeliveries({ ...storage(), table: async () => between });
    expect(await racing.forgetBodies('hr', key.source, HOUR_MS)).toBe(0);
    expect(reads).toBe(1);
    expect(await state()).toEqual({ read: BODY, pending: 1, dead: 0 });
  });
});

function delivered(body: string) {
  return { receivedAtMs: 9_000, contentType: 'application/json', body: Buffer.from(body) };
}
