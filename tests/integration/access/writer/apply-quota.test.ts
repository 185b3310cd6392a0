import { describe, expect, it } from '@jest/globals';
import { ANA, BEN, CARA, DAN, useWorlds } from '../world';

const start = useWorlds();

describe('a run that used up the quota', () => {
  it('writes down whom it found, so that the next run does not ask UiPath for them again', async () => {
    const world = await start({
      policy: {
        maxIdsPerPut: 1,
        groups: { Developers: {} },
        birthright: [{ name: 'all', groups: ['Developers'] }],
      },
      engine: {
        quota: {
          limits: { GET: 300, POST: 24_000, PUT: 1, PATCH: 9, DELETE: 9 },
          share: 1,
          reserve: 0,
        },
      },
    });
    const people = [ANA, BEN, CARA, DAN];
    for (const person of people) await world.joins(person);
    await world.settle();
    expect(world.members('Developers')).toEqual(people);
    const calls = world.calls();
    expect(calls['G4']).toBe(people.length);
    expect(calls['D5']).toBe(1);
  });
});
