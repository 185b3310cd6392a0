import { describe, expect, it } from '@jest/globals';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const AUTOMATION = { name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] };

async function aWorld(maxIdsPerPut = 2): Promise<World> {
  return start({ policy: { maxIdsPerPut, birthright: [AUTOMATION] } });
}

/** How many PUTs it takes to have two people join. */
async function putsFor(world: World, ...people: readonly string[]): Promise<number> {
  world.calls();
  for (const email of people) await world.joins(email);
  await world.settle();
  expect(world.members('Developers')).toEqual(expect.arrayContaining([...people]));
  return world.calls()['G4'] ?? 0;
}

function refuseOnce(world: World, status: 400 | 409): void {
  world.engine.uipath.inject({ kind: 'answer', status, match: { endpoint: 'G4' } });
}

describe('the most ids that a PUT carries', () => {
  it('is less after a refusal whose halves were both taken, in later runs too', async () => {
    const world = await aWorld();
    refuseOnce(world, 400);
    expect(await putsFor(world, ANA, BEN)).toBe(3);
    expect(await putsFor(world, CARA, DAN)).toBe(2);
  });

  it('is what it was after a small PUT was refused once, which says nothing of the size', async () => {
    const world = await aWorld(4);
    refuseOnce(world, 400);
    expect(await putsFor(world, ANA, BEN)).toBe(3);
    expect(await putsFor(world, CARA, DAN)).toBe(1);
  });

  it('is what it was after a conflict, which says nothing of the size', async () => {
    const world = await aWorld();
    refuseOnce(world, 409);
    expect(await putsFor(world, ANA, BEN)).toBe(3);
    expect(await putsFor(world, CARA, DAN)).toBe(1);
  });

  it('is tried larger again a day later', async () => {
    const world = await aWorld();
    refuseOnce(world, 400);
    await putsFor(world, ANA, BEN);
    world.engine.clock.advance(DAY_MS);
    expect(await putsFor(world, CARA, DAN)).toBe(1);
  });

  it('is learnt anew where UiPath still refuses more: a refused call a day is what that costs', async () => {
    const world = await aWorld();
    world.engine.uipath.setSwitches({ maxIdsPerPut: 1 });
    await putsFor(world, ANA, BEN);
    world.engine.clock.advance(DAY_MS);
    expect(await putsFor(world, CARA, DAN)).toBe(3);
    const ledger = await world.engine.app.ledger.read(organizationSubject(world.alias));
    expect(ledger?.value).toMatchObject({ maxIdsPerPut: 1, maxIdsLearntMs: expect.any(Number) });
  });
});
