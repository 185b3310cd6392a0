import { HOUR_MS } from '../durations';

/** How long UiPath's reads may lag behind its writes: a change that does not show yet may still come to. */
export const SHOWS_WITHIN_MS = 600_000;

/** A clock may have been set back since a call: one that began so little in the future began just now. */
const SET_BACK_BY_MS = HOUR_MS;
const FIRST_WAIT_MS = 15_000;
const WAIT_SHARE_OF_AGE = 1 / 8;

/** A call whose outcome is not known. */
type OpenCall = Readonly<{
  startedAtMs: number;
  /** When UiPath was last asked whether it shows what the call changed; undefined: never. */
  askedAtMs?: number | undefined;
}>;

/** False long after a call, and where its time is, as an edited row may say, in the far future. */
export function mayStillShow({ startedAtMs }: Pick<OpenCall, 'startedAtMs'>, nowMs: number): boolean {
  return startedAtMs >= nowMs - SHOWS_WITHIN_MS && startedAtMs <= nowMs + SET_BACK_BY_MS;
}

/** Whether UiPath is to be asked about a call now: ever more seldom while it does not show, and at once when it will not any more. */
export function isToBeAsked(call: OpenCall, nowMs: number): boolean {
  const { startedAtMs, askedAtMs } = call;
  if (askedAtMs === undefined || askedAtMs > nowMs || !mayStillShow(call, nowMs)) return true;
  return nowMs >= askedAtMs + Math.max(FIRST_WAIT_MS, (askedAtMs - startedAtMs) * WAIT_SHARE_OF_AGE);
}
