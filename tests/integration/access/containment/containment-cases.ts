import { OTHER_FAULTS } from './faults-beside-the-writer';
import { WRITER_FAULTS } from './faults-of-the-writer';
import type { Lasting } from './play-faults';
import type { UnitFault } from './unit-fault';

type Case = Readonly<{ title: string; lasting: readonly Lasting[] }>;
type How = Lasting['how'];

const FAULTS: readonly UnitFault[] = [...WRITER_FAULTS, ...OTHER_FAULTS];
const UNITS = [...new Set(FAULTS.map(({ unit }) => unit))];

function caseOf(...lasting: readonly Lasting[]): Case {
  const title = lasting.map(({ fault, how }) => `${how}, of a ${fault.unit}: ${fault.how}`).join(' | ');
  return { lasting, title };
}

/** Each fault by itself: as one that passes, and as one that stays. */
export const ALONE: readonly Case[] = FAULTS.flatMap((fault) => [
  caseOf({ fault, how: 'passes' }),
  caseOf({ fault, how: 'stays' }),
]);

function pairsOf(
  first: UnitFault,
  second: UnitFault,
  ways: ReadonlyArray<readonly [How, How]>,
): readonly Case[] {
  return ways.map(([one, other]) => caseOf({ fault: first, how: one }, { fault: second, how: other }));
}

/** Each pair of units once, both with a fault that stays; which one of the unit's changes from pair to pair. */
export const A_PAIR_OF_EACH: readonly Case[] = UNITS.flatMap((unit, index) =>
  UNITS.slice(index + 1).flatMap((other, offset) => {
    const [ones, others] = [unit, other].map((wanted) => FAULTS.filter((fault) => fault.unit === wanted));
    const first = ones?.[offset % ones.length];
    const second = others?.[index % others.length];
    return first === undefined || second === undefined ? [] : pairsOf(first, second, [['stays', 'stays']]);
  }),
);

/** Every fault with every fault of another unit, each as one that passes and as one that stays. */
export const ALL_PAIRS: readonly Case[] = FAULTS.flatMap((first, index) =>
  FAULTS.slice(index + 1)
    .filter(({ unit }) => unit !== first.unit)
    .flatMap((second) =>
      pairsOf(first, second, [
        ['stays', 'stays'],
        ['passes', 'stays'],
        ['stays', 'passes'],
        ['passes', 'passes'],
      ]),
    ),
);
