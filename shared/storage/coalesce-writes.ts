type QueuedWrite<Item, Result> = Readonly<{
  item: Item;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}>;

/**
 * Items that come while a write is on its way share the next one, up to `most` of them: many callers at once cost one
 * transaction, a single caller waits for nobody. `write` answers in the order of its items; its failure is theirs.
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
