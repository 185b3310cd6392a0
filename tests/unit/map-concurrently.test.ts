import { describe, expect, it } from '@jest/globals';
import { mapConcurrently } from '../../shared/map-concurrently';

/** Calls that end when the test says so. */
function createCalls() {
  const begun: number[] = [];
  const ends = new Map<number, { resolve: (value: number) => void; reject: (reason: unknown) => void }>();
  return {
    begun,
    end: (item: number) => ends.get(item)?.resolve(item * 10),
    fail: (item: number, reason: unknown) => ends.get(item)?.reject(reason),
    call: async (item: number) => {
      begun.push(item);
      return new Promise<number>((resolve, reject) => {
        ends.set(item, { resolve, reject });
      });
    },
  };
}

const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('mapping concurrently', () => {
  it('keeps the order of the items and the width, whatever ends first', async () => {
    const calls = createCalls();
    const mapped = mapConcurrently([1, 2, 3], 2, calls.call);
    await turn();
    expect(calls.begun).toEqual([1, 2]);
    calls.end(2);
    await turn();
    expect(calls.begun).toEqual([1, 2, 3]);
    calls.end(3);
    calls.end(1);
    await expect(mapped).resolves.toEqual([10, 20, 30]);
  });

  it('begins no further call after a failure, and rejects with it once the running calls have ended', async () => {
    const calls = createCalls();
    let outcome = 'running';
    const mapped = mapConcurrently([1, 2, 3, 4], 2, calls.call).catch((error: Error) => {
      outcome = error.message;
    });
    await turn();
    calls.fail(1, new Error('first'));
    await turn();
    expect([calls.begun, outcome]).toEqual([[1, 2], 'running']);
    calls.fail(2, new Error('second'));
    await mapped;
    expect([calls.begun, outcome]).toEqual([[1, 2], 'first']);
  });

  it('makes no call for no items', async () => {
    await expect(mapConcurrently([], 4, async () => Promise.reject(new Error('asked')))).resolves.toEqual([]);
  });
});
