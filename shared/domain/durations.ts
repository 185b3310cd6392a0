/** Durations in milliseconds. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** How far the clocks of two systems may be apart. */
export const SKEW_MS = 5 * 60_000;
