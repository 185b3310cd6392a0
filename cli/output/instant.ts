/** An instant as a person reads it, in UTC and to the minute; times beyond all calendars are none. */
export function instantText(atMs: number): string {
  const at = new Date(atMs);
  return Number.isNaN(at.getTime()) ? 'some day' : `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago, in the largest unit of which there are two. */
export function agoText(atMs: number, nowMs: number): string {
  const [unit, ms] = STEPS.find(([, step]) => nowMs - atMs >= 2 * step) ?? ['minute', 60_000];
  const count = Math.max(0, Math.floor((nowMs - atMs) / ms));
  return count === 0 ? 'just now' : `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}
