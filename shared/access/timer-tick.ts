import type { Clock } from '../clock';
import { inTurn } from '../domain/in-turn';
import type { Log } from '../log-interface';
import { mapConcurrently } from '../map-concurrently';
import { containTimedUnit, type TimedUnit } from './ledger/contain-timed-unit';

type PartOfTick = Readonly<{
  /** Works on units side by side. One that fails keeps back no other; from the end of this part on none is begun. */
  each: <T>(
    kind: TimedUnit['kind'],
    units: readonly T[],
    width: number,
    keyOf: (unit: T) => string,
    work: (unit: T) => Promise<void>,
  ) => Promise<void>;
}>;

/** One firing of the timer: what it may take, and what failed in it. */
export type Tick = Readonly<{
  nowMs: number;
  /** The same list from another place on with each tick, so that what there was no time for is not always the same. */
  inTurn: <T>(units: readonly T[]) => readonly T[];
  /** A part of the tick, which ends so many milliseconds after it began: what follows has the rest. */
  until: (ms: number) => PartOfTick;
  /** Units that were not begun. */
  left: () => number;
  /** @throws the first failure of a kind of which so many, that is all, have failed: nothing of it works now */
  throwWhatAllMet: (all: Readonly<Partial<Record<TimedUnit['kind'], number>>>) => void;
}>;

/** From one tick to the next, which waits for this one. */
const TICK_MS = 30_000;

export function openTick(deps: Readonly<{ clock: Pick<Clock, 'now'>; log: Log }>): Tick {
  const nowMs = deps.clock.now();
  const failed = new Map<TimedUnit['kind'], Map<string, unknown>>();
  let left = 0;
  return {
    nowMs,
    left: () => left,
    inTurn: (units) => inTurn(units, Math.floor(nowMs / TICK_MS)),
    until: (ms) => ({
      each: async (kind, units, width, keyOf, work) => {
        await mapConcurrently(units, width, async (unit) => {
          if (deps.clock.now() >= nowMs + ms) {
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
    }),
    throwWhatAllMet: (all) => {
      for (const [kind, failures] of failed) {
        const [first] = failures.values();
        if (failures.size === all[kind]) throw first;
      }
    },
  };
}
