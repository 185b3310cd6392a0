import { describe, expect, it } from '@jest/globals';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { HOUR_MS } from '../live-through-time';
import { ANA, BEN, byHand, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const day = (world: World, days: number): string =>
  new Date(world.engine.clock.now() + days * DAY_MS).toISOString().slice(0, 10);
const starts = (effectiveDate: string, more: object = {}) => ({
  worker: { workerId: '7' },
  effectiveDate,
  attributes: { department: 'Automation', ...more },
});

let nights = 0;
async function findingsOf(world: World): Promise<readonly string[]> {
  const { app } = world.engine;
  nights += 1;
  const report = await runAudit(
    { ...app, uipath: app.auditUiPath },
    { organization: world.alias, night: `2026040${nights}0200` },
  );
  return (report?.findings ?? []).map(({ check }) => check).toSorted();
}

describe('somebody whose start took effect and was moved ahead', () => {
  it('stays out until then, also where HR says it once more a month later', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    await world.pass(2 * DAY_MS);
    const begins = day(world, 60);
    await world.joins(ANA, starts(begins));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(35 * DAY_MS);
    expect(world.members('Developers')).toEqual([]);
    // The record was edited, and the source tells of it as of every record that starts later.
    await world.joins(ANA, starts(begins, { title: 'Lead' }));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(30 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('stays out until then, where their end is known and said with each word', async () => {
    const world = await start();
    const ends = day(world, 90);
    await world.joins(ANA, starts(day(world, 0)));
    await world.leaves(ANA, { worker: { workerId: '7' }, lastWorkingDay: ends });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    await world.pass(2 * DAY_MS);
    const begins = day(world, 10);
    await world.joins(ANA, starts(begins));
    await world.leaves(ANA, { worker: { workerId: '7' }, lastWorkingDay: ends });
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(11 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    await world.pass(90 * DAY_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it('is held with the others of a wrong export, also when HR says it of them once more', async () => {
    const world = await start({ policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } } });
    const all = [ANA, BEN, CARA];
    const one = (email: string, effectiveDate: string, more: object = {}) => ({
      worker: { workerId: email },
      effectiveDate,
      attributes: { department: 'Automation', ...more },
    });
    for (const email of all) await world.joins(email, one(email, day(world, 0)));
    await world.settle();
    await world.pass(2 * DAY_MS);
    const begins = day(world, 20);
    for (const email of all) await world.joins(email, one(email, begins));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual(all);
    for (const email of all) {
      await world.pass(DAY_MS);
      await world.joins(email, one(email, begins, { title: 'Lead' }));
      await world.settle();
      await world.pass(HOUR_MS);
    }
    expect(world.members('Developers')).toEqual(all);
  });

  it('is no finding when they begin: nobody had left', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(2 * DAY_MS);
    await world.joins(ANA, starts(day(world, 5)));
    await world.settle();
    await world.pass(6 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await findingsOf(world)).not.toContain('present-in-lockout');
  });

  it('and moved again has what they are given from the last day on, and a grant of the time before does not come back', async () => {
    const world = await start();
    await world.joins(ANA, starts(day(world, 0)));
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.settle();
    await world.pass(DAY_MS);
    await world.joins(ANA, starts(day(world, 6)));
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.members('Finance')).toEqual([]);
    await world.joins(ANA, starts(day(world, 3)));
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.members('Developers')).toEqual([]);
    await world.pass(3 * DAY_MS);
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[ANA], []]);
    await world.pass(DAY_MS);
    await world.joins(ANA, starts(day(world, 4)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(world.members('Developers')).toEqual([]);
  });

  it('of one record of two keeps what the other gives', async () => {
    const world = await start();
    await world.joins(ANA, { worker: { workerId: '3' }, attributes: { department: 'Finance' } });
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(DAY_MS);
    await world.joins(ANA, starts(day(world, 8)));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[], [ANA], [ANA]]);
    byHand(world, 'Treasury', [world.id(ANA)]);
    await world.leaves(ANA, { worker: { workerId: '3' }, immediate: true });
    await world.settle();
    await world.pass(HOUR_MS);
    expect(['Developers', 'Users', 'Finance', 'Treasury'].map(world.members)).toEqual([[], [], [], []]);
    await world.pass(9 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('within the grace of a move has nothing of it', async () => {
    const world = await start({ policy: { mover: { graceDays: 20 } } });
    await world.joins(ANA, starts(day(world, 0)));
    await world.settle();
    await world.pass(DAY_MS);
    await world.moves(ANA, { worker: { workerId: '7' }, attributes: { department: 'Finance' } });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    await world.pass(DAY_MS);
    await world.joins(ANA, { ...starts(day(world, 5)), attributes: { department: 'Finance' } });
    await world.settle();
    await world.pass(HOUR_MS);
    expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[], [], []]);
    await world.pass(6 * DAY_MS);
    expect(['Developers', 'Users', 'Finance'].map(world.members)).toEqual([[], [ANA], [ANA]]);
  });
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

  it('ends what was given early, where it was never moved before', async () => {
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

describe('somebody who has long been at work', () => {
  const asHired = { worker: { workerId: '7' }, attributes: { department: 'Automation' } };
  /** At work since long with a grant; the hire is said again by `again`, and two days later for a day ahead. */
  async function saidAhead(
    again: (world: World, firstDay: string) => Promise<void>,
    hired: (firstDay: string) => object = () => asHired,
  ): Promise<readonly (readonly string[])[]> {
    const world = await start();
    const firstDay = day(world, 0);
    await world.joins(ANA, { ...hired(firstDay) });
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P900D' });
    await world.settle();
    await world.pass(400 * DAY_MS);
    await again(world, firstDay);
    await world.pass(2 * DAY_MS);
    await world.joins(ANA, starts(day(world, 20)));
    await world.settle();
    await world.pass(HOUR_MS);
    return ['Developers', 'Finance'].map(world.members);
  }

  it.each<[string, Parameters<typeof saidAhead>[0]]>([
    ['not at all', async () => {}],
    ['without a date', async (world) => world.joins(ANA, asHired)],
    ['with its date', async (world, firstDay) => world.joins(ANA, starts(firstDay))],
    ['with a date of today', async (world) => world.joins(ANA, starts(day(world, 0)))],
    [
      'without a date, twice',
      async (world) => {
        await world.joins(ANA, asHired);
        await world.pass(DAY_MS);
        await world.joins(ANA, asHired);
      },
    ],
    [
      'for a day ahead that has come',
      async (world) => {
        await world.joins(ANA, starts(day(world, 3)));
        await world.pass(5 * DAY_MS);
      },
    ],
  ])(
    'keeps what they have when their hire is said again %s, and then for a day ahead',
    async (_what, again) => {
      expect(await saidAhead(again)).toEqual([[ANA], [ANA]]);
      expect(await saidAhead(again, starts)).toEqual([[ANA], [ANA]]);
    },
  );

  it('and left, and was hired again lately, has nothing while that start is moved ahead', async () => {
    const again = async (world: World): Promise<void> => {
      await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
      await world.pass(DAY_MS);
      await world.joins(ANA, asHired);
      await world.pass(DAY_MS);
      await world.joins(ANA, asHired);
      await world.settle();
      expect(world.members('Developers')).toEqual([ANA]);
    };
    expect(await saidAhead(again)).toEqual([[], []]);
  });
});
