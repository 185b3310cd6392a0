import { describe, expect, it } from '@jest/globals';
import { closeDeadDelivery } from '../../../../shared/access/desk/close-dead-delivery';
import { sweepDueAndPendingWork } from '../../../../shared/access/sweep-due-and-pending-work';
import { listDeadDeliveries } from '../../../../shared/access/ledger/list-dead-deliveries';
import { retryDeadDeliveriesOf, retryDeadDelivery } from '../../../../shared/access/desk/retry-dead-delivery';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { AppError } from '../../../../shared/errors';
import { errorOf } from '../../../fakes/error-of';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds('emulator');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const anybody = { by: keyHolder('olga'), mayDecide: () => true };
const CHAIN = { organization: 'acme', kind: 'organization', key: 'organization' } as const;

/** People who joined, and whose deliveries could not be processed. */
async function withDead(...people: readonly string[]): Promise<Readonly<{ world: World; ids: string[] }>> {
  const world = await start();
  for (const person of people) await world.joins(person);
  const ids: string[] = [];
  for (const entry of world.engine.queued()) {
    if (entry.queue !== 'deliveries') continue;
    ids.push(entry.message.deliveryId);
    await world.engine.app.deadDeliveries.fail(entry.message, {
      code: 'source-unknown',
      tries: 5,
      atMs: world.engine.clock.now(),
    });
  }
  await world.settle();
  return { world, ids };
}

const idsOf = async (world: World): Promise<readonly string[]> =>
  (await listDeadDeliveries(world.engine.app, world.alias)).flatMap(({ deliveries }) =>
    deliveries.map(({ deliveryId }) => deliveryId),
  );

const decisionsOf = async (world: World, kind: string) =>
  (await world.evidence(CHAIN)).filter((record) => record.kind === kind).map(({ facts }) => facts);

