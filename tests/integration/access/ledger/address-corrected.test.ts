import { expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { formerAccountKey } from '../../../../shared/domain/person-key';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { addAccount, DAY_MS, groupsOf, ledgerAt, NEW, record } from '../desk/joined-by-mistake';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { record as processWords } from './renamed-world';
import { POLICY } from './replaced-world';

const start = useWorlds();
const OWN = ['Developers', 'Users'];

type Told = Readonly<{ world: World; first: string; second: string }>;

/** HR tells an address of Ana's that leads to another account, which is processed, and not planned yet. */
async function toldAnother(): Promise<Told> {
  const world = await start({ policy: POLICY });
  await world.joins(ANA, record('7'));
  await world.settle();
  const [first, second] = [world.id(ANA), addAccount(world, NEW)];
  await world.pass(DAY_MS);
  await world.moves(NEW, record('7'));
  await processWords(world);
  return { world, first, second };
}

const corrects = async (world: World): Promise<void> => {
  world.engine.clock.advance(1000);
  await world.moves(ANA, record('7'));
};

const isToldReplaced = async ({ world, first }: Told): Promise<boolean> =>
  (await ledgerAt(world, formerAccountKey(first))) !== undefined &&
  (await world.ledger(ANA))?.replaced !== undefined;

it('an address that is corrected right after the account was found to be replaced leads back to the account', async () => {
  const told = await toldAnother();
  const { world, first, second } = told;
  const { app } = world.engine;
  let isOver = false;
  const write: typeof app.ledger.write = async (...args) => {
    await app.ledger.write(...args);
    if (isOver || !(await isToldReplaced(told))) return;
    isOver = true;
    await corrects(world);
    await processWords(world);
  };
  await applyChanges({ ...app, ledger: { ...app.ledger, write } }, { organization: world.alias });
  expect(isOver).toBe(true);
  await live(world, HOUR_MS);
  for (let days = 0; days < 3; days += 1) await world.pass(DAY_MS);
  expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, []]);
  expect((await world.ledger(ANA))?.replaced).toBeUndefined();
});

it('and so it does wherever the process dies in the run before', async () => {
  for (let steps = 1, isOver = false; !isOver; steps += 1) {
    const { world, first, second } = await toldAnother();
    isOver = await applyChanges(dyingAfter(world.engine.app, countdown(steps)), {
      organization: world.alias,
    }).then(
      () => true,
      () => false,
    );
    await corrects(world);
    await live(world, HOUR_MS);
    for (let days = 0; days < 10; days += 1) await world.pass(DAY_MS);
    expect([steps, groupsOf(world, first), groupsOf(world, second)]).toEqual([steps, OWN, []]);
  }
});
