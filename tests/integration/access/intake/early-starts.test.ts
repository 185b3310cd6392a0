import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const day = (world: World, days: number): string =>
  new Date(world.engine.clock.now() + days * DAY_MS).toISOString().slice(0, 10);
const starts = (effectiveDate: string, more: object = {}) => ({
  worker: { workerId: '7' },
  effectiveDate,
  attributes: { department: 'Automation', ...more },
});

describe('a start that took effect and is moved ahead', () => {
  it('ends what was given early, also where it was moved to and fro before it came', async () => {
    const world = await start();
    const first = day(world, 10);
    await world.joins(ANA, starts(first));
    await world.settle();
    await world.pass(2 * DAY_MS);
    await world.joins(ANA, starts(day(world, 30)));
    await world.settle();
    await world.pass(2 * DAY_MS);
    await world.joins(ANA, starts(first));
    await world.settle();
    await world.pass(7 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.joins(ANA, starts(day(world, 20)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(21 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('control: the same without moving to and fro', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 10)));
    await world.settle();
    await world.pass(11 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.joins(ANA, starts(day(world, 20)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it('is no rehire because of an end that was taken back', async () => {
    const world = await start();
    const today = day(world, 0);
    await world.joins(ANA, starts(today));
    await world.settle();
    await world.pass(DAY_MS);
    await world.leaves(ANA, { worker: { workerId: '7' }, lastWorkingDay: day(world, 6) });
    await world.settle();
    await world.pass(DAY_MS);
    await world.joins(ANA, starts(today));
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.joins(ANA, starts(day(world, 20)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it('and then called off: the hire does not come', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(2 * DAY_MS);
    await world.joins(ANA, starts(day(world, 10)));
    await world.settle();
    await world.pass(DAY_MS);
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.settle();
    await world.pass(12 * DAY_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it('and moved back to today begins today', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(2 * DAY_MS);
    await world.joins(ANA, starts(day(world, 10)));
    await world.settle();
    await world.pass(3 * DAY_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.pass(9 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('twice: begun anew, and moved ahead again, ends again', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(2 * DAY_MS);
    await world.joins(ANA, starts(day(world, 5)));
    await world.settle();
    await world.pass(6 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.joins(ANA, starts(day(world, 5)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(6 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('a start said for the same day in an hour of another zone is no move of whoever began', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(2 * HOUR_MS);
    await world.joins(ANA, starts(day(world, 0), { title: 'x' }));
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('that is said late, out of order, ends as of when it was said', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(2 * DAY_MS);
    const saidAtMs = world.engine.clock.now();
    const begins = day(world, 10);
    await world.pass(DAY_MS);
    await world.moves(ANA, { worker: { workerId: '7' }, attributes: { department: 'Finance' } });
    await world.settle();
    await world.joins(ANA, { ...starts(begins), saidAtMs });
    await world.settle();
    await world.pass(HOUR_MS);
    expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[], [], []]);
    await world.pass(10 * DAY_MS);
    expect(['Users', 'Finance'].map(world.members)).toEqual([[ANA], [ANA]]);
  });

  it('of a rehire keeps who left before out, and ends', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(60 * DAY_MS);
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.settle();
    await world.pass(60 * DAY_MS);
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.joins(ANA, starts(day(world, 10)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(11 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });
});
