type QueuedWrite<Item, Result> = Readonly<{
  item: Item;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}>;

/**
 * Coalesces writes: items that arrive while a write is in flight share the next one, up to `most` of them. Many
 * concurrent callers cost one transaction; a single caller does not wait. `write` answers in the order of its items;
 * its failure rejects all of them.
 */
export function coalesceWrites<Item, Result>(
  most: number,
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  const waiting: Array<QueuedWrite<Item, Result>> = [];
  let writing = false;

  const writeNext = async (): Promise<void> => {
    const part = waiting.splice(0, most);
    try {
      const results = await write(part.map(({ item }) => item));
      for (const [index, result] of results.entries()) part[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of part) reject(error);
    }
  };
  const drain = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) await writeNext();
    writing = false;
  };
  return async (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!writing) void drain();
    });
}
