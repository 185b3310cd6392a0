import { HOUR_MS } from './durations';

/** Keys that were tried and not known to be right, of one address or of all. */
export type KeyTries = Readonly<{
  count: number;
  lastMs: number;
  /** The next one is looked at from then on. */
  notBeforeMs: number;
}>;

/** After an hour without a wrong key nothing is held against anybody. */
export const TRIES_KEPT_MS = HOUR_MS;

/** Wrong keys of one address that cost nothing: somebody mistypes. */
const FREE = 4;
/** Wrong keys of all addresses after which none is free. A first try of an address always is: others cannot keep anybody out. */
const MANY = 100;
/** Nobody waits longer, so that whoever shares an address with somebody who guesses gets in at times. */
const LONGEST_WAIT_MS = 60_000;

/** Counts a try before its key is looked at: of many at once each counts. */
export function countTry(known: KeyTries | undefined, all: KeyTries | undefined, nowMs: number): KeyTries {
  const count = recent(known, nowMs) + 1;
  const beyond = count - (recent(all, nowMs) >= MANY ? 0 : FREE);
  const waitMs = beyond <= 0 ? 0 : Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (beyond - 1));
  return { count, lastMs: nowMs, notBeforeMs: nowMs + waitMs };
}

function recent(known: KeyTries | undefined, nowMs: number): number {
  return known === undefined || nowMs - known.lastMs > TRIES_KEPT_MS ? 0 : known.count;
}
