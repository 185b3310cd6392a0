/** An instant (epoch) as a part of a row key: rows sort by time. */
export function timeKey(ms: number): string {
  return String(Math.max(0, Math.ceil(ms))).padStart(15, '0');
}
