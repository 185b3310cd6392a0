import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { AppError } from '../../../../shared/errors';
import { HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, byHand, useWorlds, type World } from '../world';
import { leave, limit, membersOf, ONE, openHolds, releaseAll, SIX, startWithSix } from '../wrong-export';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const DAY_MS = 24 * HOUR_MS;

describe('after a wrong export that was corrected', () => {
  it.each([
    ['a group that a line gives', async () => undefined],
    ['a group that nobody manages', async (world: World) => byHand(world, 'Treasury', [world.id(ONE)])],
  ])('somebody who leaves in earnest goes at once, also out of %s', async (_group, before) => {
    const world = await startWithSix(start, { batch: limit(4) });
    await before(world);
    await leave(world, SIX);
    expect(await openHolds(world)).toHaveLength(1);
    for (const person of SIX) await world.joins(person);
    await world.settle();
    world.engine.clock.advance(DAY_MS);
    await leave(world, [ONE]);
    expect(membersOf(world, 'Developers')).toBe(SIX.length - 1);
    expect(membersOf(world, 'Treasury')).toBe(0);
  });

  it('somebody who asks for another group meanwhile is held still', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await leave(world, SIX);
    world.engine.clock.advance(2 * HOUR_MS);
    await world.asks('R', { kind: 'grant', person: ONE, group: 'Finance', duration: 'P30D' });
    await world.settle();
    expect(membersOf(world, 'Developers')).toBe(SIX.length);
  });

  it('somebody who is said to have left once more is held still', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await leave(world, SIX);
    world.engine.clock.advance(2 * HOUR_MS);
    await leave(world, [ONE]);
    expect(membersOf(world, 'Developers')).toBe(SIX.length);
  });

  it('those who leave in earnest all at once are held', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await leave(world, SIX);
    for (const person of SIX) await world.joins(person);
    await world.settle();
    world.engine.clock.advance(DAY_MS);
    await leave(world, SIX);
    expect(membersOf(world, 'Developers')).toBe(SIX.length);
    expect(await openHolds(world)).toHaveLength(1);
  });
});

describe('what nobody releases', () => {
  it('is held on, in the same plan, and goes when it is released', async () => {
    const world = await startWithSix(start, { day: limit(3) });
    await leave(world, SIX.slice(0, 3));
    world.engine.clock.advance(HOUR_MS);
    await leave(world, SIX.slice(3));
    const [held] = await openHolds(world);
    await world.pass(7 * DAY_MS + MINUTE_MS);
    expect(membersOf(world, 'Developers')).toBe(3);
    expect(await openHolds(world)).toMatchObject([{ hash: held?.hash, heldAtMs: held?.heldAtMs }]);
    await world.pass(7 * DAY_MS + MINUTE_MS);
    expect(membersOf(world, 'Developers')).toBe(3);
    await releaseAll(world);
    expect(membersOf(world, 'Developers')).toBe(0);
  });

  it('is no plan any more when it expires and everybody is at work again', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await leave(world, SIX);
    for (const person of SIX) await world.joins(person);
    await world.pass(7 * DAY_MS + MINUTE_MS);
    expect(await openHolds(world)).toEqual([]);
    expect(membersOf(world, 'Developers')).toBe(SIX.length);
  });

  it('stays on the page without a gap where others joined it, and where somebody is looked at meanwhile', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await world.joins(ANA);
    await world.settle();
    await leave(world, SIX);
    world.engine.clock.advance(40 * MINUTE_MS);
    await leave(world, [ANA]);
    world.engine.clock.advance(7 * DAY_MS - 3 * HOUR_MS);
    await world.asks('R', { kind: 'grant', person: ONE, group: 'Finance', duration: 'P30D' });
    for (let step = 0; step < 30; step += 1) {
      await world.pass(10 * MINUTE_MS);
      const named = (await openHolds(world)).flatMap(({ removals }) => removals);
      expect(new Set(named.map(({ personKey }) => personKey)).size).toBe(SIX.length + 1);
    }
    expect(membersOf(world, 'Developers')).toBe(SIX.length + 1);
  });
});

type ChangeHold = World['engine']['app']['holds']['change'];

