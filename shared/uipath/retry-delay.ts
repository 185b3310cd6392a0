const FIRST_DELAY_MS = 500;
const MOST_DELAY_MS = 10_000;
/** A longer wait than this is a mistake of somebody's clock. */
const MOST_RETRY_AFTER_MS = 3_600_000;

/** Exponential backoff with jitter, milliseconds: doubled after each failure, and between half and all of it. */
export function backoffMs(attempt: number, random: () => number): number {
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MOST_DELAY_MS);
  return Math.round(delayMs * (0.5 + random() / 2));
}

/** How long a Retry-After header asks to wait, as seconds or as a date (RFC 9110, 10.2.3); undefined without a readable one. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MOST_RETRY_AFTER_MS);
}
