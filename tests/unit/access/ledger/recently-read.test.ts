import { describe, expect, it } from '@jest/globals';
import { createRecent } from '../../../../shared/access/ledger/recently-read';

function world() {
  let nowMs = 0;
  let count = 0;
  let fault: Error | undefined;
  const waiting: Array<() => void> = [];
  const clock = { now: () => nowMs, sleep: async () => Promise.resolve() };
  const recent = createRecent(
    async () => {
      const value = (count += 1);
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (fault !== undefined) throw fault;
      return value;
    },
    clock,
    { freshMs: 10, toldMs: 100 },
  );
  return {
    recent,
    pass: (ms: number) => (nowMs += ms),
    fail: (error: Error | undefined) => (fault = error),
    answer: () => waiting.splice(0).forEach((resolve) => resolve()),
    count: () => count,
  };
}

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what was read a moment ago', () => {
  it('is read once by all who ask, told while it is fresh, and read anew behind what is told', async () => {
    const { recent, pass, answer, count } = world();
    const first = [recent.read('acme'), recent.read('acme')];
    answer();
    expect((await Promise.all(first)).map((read) => read?.value)).toEqual([1, 1]);
    pass(9);
    expect((await recent.read('acme'))?.value).toBe(1);
    pass(9);
    expect((await recent.read('acme'))?.value).toBe(1);
    expect(count()).toBe(2);
    answer();
    await settled();
    expect((await recent.read('acme'))?.value).toBe(2);
    pass(200);
    const late = recent.read('acme');
    answer();
    expect((await late)?.value).toBe(3);
  });

  it('is not waited for longer than somebody waits, and is there when they ask again', async () => {
    const { recent, answer } = world();
    expect(await recent.read('acme', 5)).toBeUndefined();
    answer();
    await settled();
    expect((await recent.read('acme', 5))?.value).toBe(1);
  });

  it('is read anew after it was forgotten, also while it was being read', async () => {
    const { recent, answer } = world();
    const before = recent.read('acme');
    recent.forget('acme');
    const after = recent.read('acme');
    answer();
    expect((await before)?.value).toBe(1);
    expect((await after)?.value).toBe(2);
    expect((await recent.read('acme'))?.value).toBe(2);
  });

  it('fails whoever waits, and is tried again by the next', async () => {
    const { recent, answer, fail } = world();
    fail(new Error('away'));
    const failing = recent.read('acme');
    answer();
    await expect(failing).rejects.toThrow('away');
    fail(undefined);
    const again = recent.read('acme');
    answer();
    expect((await again)?.value).toBe(2);
  });
});
