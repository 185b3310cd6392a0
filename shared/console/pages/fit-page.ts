import type { Markup } from '../../html/markup';

/** Of the only long list of a page: with the rest of it less than a hundred kilobytes. */
const LONGEST_BYTES = 55_000;

/**
 * The first of some items that fit into a page, as they are rendered; names from outside may be long. `next`: how many come before the
 * next page, after `skip` of before; of a list that fits as it was told. `longest`: in bytes, where a page has several lists.
 */
export function fitPage<T>(
  items: readonly T[],
  { skip, next }: Readonly<{ skip: number; next: number | null }>,
  render: (item: T) => Markup,
  longest = LONGEST_BYTES,
): Readonly<{ rendered: readonly Markup[]; next: number | null }> {
  const rendered: Markup[] = [];
  let bytes = 0;
  for (const item of items) {
    const one = render(item);
    bytes += Buffer.byteLength(one.html);
    if (rendered.length > 0 && bytes > longest) return { rendered, next: skip + rendered.length };
    rendered.push(one);
  }
  return { rendered, next };
}
