import { fold } from './fold';

/** Groups by folded name, in the order given. UiPath may have several whose names differ only in case or Unicode form. */
export function groupsByName<G extends Readonly<{ name: string }>>(
  groups: Iterable<G>,
): ReadonlyMap<string, readonly G[]> {
  const byName = new Map<string, G[]>();
  for (const group of groups) {
    const name = fold(group.name);
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [group]);
    else same.push(group);
  }
  return byName;
}
