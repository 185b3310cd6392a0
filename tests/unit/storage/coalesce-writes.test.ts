import { describe, expect, it } from '@jest/globals';
import { coalesceWrites } from '../../../shared/storage/coalesce-writes';

/** A write that ends when it is told to. */
function heldWrite() {
  const writes: Array<
    Readonly<{
      items: readonly number[];
      end: (results: readonly string[]) => void;
      fail: (e: Error) => void;
    }>
  > = [];
  const write = async (items: readonly number[]): Promise<readonly string[]> =>
    new Promise((end, fail) => {
      writes.push({ items, end, fail });
    });
  const echo = (index: number): void => writes[index]?.end(writes[index].items.map((item) => `<${item}>`));
  return { writes, write, echo };
}
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('joined writes', () => {
  it('writes a single item at once', async () => {
    const { writes, write, echo } = heldWrite();
    const answer = coalesceWrites(3, write)(1);
    expect(writes.map(({ items }) => items)).toEqual([[1]]);
    echo(0);
    await expect(answer).resolves.toBe('<1>');
  });

  it('joins what comes while a write is on its way, up to the most, and answers each with its own', async () => {
    const { writes, write, echo } = heldWrite();
    const insert = coalesceWrites(3, write);
    const answers = Promise.all([1, 2, 3, 4, 5].map(insert));
    for (const index of [0, 1, 2]) {
      echo(index);
      await settled();
    }
    expect(writes.map(({ items }) => items)).toEqual([[1], [2, 3, 4], [5]]);
    await expect(answers).resolves.toEqual(['<1>', '<2>', '<3>', '<4>', '<5>']);
  });

  it('tells a failure to all who share the write, and goes on with the next', async () => {
    const { writes, write, echo } = heldWrite();
    const insert = coalesceWrites(2, write);
    const answers = Promise.allSettled([1, 2, 3, 4].map(insert));
    echo(0);
    await settled();
    writes[1]?.fail(new Error('storage is down'));
    await settled();
    echo(2);
    expect((await answers).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });
});