describe('a dead delivery', () => {
  it('is listed with its source, and nothing of what it says', async () => {
    const { world, ids } = await withDead(ANA);
    const [found] = await listDeadDeliveries(world.engine.app, world.alias);
    expect(found).toMatchObject({
      source: { feed: 'hr', name: 'standard' },
      deliveries: [{ deliveryId: ids[0], receivedAtMs: world.engine.clock.now() }],
    });
    expect(JSON.stringify(found?.deliveries)).not.toContain(ANA);
  });

  it('is found and put back although another source cannot be read, which is listed as such', async () => {
    const { world, ids } = await withDead(ANA);
    const { app } = world.engine;
    const unlessTickets =
      <A extends readonly [{ feed: string } | string, ...unknown[]], R>(read: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        const [first] = args;
        const feed = typeof first === 'string' ? first : first.feed;
        if (feed === 'ticket') throw new AppError('storage-unavailable', 'No');
        return read(...args);
      };
    const { list, get } = app.deadDeliveries;
    const deadDeliveries = { ...app.deadDeliveries, list: unlessTickets(list), get: unlessTickets(get) };
    const deps = { ...app, deadDeliveries };
    const found = await listDeadDeliveries(deps, world.alias);
    expect(
      found.map(({ source, deliveries, unreadable }) => [source.feed, deliveries.length, unreadable]),
    ).toEqual([
      ['hr', 1, undefined],
      ['ticket', 0, 'storage-unavailable'],
    ]);
    const { code } = await errorOf(async () =>
      retryDeadDeliveriesOf(deps, world.alias, 'ticket/standard', anybody),
    );
    expect(code).toBe('storage-unavailable');
    await retryDeadDelivery(deps, world.alias, ids[0] ?? '', anybody);
    const none = await errorOf(async () => retryDeadDelivery(deps, world.alias, 'f'.repeat(64), anybody));
    expect(none.code).toBe('storage-unavailable');
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('is processed once after it was put back, and the evidence says by whom', async () => {
    const { world, ids } = await withDead(ANA);
    await retryDeadDelivery(world.engine.app, world.alias, ids[0] ?? '', anybody);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await idsOf(world)).toEqual([]);
    expect(await decisionsOf(world, 'deliveries-retried')).toEqual([
      { feed: 'hr', source: 'standard', deliveryIds: ids, by: keyHolder('olga') },
    ]);
    expect((await world.kinds(ANA)).filter((kind) => kind === 'worker-event')).toHaveLength(1);
    expect(await world.fault(CHAIN)).toBeUndefined();
  });

  it('that two people put back at the same moment is put back once', async () => {
    const { world, ids } = await withDead(ANA);
    const retry = async (by: string) =>
      retryDeadDelivery(world.engine.app, world.alias, ids[0] ?? '', { ...anybody, by: keyHolder(by) });
    const settled = await Promise.allSettled([retry('olga'), retry('olga')]);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(world.engine.queued()).toHaveLength(1);
    expect(await decisionsOf(world, 'deliveries-retried')).toHaveLength(1);
  });

  it('that fails again is dead again, and both failures are told', async () => {
    const { world, ids } = await withDead(ANA);
    const { app } = world.engine;
    const [deliveryId = ''] = ids;
    await retryDeadDelivery(app, world.alias, deliveryId, anybody);
    const key = { feed: 'hr', source: 'standard', deliveryId } as const;
    await app.deadDeliveries.fail(key, { code: 'body-invalid', tries: 5, atMs: world.engine.clock.now() });
    world.engine.clock.advance(1);
    await retryDeadDelivery(app, world.alias, deliveryId, anybody);
    expect(await decisionsOf(world, 'deliveries-retried')).toHaveLength(2);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('whose message is lost is sent again by the timer', async () => {
    const { world, ids } = await withDead(ANA);
    const queues = {
      ...world.engine.app.queues,
      enqueueDelivery: async () => Promise.reject(new Error('The queue is down')),
    };
    await retryDeadDelivery({ ...world.engine.app, queues }, world.alias, ids[0] ?? '', anybody);
    expect(world.engine.queued()).toEqual([]);
    expect(world.engine.log).toContainEqual(
      expect.objectContaining({ event: 'delivery-left-to-sweep', deliveryId: ids[0] }),
    );
    world.engine.clock.advance(2 * MINUTE_MS + 1);
    expect((await sweepDueAndPendingWork(world.engine.app)).resent).toBe(1);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it.each([1, 2, 3])(
    'is neither lost nor processed twice when the process dies after write %i',
    async (last) => {
      const { world, ids } = await withDead(ANA);
      const { app } = world.engine;
      let writes = 0;
      const dying =
        <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          const result = await write(...args);
          writes += 1;
          if (writes === last) throw new Error('The process died');
          return result;
        };
      const broken = {
        ...app,
        ledger: { ...app.ledger, write: dying(app.ledger.write) },
        deadDeliveries: { ...app.deadDeliveries, reopen: dying(app.deadDeliveries.reopen) },
        queues: { ...app.queues, enqueueDelivery: dying(app.queues.enqueueDelivery) },
        log: () => {
          throw new Error('The process died');
        },
      };
      await expect(retryDeadDelivery(broken, world.alias, ids[0] ?? '', anybody)).rejects.toThrow('died');
      expect(await idsOf(world)).toEqual(last === 1 ? ids : []);
      await retryDeadDelivery(app, world.alias, ids[0] ?? '', anybody).catch(() => undefined);
      world.engine.clock.advance(2 * MINUTE_MS + 1);
      await sweepDueAndPendingWork(app);
      await world.settle();
      expect(world.members('Developers')).toEqual([ANA]);
      expect(await decisionsOf(world, 'deliveries-retried')).toHaveLength(1);
      expect((await world.kinds(ANA)).filter((kind) => kind === 'worker-event')).toHaveLength(1);
    },
  );
});

describe('all dead deliveries of a source', () => {
  it('are put back with one decision, oldest first', async () => {
    const { world, ids } = await withDead(ANA, BEN, CARA);
    expect(await retryDeadDeliveriesOf(world.engine.app, world.alias, 'hr/standard', anybody)).toBe(3);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, BEN, CARA]);
    const [facts] = await decisionsOf(world, 'deliveries-retried');
    expect(new Set(facts?.['deliveryIds'] as string[] | undefined)).toEqual(new Set(ids));
  });

  it.each([
    ['a source that has none', 'ticket/standard'],
    ['a source that there is not', 'hr/none'],
    ['no source', ''],
  ])('are none of %s', async (_what, named) => {
    const { world } = await withDead(ANA);
    const error = await errorOf(async () =>
      retryDeadDeliveriesOf(world.engine.app, world.alias, named, anybody),
    );
    expect(error.code).toBe('dead-letter-unknown');
    expect(await idsOf(world)).toHaveLength(1);
  });

  it('are none that failed later than whoever retries them has looked', async () => {
    const { world, ids } = await withDead(ANA, BEN);
    const { app, clock } = world.engine;
    const failedByMs = clock.now();
    clock.advance(MINUTE_MS);
    await world.joins(CARA);
    const [later] = world.engine.queued().flatMap((one) => (one.queue === 'deliveries' ? [one.message] : []));
    if (later === undefined) throw new Error('Nothing was enqueued');
    await app.deadDeliveries.fail(later, { code: 'source-unknown', tries: 5, atMs: clock.now() });
    const retry = async () =>
      retryDeadDeliveriesOf(app, world.alias, 'hr/standard', { ...anybody, failedByMs });
    expect(await retry()).toBe(2);
    expect(await idsOf(world)).toEqual([later.deliveryId]);
    expect((await errorOf(retry)).code).toBe('dead-letter-unknown');
    const decisions = await decisionsOf(world, 'deliveries-retried');
    expect(decisions.map((facts) => new Set(facts['deliveryIds'] as string[]))).toEqual([new Set(ids)]);
  });

  it('are put back a hundred at a time', async () => {
    const { world, ids } = await withDead(ANA);
    const { app } = world.engine;
    const [dead] = await app.deadDeliveries.list('hr', 'standard');
    if (dead === undefined) throw new Error('Nothing is dead');
    const many = Array.from({ length: 101 }, (_, index) => ({ ...dead, receivedAtMs: 200 - index }));
    const reopened: number[] = [];
    const deadDeliveries = {
      ...app.deadDeliveries,
      list: async (feed: string) => (feed === 'hr' ? many : []),
      reopen: async ({ receivedAtMs }: { receivedAtMs: number }) => reopened.push(receivedAtMs) > 0,
    };
    await retryDeadDeliveriesOf({ ...app, deadDeliveries }, world.alias, 'hr/standard', anybody);
    expect(reopened).toEqual(Array.from({ length: 100 }, (_, index) => 100 + index));
    expect(ids).toHaveLength(1);
  });
});

describe('closing a dead delivery', () => {
  it('ends it for good, for a reason, and its body is forgotten when its time has come', async () => {
    const { world, ids } = await withDead(ANA);
    const { app } = world.engine;
    await closeDeadDelivery(app, world.alias, ids[0] ?? '', { ...anybody, reason: ' Sent by mistake ' });
    expect(await idsOf(world)).toEqual([]);
    expect(await decisionsOf(world, 'delivery-closed')).toEqual([
      {
        feed: 'hr',
        source: 'standard',
        deliveryId: ids[0],
        code: 'source-unknown',
        by: keyHolder('olga'),
        reason: 'Sent by mistake',
      },
    ]);
    world.engine.clock.advance(30 * DAY_MS + 1);
    expect(await sweepDueAndPendingWork(app)).toMatchObject({ resent: 0, forgotten: 1 });
    await world.settle();
    expect(world.members('Developers')).toEqual([]);
  });

  it.each([
    ['no reason', undefined, 'is missing'],
    ['a blank one', ' \n', 'is missing'],
    ['a number', 7, 'is missing'],
    ['a list', ['x'], 'is missing'],
    ['a text past the longest', 'x'.repeat(501), 'is too long'],
  ])('takes a reason, and not %s', async (_what, reason, problem) => {
    const { world, ids } = await withDead(ANA);
    await expect(
      closeDeadDelivery(world.engine.app, world.alias, ids[0] ?? '', { ...anybody, reason }),
    ).rejects.toMatchObject({ code: 'body-invalid', fields: [{ field: 'reason', problem }] });
    expect(await idsOf(world)).toEqual(ids);
    expect(await decisionsOf(world, 'delivery-closed')).toEqual([]);
  });

  it('takes the longest reason', async () => {
    const { world, ids } = await withDead(ANA);
    const reason = 'x'.repeat(500);
    await closeDeadDelivery(world.engine.app, world.alias, ids[0] ?? '', { ...anybody, reason });
    expect(await decisionsOf(world, 'delivery-closed')).toMatchObject([{ reason }]);
  });

  it('that died after its evidence is done by whoever repeats it, with one record', async () => {
    const { world, ids } = await withDead(ANA);
    const { app } = world.engine;
    const close = async () => Promise.reject(new Error('The process died'));
    const decision = { ...anybody, reason: 'No' };
    const broken = { ...app, deadDeliveries: { ...app.deadDeliveries, close } };
    await expect(closeDeadDelivery(broken, world.alias, ids[0] ?? '', decision)).rejects.toThrow('died');
    await closeDeadDelivery(app, world.alias, ids[0] ?? '', decision);
    expect(await decisionsOf(world, 'delivery-closed')).toHaveLength(1);
    expect(await idsOf(world)).toEqual([]);
  });
});

describe('the audit', () => {
  it.each([
    [
      'processed',
      async (world: World, id: string) => retryDeadDelivery(world.engine.app, world.alias, id, anybody),
    ],
    [
      'closed',
      async (world: World, id: string) =>
        closeDeadDelivery(world.engine.app, world.alias, id, { ...anybody, reason: 'No' }),
    ],
  ])('reports a source with dead deliveries until the last of them is %s', async (_how, end) => {
    const { world, ids } = await withDead(BEN, ANA);
    const { app } = world.engine;
    const audited = async (night: string) => {
      const report = await runAudit(
        { ...app, uipath: app.auditUiPath },
        { organization: world.alias, night },
      );
      return report?.findings
        .filter(({ check }) => check === 'deliveries-dead')
        .map(({ state, subject }) => [state, subject['source'], subject['deliveries'], subject['codes']]);
    };
    expect(await audited('n1')).toEqual([['new', 'hr/standard', '2', 'source-unknown']]);
    await end(world, ids[0] ?? '');
    await world.settle();
    expect(await audited('n2')).toEqual([['open', 'hr/standard', '1', 'source-unknown']]);
    await end(world, ids[1] ?? '');
    await world.settle();
    expect((await audited('n3'))?.map(([state]) => state)).toEqual(['fixed']);
  });
});

describe('what is not dead', () => {
  const unknown = { code: 'dead-letter-unknown' };

  it('is neither put back nor closed: pending, processed, closed, unknown, of another organization, no id', async () => {
    const { world, ids } = await withDead(ANA);
    const { app } = world.engine;
    await world.joins(BEN);
    const [entry] = world.engine.queued();
    const pending = entry?.queue === 'deliveries' ? entry.message.deliveryId : '';
    const closed = ids[0] ?? '';
    await closeDeadDelivery(app, world.alias, closed, { ...anybody, reason: 'No' });
    const refuses = async (alias: string, id: string): Promise<void> => {
      await expect(retryDeadDelivery(app, alias, id, anybody)).rejects.toMatchObject(unknown);
      await expect(closeDeadDelivery(app, alias, id, { ...anybody, reason: 'No' })).rejects.toMatchObject(
        unknown,
      );
    };
    await refuses(world.alias, pending);
    await world.settle();
    await refuses(world.alias, pending);
    await refuses(world.alias, closed);
    await refuses('nobody', closed);
    for (const id of ['', 'f'.repeat(64), 'F'.repeat(64), "' or ''='", '../x', 'x'.repeat(10_000)])
      await refuses(world.alias, id);
    await expect(listDeadDeliveries(app, 'nobody')).rejects.toMatchObject(unknown);
    expect(await decisionsOf(world, 'deliveries-retried')).toEqual([]);
  });
});

describe('a source that feeds two organizations', () => {
  const twoOrganizations = (world: World) => {
    const { app } = world.engine;
    const policy = async () => {
      const one = await app.policy();
      const [source] = one.sources;
      const acme = one.organizations.get('acme');
      if (acme === undefined || source === undefined) throw new Error('The policy is not as expected');
      return {
        ...one,
        organizations: new Map([
          ['acme', acme],
          ['globex', { ...acme, alias: 'globex' }],
          ['other', { ...acme, alias: 'other' }],
        ]),
        sources: [{ ...source, organizations: ['acme', 'globex'] }],
      };
    };
    return { ...app, policy };
  };
  const only =
    (...aliases: readonly string[]) =>
    ({ alias }: Readonly<{ alias: string }>) =>
      aliases.includes(alias);

  it('shows its dead deliveries in both, and in no other', async () => {
    const { world, ids } = await withDead(DAN);
    const app = twoOrganizations(world);
    for (const alias of ['acme', 'globex'])
      expect((await listDeadDeliveries(app, alias))[0]?.deliveries[0]?.deliveryId).toBe(ids[0]);
    expect(await listDeadDeliveries(app, 'other')).toEqual([]);
    await expect(retryDeadDelivery(app, 'other', ids[0] ?? '', anybody)).rejects.toMatchObject({
      code: 'dead-letter-unknown',
    });
  });

  it('takes somebody who may decide in both', async () => {
    const { world, ids } = await withDead(DAN);
    const app = twoOrganizations(world);
    const id = ids[0] ?? '';
    const notPermitted = { code: 'not-permitted' };
    for (const mayDecide of [only('acme'), only('globex'), only()]) {
      const decider = { by: keyHolder('olga'), mayDecide };
      await expect(retryDeadDelivery(app, 'acme', id, decider)).rejects.toMatchObject(notPermitted);
      await expect(retryDeadDeliveriesOf(app, 'acme', 'hr/standard', decider)).rejects.toMatchObject(
        notPermitted,
      );
      await expect(closeDeadDelivery(app, 'acme', id, { ...decider, reason: 'No' })).rejects.toMatchObject(
        notPermitted,
      );
    }
    expect(await idsOf(world)).toEqual(ids);
    await retryDeadDelivery(app, 'globex', id, { by: keyHolder('olga'), mayDecide: only('acme', 'globex') });
    for (const organization of ['acme', 'globex'])
      expect(await world.kinds({ ...CHAIN, organization })).toEqual(['deliveries-retried']);
  });
});
