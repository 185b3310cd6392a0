/** Asked to wait for longer, a source is asked again all the same: a wrong header must not end its look-ups. */
const LONGEST_MS = 15 * 60_000;

/** How long an answer asks to wait. undefined: it does not say, or nothing that can be read. */
export function retryAfterWaitMs(
  {
    status,
    headers,
  }: Readonly<{ status: number; headers: Readonly<{ get: (name: string) => string | null }> }>,
  nowMs: number,
): number | undefined {
  const asked = retryAfterMs(headers.get('retry-after'), nowMs) ?? untilResetMs(status, headers, nowMs);
  return asked === undefined ? undefined : Math.min(Math.max(0, asked), LONGEST_MS);
}

/** Seconds or a date: RFC 9110 section 10.2.3. */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const atMs = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs - nowMs;
}

/** HiBob and ServiceNow say in seconds since 1970 when they count anew. Others count seconds from now, in fewer digits. */
function untilResetMs(
  status: number,
  headers: Readonly<{ get: (name: string) => string | null }>,
  nowMs: number,
): number | undefined {
  const [seconds] = status === 429 ? (/^\d{10}$/.exec(headers.get('x-ratelimit-reset') ?? '') ?? []) : [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000 - nowMs;
}
