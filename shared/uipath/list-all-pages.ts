import type { z } from 'zod';
import { uipathError } from './uipath-error';
import type { Operation, Transport } from './transport';
import type { ResultPage } from './wire-schemas';

/** The most that UiPath gives at once; without `top` it gives 10. */
const PAGE_SIZE = 1000;

/**
 * Reads a list to its end: a GET per 1000 entries.
 * @throws UpstreamError `uipath-answer-invalid` when the pages do not hold as many different entries as UiPath says
 * there are: a list that changed meanwhile, or a short page, must not pass for a list with fewer entries
 */
export async function listAllPages<Item extends Readonly<{ id: string }>>(
  transport: Transport,
  operation: Omit<Operation, 'method' | 'effect'>,
  schema: z.ZodType<ResultPage<Item>>,
): Promise<readonly Item[]> {
  const found = new Map<string, Item>();
  for (let read = 0; ;) {
    const url = new URL(operation.url);
    url.searchParams.set('top', `${PAGE_SIZE}`);
    url.searchParams.set('skip', `${read}`);
    const asked = { ...operation, method: 'GET', effect: 'read', url: url.href } as const;
    const { totalCount, results } = await transport.send(asked, schema);
    read += results.length;
    for (const entry of results) found.set(entry.id, entry);
    const isOver = read >= totalCount;
    if (isOver && found.size === totalCount) return [...found.values()];
    if (isOver || results.length === 0)
      throw uipathError(
        'uipath-answer-invalid',
        { ...operation, alias: transport.address.alias },
        `${found.size} entries came where UiPath counts ${totalCount}`,
        { status: 200 },
      );
  }
}
