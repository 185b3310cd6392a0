import { expect, it } from '@jest/globals';
import type { Attack } from './attack';
import { runAttacks } from './run-attacks';
import type { Target } from './target';

/** Targets by their number, the first is 1. */
function targets(): () => Target {
  let opened = 0;
  return () => {
    opened += 1;
    return { number: opened, close: async () => undefined } as never;
  };
}
const numberOf = (target: Target): number => (target as unknown as { number: number }).number;

function attack(id: string, succeedsIn: number, controlWorksFrom: number): Attack {
  const run: Attack['run'] = async (target) => numberOf(target) === succeedsIn;
  const works = async (target: Target): Promise<boolean> => numberOf(target) >= controlWorksFrom;
  return { id, boundary: 'sender', tries: '', must: '', run, control: { id, says: '', works } };
}

it('tries what was not proven again in a target of its own, and believes what happens there', async () => {
  const told: string[] = [];
  const attacks = [
    attack('fails', 0, 1),
    attack('succeeds', 1, 1),
    attack('proven-later', 0, 2),
    attack('succeeds-later', 2, 2),
    attack('never-proven', 0, 3),
  ];
  const results = await runAttacks(attacks, targets(), ({ attack: { id } }) => told.push(id));
  expect(results.map((one) => [one.attack.id, one.outcome])).toEqual([
    ['fails', 'failed'],
    ['succeeds', 'succeeded'],
    ['proven-later', 'failed'],
    ['succeeds-later', 'succeeded'],
    ['never-proven', 'unproven'],
  ]);
  expect(told.slice(5).toSorted()).toEqual(['never-proven', 'proven-later', 'succeeds-later']);
});
