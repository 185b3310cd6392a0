import { DAY_MS } from '../durations';

/** What UiPath took at most, `most` ids in one PUT, and when a refusal taught that. */
export type LearntPutLimit = Readonly<{ most: number; learntMs: number }>;

const MOST_DOUBLINGS = 30;

/** Tries more again: twice as many with each day since it was learnt, as what UiPath refuses may change. */
export function growPutLimit({ most, learntMs }: LearntPutLimit, nowMs: number): number {
  const days = Math.floor(Math.abs(nowMs - learntMs) / DAY_MS);
  return Math.max(1, most) * 2 ** Math.min(days, MOST_DOUBLINGS);
}
