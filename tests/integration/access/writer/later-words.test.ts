import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../live-through-time';
import { useWorlds, type World } from '../world';
import { leave, limit, membersOf, move, ONE, openHolds, SIX, startWithSix } from '../wrong-export';

const start = useWorlds();
const DAY_MS = 24 * HOUR_MS;
const SUSPENDS = { absence: { access: 'suspend' } };

async function sayAbsent(world: World, people: readonly string[]): Promise<void> {
  for (const email of people)
    await world.engine.post('hr', {
      schemaVersion: 1,
      type: 'worker.absent',
      id: `absent-${email}-${world.engine.clock.now()}`,
      worker: { email },
    });
  await world.settle();
}

describe('what a guard holds of a wrong export about departments', () => {
  it.each([
    ['the same once more', { department: 'Finance' }],
    ['the same beside something new', { department: 'Finance', title: 'Senior' }],
  ])('stays held when HR says %s of one after the other', async (_words, attributes) => {
    const world = await startWithSix(start, { batch: limit(4) });
    await move(world, SIX, 'Finance');
    for (const person of SIX) {
      world.engine.clock.advance(2 * HOUR_MS);
      await world.moves(person, { attributes });
      await world.settle();
    }
    expect(membersOf(world, 'Developers')).toBe(SIX.length);
    expect(await openHolds(world)).toHaveLength(1);
  });

  it('goes for whom HR corrected and then moved in earnest, also weeks after it expired', async () => {
    const sales = { department: 'Sales' };
    const world = await startWithSix(start, { batch: limit(4) }, {}, sales);
    await move(world, SIX, 'Automation');
    world.engine.clock.advance(DAY_MS);
    await move(world, SIX, 'Sales');
    world.engine.clock.advance(10 * MINUTE_MS);
    await move(world, SIX, 'Automation');
    world.engine.clock.advance(DAY_MS);
    await move(world, [ONE], 'Sales');
    expect(membersOf(world, 'Developers')).toBe(SIX.length - 1);
    await world.pass(38 * DAY_MS);
    await move(world, SIX.slice(1, 2), 'Sales');
    expect(membersOf(world, 'Developers')).toBe(SIX.length - 2);
    expect(await openHolds(world)).toEqual([]);
  });

  it('goes for whom HR corrected and moved in earnest where the group was renamed meanwhile', async () => {
    const world = await startWithSix(start, { batch: limit(4) });
    await move(world, SIX, 'Finance');
    world.engine.clock.advance(10 * MINUTE_MS);
    await move(world, SIX, 'Automation');
    const group = world.engine.uipath.organization(world.alias).groups.get(world.groupId('Developers'));
    Object.assign(group ?? {}, { name: 'Devs' });
    world.engine.clock.advance(DAY_MS);
    await move(world, [ONE], 'Finance');
    expect(membersOf(world, 'Devs')).toBe(SIX.length - 1);
  });

  it('stays held when the policy gives more days of grace', async () => {
    const world = await startWithSix(start, { day: limit(3) });
    await move(world, SIX.slice(0, 3), 'Finance');
    world.engine.clock.advance(HOUR_MS);
    await move(world, SIX.slice(3), 'Finance');
    expect(membersOf(world, 'Developers')).toBe(3);
    world.engine.clock.advance(DAY_MS);
    world.setPolicy({ guards: { day: limit(3) }, mover: { graceDays: 3 } });
    for (const person of SIX.slice(3))
      await world.asks(`R-${person}`, { kind: 'grant', person, group: 'Finance', duration: 'P30D' });
    for (let day = 0; day < 6; day += 1) await world.pass(DAY_MS);
    expect(membersOf(world, 'Developers')).toBe(3);
  });
});

describe('what a guard holds of wrong absences', () => {
  it('stays held when one of them is said again', async () => {
    const world = await startWithSix(start, { batch: limit(4) }, SUSPENDS);
    await sayAbsent(world, SIX);
    expect(await openHolds(world)).toHaveLength(1);
    world.engine.clock.advance(2 * HOUR_MS);
    await sayAbsent(world, [ONE]);
    expect(membersOf(world, 'Developers')).toBe(SIX.length);
  });

  it('stays held when the same group is approved for one of them', async () => {
    const world = await startWithSix(start, { batch: limit(4) }, SUSPENDS);
    await sayAbsent(world, SIX);
    world.engine.clock.advance(2 * HOUR_MS);
    await world.asks('R1', { kind: 'grant', person: ONE, group: 'Developers', duration: 'P30D' });
    await world.pass(HOUR_MS);
    expect(membersOf(world, 'Developers')).toBe(SIX.length);
  });
});

it('a grant that is called off before it begins lets nothing go', async () => {
  const world = await startWithSix(start, { batch: limit(4) });
  await move(world, SIX, 'Finance');
  const { clock } = world.engine;
  clock.advance(2 * HOUR_MS);
  const [validFrom, validUntil] = [2, 20].map((days) => new Date(clock.now() + days * DAY_MS).toISOString());
  await world.asks('R1', { kind: 'grant', person: ONE, group: 'Developers', validFrom, validUntil });
  clock.advance(HOUR_MS);
  await world.asks('R2', { kind: 'revoke', person: ONE, group: 'Developers' });
  await world.pass(3 * DAY_MS);
  await world.asks('R3', { kind: 'grant', person: ONE, group: 'Finance', duration: 'P5D' });
  await world.pass(HOUR_MS);
  expect(membersOf(world, 'Developers')).toBe(SIX.length);
});

it('an old hire that is sent again, with the leaving after it, lets nothing go', async () => {
  const world = await startWithSix(start, { batch: limit(4) });
  const joinedOn = new Date(world.engine.clock.now() - 9 * DAY_MS).toISOString();
  await leave(world, SIX);
  world.engine.clock.advance(2 * HOUR_MS);
  await world.joins(ONE, { effectiveAt: joinedOn });
  await leave(world, [ONE]);
  expect(membersOf(world, 'Developers')).toBe(SIX.length);
});
