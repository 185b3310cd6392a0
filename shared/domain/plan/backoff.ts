import { HOUR_MS } from '../durations';

/**
 * The smallest things that can fail by themselves. `guard` is what keeps the removals of one group from being weighed; `row` is
 * an open call or a mark that cannot be read; `outcome` is what one call came to for one person, where that cannot be recorded;
 * `phase` is what a run cannot do for any unit, such as list the groups.
 */
export const UNIT_KINDS = [
  'person',
  'group',
  'guard',
  'attempt',
  'outcome',
  'row',
  'hold',
  'rule',
  'entity',
  'phase',
] as const;
type UnitKind = (typeof UNIT_KINDS)[number];

/** A unit of failure of one organization. `name` is what people call it; it is no part of its identity. */
export type Unit = Readonly<{ kind: UnitKind; key: string; name?: string }>;

/** A unit that fails, and when it is tried again. */
export type Backoff = Readonly<{
  unit: Unit;
  /** Code of the last failure. */
  code: string;
  /** In a row, without a success in between. */
  failures: number;
  sinceMs: number;
  lastMs: number;
  notBeforeMs: number;
}>;

const FIRST_MS = 60_000;
const LONGEST_MS = HOUR_MS / 2;
/** Somebody who left may wait for it. */
const LONGEST_OF_LEAVERS_MS = 300_000;
const LEAVERS_WAIT_FOR: ReadonlySet<UnitKind> = new Set(['person', 'outcome', 'guard', 'hold', 'phase']);

/** A unit that was not tried again for so long after its time has no work left: what fails later is another failure. */
const OVER_AFTER_MS = 2 * HOUR_MS;

/**
 * Exponential: a minute, doubled with each failure in a row, half an hour at most; five minutes for a person, an outcome,
 * a guard and a phase. It begins anew long after the last failure, and where the one before says what cannot be.
 */
export function nextBackoff(
  before: Backoff | undefined,
  failure: Readonly<{ unit: Unit; code: string; nowMs: number }>,
): Backoff {
  const { unit, code, nowMs } = failure;
  const inARow =
    before !== undefined && isMetStill(before, nowMs) && isPossible(before, nowMs) ? before : undefined;
  const failures = (inARow?.failures ?? 0) + 1;
  const waitMs = Math.min(longestOf(unit), FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return {
    unit,
    code,
    failures,
    sinceMs: inARow?.sinceMs ?? nowMs,
    lastMs: nowMs,
    notBeforeMs: nowMs + waitMs,
  };
}

/** When a unit may be tried again: whatever its row says, no later than the longest backoff after its last failure. */
export function waitsUntilMs({ unit, lastMs, notBeforeMs }: Backoff, nowMs: number): number {
  const longestMs = longestOf(unit);
  return lastMs > nowMs + longestMs ? 0 : Math.min(notBeforeMs, lastMs + longestMs);
}

/** False for a unit that was not tried again long after its time. */
export function isMetStill(backoff: Backoff, nowMs: number): boolean {
  return nowMs < waitsUntilMs(backoff, nowMs) + OVER_AFTER_MS;
}

function isPossible({ failures, sinceMs, lastMs }: Backoff, nowMs: number): boolean {
  return failures >= 0 && sinceMs <= lastMs && lastMs <= nowMs + LONGEST_MS;
}

function longestOf({ kind }: Unit): number {
  return LEAVERS_WAIT_FOR.has(kind) ? LONGEST_OF_LEAVERS_MS : LONGEST_MS;
}

/** Names a unit within its organization. */
export function unitKeyOf({ kind, key }: Unit): string {
  return `${kind}:${key}`;
}
