import { describe, expect, it } from '@jest/globals';
import { AppError, errorCodeOf } from '../../../../shared/errors';
import { personKey } from '../../../../shared/domain/person-key';
import { DAY_MS, groupsOf, leaving, NEW, record } from '../desk/joined-by-mistake';
import { HOUR_MS, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { FOUR_GROUPS } from './claimed-world';
import { record as processWords, rename } from './renamed-world';

const start = useWorlds();

/** The application, while nothing more can be written into a ledger. */
function withoutWritesOf(world: World, email: string): World['engine']['app'] {
  const { app } = world.engine;
  const write: typeof app.ledger.write = async (...args) => {
    if (args[0].key === personKey(email) && args[2] !== undefined)
      throw new AppError('storage-unavailable', 'Not now');
    return app.ledger.write(...args);
  };
  return { ...app, ledger: { ...app.ledger, write } };
}

/**
 * A request put Ana into Treasury, and no outcome could be recorded; `isFound`: it could. Then her account has another address, and HR
 * names that before the hire under the first one arrives.
 */
async function hiredLate(
  isFound: boolean,
): Promise<Readonly<{ world: World; id: string; hires: () => Promise<void> }>> {
  const world = await start({ policy: FOUR_GROUPS });
  const hiredAtMs = world.engine.clock.now();
  world.engine.clock.advance(HOUR_MS);
  const until = new Date(world.engine.clock.now() + 4 * DAY_MS).toISOString();
  await world.asks('T-1', { kind: 'grant', person: ANA, group: 'Treasury', until });
  const app = isFound ? world.engine.app : withoutWritesOf(world, ANA);
  await world.engine.work(app);
  world.engine.clock.advance(MINUTE_MS);
  const failed = await world.engine.work(app).then(() => undefined, errorCodeOf);
  expect(failed).toBe(isFound ? undefined : 'storage-unavailable');
  const id = world.id(ANA);
  expect(groupsOf(world, id)).toEqual(['Treasury']);
  rename(world, ANA, NEW);
  world.engine.clock.advance(HOUR_MS);
  await world.moves(NEW, record('7'));
  await processWords(world);
  const hires = async (): Promise<void> => {
    await world.joins(ANA, { ...record('7'), saidAtMs: hiredAtMs });
    await processWords(world);
  };
  return { world, id, hires };
}

describe.each([
  ['whose account was noted', true],
  ['whose account no process came to note', false],
])('somebody %s and whose address changed before HR’s hire arrives', (_what, isFound) => {
  it('has what they asked for under the first address until it ends', async () => {
    const { world, id, hires } = await hiredLate(isFound);
    await hires();
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, id)).toEqual(['Developers', 'Users', 'Treasury']);
    for (let days = 0; days < 4; days += 1) await world.pass(DAY_MS);
    expect(groupsOf(world, id)).toEqual(['Developers', 'Users']);
  });

  it('is out of everything once they leave, in whatever order the hire and the leaving come', async () => {
    for (const isHireFirst of [true, false]) {
      const { world, id, hires } = await hiredLate(isFound);
      if (isHireFirst) await hires();
      await world.leaves(NEW, leaving('7'));
      await processWords(world);
      if (!isHireFirst) await hires();
      await world.settle();
      await world.pass(DAY_MS);
      await world.pass(DAY_MS);
      expect([isHireFirst, groupsOf(world, id)]).toEqual([isHireFirst, []]);
    }
  });
});
