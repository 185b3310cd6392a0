import type { z } from 'zod';
import { uipathError } from './uipath-error';
import type { Operation, Transport } from './transport';
import type { ResultPage } from './wire-schemas';

/** The most that UiPath gives at once; without `top` it gives 10. */
const PAGE_SIZE = 1000;

/** How often a list is read that changes while it is read. */
const MOST_READINGS = 3;

/** Which page is asked for: `skip` entries before it, in which reading of the list. */
type PageAt = Readonly<{ reading: number; index: number; skip: number }>;

/** What a page says of its list: how many entries that has, and the ids of those in the page, in order. */
type ListedPage = Readonly<{ totalCount: number; ids: readonly string[] }>;

/** `changed`: it did so each time, or never added up. `unread`: a page of it could not be read. */
type WholeList<Page> =
  Readonly<{ kind: 'whole'; pages: readonly Page[] }> | Readonly<{ kind: 'changed' | 'unread' }>;

/**
 * Reads a list by offset to its end. Every page begins with the last entry of the page before: where another one stands there,
 * or the count differs, the list changed meanwhile and an entry may have moved from a page that is still to come into one that
 * was read. The list is then read again from its beginning. `readPage` gives undefined for a page that cannot be read.
 */
export async function readWholeList<Page extends ListedPage>(
  readPage: (at: PageAt) => Promise<Page | undefined>,
): Promise<WholeList<Page>> {
  for (let reading = 0; reading < MOST_READINGS; reading += 1) {
    const list = await readOnce(async (index, skip) => readPage({ reading, index, skip }));
    if (list.kind !== 'changed') return list;
  }
  return { kind: 'changed' };
}

async function readOnce<Page extends ListedPage>(
  readPage: (index: number, skip: number) => Promise<Page | undefined>,
): Promise<WholeList<Page>> {
  const pages: Page[] = [];
  const found = new Set<string>();
  let read = 0;
  let last: string | undefined;
  let total: number | undefined;
  for (;;) {
    const page = await readPage(pages.length, Math.max(0, read - 1));
    if (page === undefined) return { kind: 'unread' };
    const { totalCount, ids } = page;
    total ??= totalCount;
    if (totalCount !== total || (last !== undefined && ids[0] !== last)) return { kind: 'changed' };
    pages.push(page);
    for (const id of ids) found.add(id);
    const more = last === undefined ? ids.length : ids.length - 1;
    read += more;
    last = ids.at(-1);
    if (read >= total) return found.size === total ? { kind: 'whole', pages } : { kind: 'changed' };
    if (more === 0) return { kind: 'changed' };
  }
}

/** One page of a list, after so many entries. */
export async function readListPage<Item>(
  transport: Transport,
  operation: Omit<Operation, 'method' | 'effect'>,
  schema: z.ZodType<ResultPage<Item>>,
  skip: number,
): Promise<ResultPage<Item>> {
  const url = new URL(operation.url);
  url.searchParams.set('top', `${PAGE_SIZE}`);
  url.searchParams.set('skip', `${skip}`);
  return transport.send({ ...operation, method: 'GET', effect: 'read', url: url.href }, schema);
}

/**
 * Reads a list to its end: a GET for the first 1000 entries, and one for each 999 more.
 * @throws UpstreamError `uipath-answer-invalid` when the pages do not hold as many different entries as UiPath says
 * there are, or do not join, each time the list is read: a list that changes meanwhile, or a short page, must not pass for a
 * list with fewer entries
 */
export async function listAllPages<Item extends Readonly<{ id: string }>>(
  transport: Transport,
  operation: Omit<Operation, 'method' | 'effect'>,
  schema: z.ZodType<ResultPage<Item>>,
): Promise<readonly Item[]> {
  const list = await readWholeList(async ({ skip }) => {
    const { totalCount, results } = await readListPage(transport, operation, schema, skip);
    return { totalCount, results, ids: results.map(({ id }) => id) };
  });
  if (list.kind !== 'whole')
    throw uipathError(
      'uipath-answer-invalid',
      { ...operation, alias: transport.address.alias },
      `the list changed each of ${MOST_READINGS} times it was read, or does not hold what UiPath counts`,
      { status: 200 },
    );
  const found = new Map<string, Item>();
  for (const { results } of list.pages) for (const entry of results) found.set(entry.id, entry);
  return [...found.values()];
}
