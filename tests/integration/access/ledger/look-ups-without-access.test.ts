import { describe, expect, it } from '@jest/globals';
import { useWorlds } from '../world';
import { DAY_MS } from './renamed-world';

const start = useWorlds();
const SALES = { attributes: { department: 'Sales' } };

describe('a workforce without access', () => {
  it('is looked up once, twenty in a call, and a day later whoever HR speaks of again', async () => {
    const world = await start();
    const people = Array.from({ length: 45 }, (_, number) => `worker-${number}@acme.example`);
    world.calls();
    for (const email of people) await world.joins(email, SALES);
    await world.settle();
    expect(world.calls()).toEqual({ D5: 3 });
    for (const email of people) await world.moves(email, SALES);
    await world.settle();
    await world.pass(DAY_MS);
    expect(world.calls()).toEqual({});
    for (const email of people.slice(0, 30)) await world.moves(email, SALES);
    await world.settle();
    expect(world.calls()).toEqual({ D5: 2 });
  });
});
