import { problem, Refusal } from './reply';
import type { Call } from './route';

export type SortOrder = 'asc' | 'desc';

/** @throws Refusal when the parameter is neither asc nor desc. */
export function sortOrderOf({ query }: Pick<Call, 'query'>): SortOrder {
  const order = (query.get('sortOrder') ?? 'asc').toLowerCase();
  if (order === 'asc' || order === '0') return 'asc';
  if (order === 'desc' || order === '1') return 'desc';
  throw new Refusal(problem({ sortOrder: [`The value '${order}' is not valid.`] }));
}

export function sorted<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | number,
  order: SortOrder,
): readonly Item[] {
  const sign = order === 'asc' ? 1 : -1;
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .toSorted((a, b) => sign * (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ item }) => item);
}
