import type { LogLevel } from './core-api';
import type { Schedule } from './timer-schedule';
import type { TimerStatus, TimerStatusStore } from './timer-status';

/** Longer waits than this overflow Node's timers. */
const MAX_WAIT_MS = 2_000_000_000;

export type TimerRun = Readonly<{ isPastDue: boolean; status: TimerStatus | undefined }>;

export type TimerOptions = Readonly<{
  schedule: Schedule;
  store: TimerStatusStore;
  /** Whether ticks start it, or requests alone. */
  isScheduled: boolean;
  runOnStartup: boolean;
  run: (run: TimerRun) => Promise<void>;
  log: (level: LogLevel, message: string) => void;
}>;

export type Timer = Readonly<{
  /** Starts a run, after the one that is under way. It leaves the schedule's status as it is. */
  runNow: () => Promise<void>;
  stop: () => Promise<void>;
}>;

/** The timer trigger: one run at a time, and one late run for all ticks that were missed while no host was up. */
export async function startTimer(options: TimerOptions): Promise<Timer> {
  const { schedule, store, log } = options;
  let wait: NodeJS.Timeout | undefined;
  let isStopped = false;
  let tail: Promise<void> = Promise.resolve();
  let ticking: Promise<void> = Promise.resolve();

  const enqueue = (run: () => Promise<void>): Promise<void> => {
    const result = tail.then(run);
    tail = result.catch(() => undefined);
    return result;
  };

  const save = async (lastMs: number | undefined): Promise<void> => {
    const now = Math.max(Date.now(), lastMs ?? 0);
    await store.write({
      Last: new Date(lastMs ?? now).toISOString(),
      Next: new Date(schedule(now)).toISOString(),
      LastUpdated: new Date(now).toISOString(),
    });
  };

  const tick = (dueMs: number, isPastDue: boolean): void => {
    ticking = runTick(dueMs, isPastDue);
  };

  const runTick = async (dueMs: number, isPastDue: boolean): Promise<void> => {
    const status = await store.read().catch((error: unknown) => {
      log('error', `the status was not read: ${String(error)}`);
      return undefined;
    });
    // A failed run is not repeated before the next tick; its error is logged where it is caught.
    await enqueue(() => options.run({ isPastDue, status })).catch(() => undefined);
    await save(dueMs).catch((error: unknown) => log('error', `the status was not saved: ${String(error)}`));
    // A timer may fire a little early: the tick that just ran must not come again.
    arm(schedule(Math.max(Date.now(), dueMs)));
  };

  const arm = (dueMs: number): void => {
    if (isStopped) return;
    const waitMs = dueMs - Date.now();
    wait = setTimeout(
      () => (waitMs > MAX_WAIT_MS ? arm(dueMs) : tick(dueMs, false)),
      Math.min(Math.max(0, waitMs), MAX_WAIT_MS),
    );
  };

  if (options.isScheduled) {
    const now = Date.now();
    const known = await store.read();
    const expected = known === undefined ? undefined : schedule(Date.parse(known.LastUpdated));
    if (known === undefined) await save(undefined);
    if (expected !== undefined && expected < now) tick(expected, true);
    else if (options.runOnStartup) tick(now, false);
    else arm(schedule(now));
  }

  return {
    runNow: () =>
      enqueue(async () => {
        await options.run({ isPastDue: false, status: await store.read() });
      }),
    stop: async () => {
      isStopped = true;
      clearTimeout(wait);
      // With the note that the tick was run: without it the next start would take it for missed.
      await Promise.all([tail, ticking]);
    },
  };
}
