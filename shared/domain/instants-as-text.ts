/** Before this an instant in epoch milliseconds is a duration: March 1973. */
const EARLIEST_MS = 100_000_000_000;
const LATEST_MS = 8_640_000_000_000_000;

/**
 * The same with every instant as ISO 8601 in UTC as well: `sinceAt` beside `sinceMs`, `takenAt` beside `takenAtMs`. What has such a name
 * already stays; durations have none. `value` is JSON.
 */
export function withInstants(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withInstants);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const told = new Set(entries.map(([key]) => key));
  return Object.fromEntries(
    entries.flatMap(([key, one]): ReadonlyArray<readonly [string, unknown]> => {
      const same = [key, withInstants(one)] as const;
      const text = key.endsWith('Ms') ? instantOf(one) : undefined;
      const name = `${key.slice(0, -2).replace(/(?:At|^at)$/, '')}At`;
      const beside = name === 'At' ? 'at' : name;
      return text === undefined || told.has(beside) ? [same] : [same, [beside, text]];
    }),
  );
}

/** undefined: it is no instant. */
function instantOf(value: unknown): string | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'number' || !(value >= EARLIEST_MS && value <= LATEST_MS)) return undefined;
  return new Date(value).toISOString();
}
