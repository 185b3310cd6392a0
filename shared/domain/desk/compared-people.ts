import { fold } from '../fold';
import type { ExplainedGroup } from './explained-group';

/** A group that one of two people is in, or has a reason to be in, with what each has of it. */
export type ComparedGroup = Readonly<{
  group: string;
  of: 'first' | 'second' | 'both';
  /** null: they are not in it, and have no reason to be. */
  first: ExplainedGroup | null;
  second: ExplainedGroup | null;
}>;

/** What two people have, side by side: what only one of them has before what both have, each by name. */
export function comparePeople(
  first: readonly ExplainedGroup[],
  second: readonly ExplainedGroup[],
): readonly ComparedGroup[] {
  const [ofFirst, ofSecond] = [had(first), had(second)];
  const order = ['first', 'second', 'both'];
  return [...new Set([...ofFirst.keys(), ...ofSecond.keys()])]
    .map((key): ComparedGroup => {
      const [one = null, other = null] = [ofFirst.get(key), ofSecond.get(key)];
      const of = one === null ? 'second' : other === null ? 'first' : 'both';
      return { group: one?.group ?? other?.group ?? key, of, first: one, second: other };
    })
    .toSorted(
      (a, b) => order.indexOf(a.of) - order.indexOf(b.of) || (fold(a.group) < fold(b.group) ? -1 : 1),
    );
}

function had(groups: readonly ExplainedGroup[]): ReadonlyMap<string, ExplainedGroup> {
  return new Map(
    groups
      .filter(({ isMember, reasons }) => isMember || reasons.length > 0)
      .map((one) => [fold(one.group), one]),
  );
}
