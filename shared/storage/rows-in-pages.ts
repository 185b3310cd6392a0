const LARGEST_PAGE = 1_000;

/** Rows a few at a time where only a few are looked at: a page is 1,000 otherwise, whatever is made of it. */
export async function* rowsInPages<T>(
  rows: Readonly<{ byPage: (settings: { maxPageSize: number }) => AsyncIterable<readonly T[]> }>,
  most: number,
): AsyncGenerator<T> {
  for await (const page of rows.byPage({ maxPageSize: Math.min(most + 1, LARGEST_PAGE) })) yield* page;
}
