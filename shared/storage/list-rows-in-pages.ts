const LARGEST_PAGE = 1_000;

/** Lists rows in pages of at most `most` + 1, for callers that stop after a few: the default page has 1,000 rows. */
export async function* listRowsInPages<T>(
  rows: Readonly<{ byPage: (settings: { maxPageSize: number }) => AsyncIterable<readonly T[]> }>,
  most: number,
): AsyncGenerator<T> {
  for await (const page of rows.byPage({ maxPageSize: Math.min(most + 1, LARGEST_PAGE) })) yield* page;
}
