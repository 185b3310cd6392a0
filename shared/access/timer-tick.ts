import type { Clock } from '../clock';
import type { Log } from '../log-interface';
import { mapConcurrently } from '../map-concurrently';
import { containTimedUnit, type TimedUnit } from './ledger/contain-timed-unit';

/** One firing of the timer: what it may take, and what failed in it. */
export type Tick = Readonly<{
  nowMs: number;
  /** Works on units side by side. One that fails keeps back no other; from the end of the tick on none is begun. */
  each: <T>(
    kind: TimedUnit['kind'],
    units: readonly T[],
    width: number,
    keyOf: (unit: T) => string,
    work: (unit: T) => Promise<void>,
  ) => Promise<void>;
  /** Units that were not begun. */
  left: () => number;
  /** @throws the first failure of a kind of which so many, that is all, have failed: nothing of it works now */
  throwWhatAllMet: (all: Readonly<Partial<Record<TimedUnit['kind'], number>>>) => void;
}>;

/** The next tick comes 30 seconds after this one, and waits for it. */
const TICK_MS = 25_000;

export function openTick(deps: Readonly<{ clock: Pick<Clock, 'now'>; log: Log }>): Tick {
  const nowMs = deps.clock.now();
  const failed = new Map<TimedUnit['kind'], Map<string, unknown>>();
  let left = 0;
  return {
    nowMs,
    left: () => left,
    each: async (kind, units, width, keyOf, work) => {
      await mapConcurrently(units, width, async (unit) => {
        if (deps.clock.now() >= nowMs + TICK_MS) {
          left += 1;
          return;
        }
        const key = keyOf(unit);
        const failure = await containTimedUnit(deps, { kind, key }, async () => work(unit));
        if (failure === undefined) return;
        const ofKind = failed.get(kind) ?? new Map<string, unknown>();
        failed.set(kind, ofKind.set(key, failure.error));
      });
    },
    throwWhatAllMet: (all) => {
      for (const [kind, failures] of failed) {
        const [first] = failures.values();
        if (failures.size === all[kind]) throw first;
      }
    },
  };
}
