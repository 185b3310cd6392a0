import type { Engine } from './engine';

/** Something that happens at an instant of the simulated time. */
export type Happening = Readonly<{ atMs: number; run: () => Promise<void> }>;

/**
 * Plays what happens and what it brings, in the order of the simulated time, until nothing waits any more.
 * @throws Error when that takes longer than `withinMs` of simulated time: something goes round in circles
 */
export async function play(
  engine: Pick<Engine, 'clock' | 'queues' | 'work'>,
  happenings: readonly Happening[],
  withinMs: number,
): Promise<void> {
  const { clock, queues } = engine;
  const endsAtMs = clock.now() + withinMs;
  const coming = happenings.toSorted((a, b) => a.atMs - b.atMs).values();
  let next = coming.next();
  for (;;) {
    const times = [next.done === true ? undefined : next.value.atMs, queues.nextDueAtMs()];
    const atMs = Math.min(...times.filter((time) => time !== undefined));
    if (!Number.isFinite(atMs)) return;
    if (atMs > endsAtMs) throw new Error(`Work is left after ${withinMs / 1000} simulated seconds`);
    clock.moveTo(atMs);
    for (; next.done !== true && next.value.atMs <= clock.now(); next = coming.next()) await next.value.run();
    await engine.work();
  }
}
