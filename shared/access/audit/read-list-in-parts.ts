import type { z } from 'zod';
import { readWholeList } from '../../uipath/list-all-pages';
import type { KeptPart, ResumableReader } from './resumable-snapshot-reader';

/** A page as it is kept: what was counted when it was read, and its entries in their order. */
type KeptPage<Entries> = Readonly<{ totalCount: number; entries: Entries }>;

type ListToRead<Entry, Kept> = Readonly<{
  name: string;
  /** The shape of a page. */
  schema: z.ZodType<KeptPage<readonly Entry[]>, KeptPage<Kept>>;
  idOf: (entry: Entry) => string;
}>;

/**
 * Reads a list that comes in pages, each page a part of its own, `<name>:0`, `<name>:1` and so on: one that is longer than a
 * window's reads goes on in the next window. Pages of a list that changed while it was read stay under their own names.
 */
export async function readListInParts<Entry, Kept>(
  reader: Pick<ResumableReader, 'part'>,
  { name, schema, idOf }: ListToRead<Entry, Kept>,
  readPage: (skip: number) => Promise<KeptPage<Kept>>,
): Promise<KeptPart<readonly Entry[]>> {
  let unread = 'uipath-answer-invalid';
  const list = await readWholeList(async ({ reading, index, skip }) => {
    const part = await reader.part(
      { name: reading === 0 ? `${name}:${index}` : `${name}:again-${reading}:${index}`, schema },
      async () => readPage(skip),
    );
    if (part.kind === 'unknown') {
      unread = part.code;
      return undefined;
    }
    const { totalCount, entries } = part.value();
    return { totalCount, ids: entries.map(idOf), entriesOf: () => part.value().entries };
  });
  if (list.kind !== 'whole') return { kind: 'unknown', code: unread };
  const pages = list.pages.map(({ entriesOf }) => entriesOf);
  return {
    kind: 'known',
    value: () => pages.flatMap((entriesOf, index) => entriesOf().slice(index === 0 ? 0 : 1)),
  };
}
