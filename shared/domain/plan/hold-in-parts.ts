import type { Hold } from './hold';

/** People of a released hold whose removals an earlier run found over, by key. */
export function peopleOver(hold: Pick<Hold, 'removals' | 'over'>): ReadonlySet<string> {
  const bits = Buffer.from(hold.over ?? '', 'base64');
  return new Set(peopleIn(hold).filter((_, at) => ((bits[at >> 3] ?? 0) >> (at & 7)) & 1));
}

/** The hold with more such people. A bit for each of its people, in the order of the removals: there may be twenty thousand. */
export function withPeopleOver(hold: Hold, more: ReadonlySet<string>): Hold {
  const known = peopleOver(hold);
  const people = peopleIn(hold);
  const bits = Buffer.alloc(Math.ceil(people.length / 8));
  for (const [at, key] of people.entries())
    if (known.has(key) || more.has(key)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  return { ...hold, over: bits.toString('base64') };
}

function peopleIn({ removals }: Pick<Hold, 'removals'>): readonly string[] {
  return [...new Set(removals.map(({ personKey }) => personKey))];
}
