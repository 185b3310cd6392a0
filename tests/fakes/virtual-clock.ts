/** A clock that jumps to the earliest of those who sleep once nobody has anything else to do. */
export function createVirtualClock(startMs = 0) {
  let nowMs = startMs;
  const sleeping: Array<Readonly<{ untilMs: number; wake: () => void }>> = [];
  return {
    now: () => nowMs,
    sleep: async (ms: number) =>
      new Promise<void>((resolve) => {
        sleeping.push({ untilMs: nowMs + ms, wake: resolve });
      }),
    /** Runs until all of these have ended. */
    run: async (tasks: ReadonlyArray<Promise<unknown>>): Promise<void> => {
      const open = new Set(tasks);
      const all = Promise.allSettled(tasks.map(async (task) => task.finally(() => open.delete(task))));
      while (open.size > 0) {
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        const [next] = sleeping.toSorted((a, b) => a.untilMs - b.untilMs);
        if (open.size === 0 || next === undefined) continue;
        sleeping.splice(sleeping.indexOf(next), 1);
        nowMs = Math.max(nowMs, next.untilMs);
        next.wake();
      }
      await all;
    },
  };
}