describe('a hold that others join', () => {
  it.each<[string, (change: ChangeHold) => ChangeHold]>([
    [
      'closing it got no answer and storage was asked again',
      (change) =>
        async (...args) => {
          await change(...args);
          throw new AppError('storage-conflict', 'Somebody else changed this plan at the same time');
        },
    ],
    [
      'a writer before this one closed it at the same time',
      (change) =>
        async (...args) => {
          await change(...args);
          return change(...args);
        },
    ],
  ])('goes on to hold whom it held, where %s', async (_what, closing) => {
    const world = await startWithSix(start, { batch: limit(4) });
    await world.joins(ANA);
    await world.settle();
    await leave(world, SIX);
    world.engine.clock.advance(40 * MINUTE_MS);
    const { app, clock, work } = world.engine;
    await world.leaves(ANA);
    await work();
    clock.advance(MINUTE_MS);
    await work({ ...app, holds: { ...app.holds, change: closing(app.holds.change) } });
    const open = await openHolds(world);
    const held = open.flatMap(({ removals }) => removals.map(({ personKey }) => personKey));
    expect([open.length, new Set(held).size]).toEqual([1, SIX.length + 1]);
    await live(world, HOUR_MS);
    expect(membersOf(world, 'Developers')).toBe(SIX.length + 1);
    await releaseAll(world);
    expect(membersOf(world, 'Developers')).toBe(0);
  });
});

describe('what nobody released when it expires', () => {
  it('stays on the page while UiPath is away, and can be released', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await leave(world, SIX);
    world.engine.uipath.inject({ kind: 'answer', status: 500, match: {}, times: 'always' });
    world.engine.clock.advance(7 * DAY_MS);
    await live(world, HOUR_MS);
    expect(await openHolds(world)).toHaveLength(1);
    for (const { hash } of await openHolds(world))
      await releaseHold(world.engine.app, world.alias, hash, keyHolder('olga'));
    world.engine.uipath.clearFaults();
    await live(world, HOUR_MS);
    expect(membersOf(world, 'Developers')).toBe(0);
  });

  it.each([
    ['before', false],
    ['after', true],
  ])(
    'is held on, and once in the evidence, where the process dies %s its row is written',
    async (_when, isAfter) => {
      const world = await startWithSix(start, { batch: limit(4) });
      await leave(world, SIX);
      const { app, clock, tick } = world.engine;
      clock.advance(7 * DAY_MS + MINUTE_MS);
      await tick();
      const change: typeof app.holds.change = async (...args) => {
        if (isAfter) await app.holds.change(...args);
        throw new Error('The process died');
      };
      await applyChanges({ ...app, holds: { ...app.holds, change } }, { organization: world.alias }).catch(
        () => undefined,
      );
      await live(world, HOUR_MS);
      const kinds = await world.kinds(organizationSubject(world.alias));
      expect(kinds.filter((kind) => kind === 'removals-held-on')).toHaveLength(1);
      expect(await openHolds(world)).toHaveLength(1);
    },
  );
});

describe('removals that a person released', () => {
  it('are done once in the evidence, where the process dies before their plan is closed', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await leave(world, SIX);
    const [hold] = await openHolds(world);
    const { app } = world.engine;
    await releaseHold(app, world.alias, hold?.hash ?? '', keyHolder('olga'));
    const change: typeof app.holds.change = async () => {
      throw new Error('The process died');
    };
    await applyChanges({ ...app, holds: { ...app.holds, change } }, { organization: world.alias }).catch(
      () => undefined,
    );
    await live(world, HOUR_MS);
    const kinds = await world.kinds(organizationSubject(world.alias));
    expect(kinds.filter((kind) => kind === 'plan-done')).toHaveLength(1);
  });

  it('do not have what ends within the hour held', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    const { clock } = world.engine;
    await world.joins(ANA, { attributes: { department: 'Finance' } });
    await world.asks('R', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P1D' });
    await world.settle();
    clock.advance(DAY_MS - 30 * MINUTE_MS);
    await leave(world, SIX);
    await releaseAll(world);
    expect(membersOf(world, 'Developers')).toBe(1);
    await world.pass(31 * MINUTE_MS);
    expect(membersOf(world, 'Developers')).toBe(0);
  });

  it('do not have the leavers of the day held', async () => {
    const world = await startWithSix(start, { batch: limit(4), day: limit(6) });
    await world.joins(ANA);
    await world.settle();
    await leave(world, SIX);
    await releaseAll(world);
    world.engine.clock.advance(3 * HOUR_MS);
    await leave(world, [ANA]);
    expect(membersOf(world, 'Developers')).toBe(0);
  });
});
