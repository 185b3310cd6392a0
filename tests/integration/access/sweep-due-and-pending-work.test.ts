import { describe, expect, it } from '@jest/globals';
import { sweepDueAndPendingWork } from '../../../shared/access/sweep-due-and-pending-work';
import { personKey } from '../../../shared/domain/person-key';
import { errorOf } from '../../fakes/error-of';
import { AppError } from '../../../shared/errors';
import { ANA, BEN, useWorlds, type World } from './world';

const start = useWorlds();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('a tick of the timer', () => {
  it('with nothing due does nothing', async () => {
    const world = await start();
    expect(await sweepDueAndPendingWork(world.engine.app)).toEqual({ due: 0, resent: 0, forgotten: 0 });
    expect(world.engine.queued()).toEqual([]);
  });

  it('marks what is due, once, however often it fires (incident 18)', async () => {
    const world = await start();
    const { app, clock } = world.engine;
    const subject = { organization: world.alias, kind: 'person', key: personKey(ANA) } as const;
    await app.due.schedule({ subject, dueAtMs: clock.now() });
    await app.due.schedule({ subject, dueAtMs: clock.now() + 1 });
    expect((await sweepDueAndPendingWork(app)).due).toBe(1);
    expect((await sweepDueAndPendingWork(app)).due).toBe(0);
    expect(await app.changes.listMarks(world.alias, 10)).toMatchObject([
      { subject, lane: 'normal', cause: 'time' },
    ]);
    expect(world.engine.queued()).toHaveLength(1);
  });

  it('that comes a week late finds everything the week brought (incident 18)', async () => {
    const world = await start();
    const nowMs = world.engine.clock.now();
    for (const [person, days] of [
      [ANA, 1],
      [BEN, 6],
    ] as const)
      await world.joins(person, {
        attributes: { department: 'Automation' },
        effectiveAt: new Date(nowMs + days * DAY_MS).toISOString(),
      });
    await world.pass(7 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA, BEN]);
  });

  it('that dies in between loses nothing', async () => {
    const world = await start();
    const { app, clock } = world.engine;
    const subject = { organization: world.alias, kind: 'person', key: personKey(ANA) } as const;
    await app.due.schedule({ subject, dueAtMs: clock.now() });
    const changes = {
      ...app.changes,
      bookRun: async () => {
        throw new AppError('storage-unavailable', 'Died');
      },
    };
    expect((await errorOf(async () => sweepDueAndPendingWork({ ...app, changes }))).code).toBe(
      'storage-unavailable',
    );
    expect((await sweepDueAndPendingWork(app)).due).toBe(1);
    expect(world.engine.queued()).toHaveLength(1);
  });

  it.each([
    ['joiner', 'normal', async (world: World) => world.joins(ANA)],
    ['leaver', 'urgent', async (world: World) => world.leaves(ANA)],
  ] as const)(
    'sends the delivery of a %s again, whose message was lost, in its own lane, and not one whose message is on its way (incident 17)',
    async (_who, lane, says) => {
      const world = await start();
      const { app } = world.engine;
      const queue = {
        enqueueDelivery: async () => {
          throw new AppError('storage-unavailable', 'Lost');
        },
      };
      Object.assign(app, { queue });
      await says(world);
      expect(world.engine.queued()).toEqual([]);
      world.engine.clock.advance(2 * MINUTE_MS);
      expect((await sweepDueAndPendingWork(app)).resent).toBe(0);
      world.engine.clock.advance(1);
      const lanes: unknown[] = [];
      const { enqueueDelivery } = app.queues;
      const queues: typeof app.queues = {
        ...app.queues,
        enqueueDelivery: async (message, sentIn, delayMs) => {
          lanes.push(sentIn);
          await enqueueDelivery(message, sentIn, delayMs);
        },
      };
      expect((await sweepDueAndPendingWork({ ...app, queues })).resent).toBe(1);
      expect(lanes).toEqual([lane]);
      expect((await sweepDueAndPendingWork(app)).resent).toBe(0);
      await world.settle();
      expect((await world.ledger(ANA))?.timeline).toHaveLength(1);
      world.engine.clock.advance(5 * MINUTE_MS);
      expect((await sweepDueAndPendingWork(app)).resent).toBe(0);
    },
  );

  it('sends a delivery that stays pending again ever less often, an hour apart at last', async () => {
    const world = await start();
    const { app, clock } = world.engine;
    await world.joins(ANA);
    const sentAfterMinutes: number[] = [];
    for (let minute = 1; minute <= 4 * 60; minute += 1) {
      clock.advance(MINUTE_MS);
      if ((await sweepDueAndPendingWork(app)).resent > 0) sentAfterMinutes.push(minute);
    }
    expect(sentAfterMinutes).toEqual([3, 8, 17, 34, 67, 128, 189]);
  });

  it('forgets payloads after the days that the settings name, but of nothing that is pending', async () => {
    const world = await start();
    const { app, clock } = world.engine;
    await world.joins(ANA);
    await world.settle();
    await world.joins(BEN);
    clock.advance(30 * DAY_MS - MINUTE_MS);
    expect((await sweepDueAndPendingWork(app)).forgotten).toBe(0);
    clock.advance(3 * MINUTE_MS);
    expect(await sweepDueAndPendingWork(app)).toMatchObject({ forgotten: 1, resent: 0 });
    clock.advance(6 * DAY_MS);
    // What was sent to UiPath for Ana is forgotten later than what was received.
    expect(await sweepDueAndPendingWork(app)).toMatchObject({ forgotten: 2 });
    clock.advance(54 * DAY_MS);
    expect(await sweepDueAndPendingWork(app)).toMatchObject({ forgotten: 0, resent: 1 });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, BEN]);
  });
});
