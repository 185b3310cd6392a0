/** Beyond it senders' signatures are refused as too old, or as from the future. */
const MOST_MS = 5 * 60_000;
/** Network and whole seconds explain less. */
const NOTICED_MS = 30_000;

export type ClockVerdict = Readonly<{ isTooMuch: boolean; told: string }>;

/** `aheadMs`: how far our clock is before another one. undefined: near enough. */
export function judgeClock(aheadMs: number): ClockVerdict | undefined {
  const byMs = Math.abs(aheadMs);
  if (byMs < NOTICED_MS) return undefined;
  const seconds = Math.round(byMs / 1000);
  const told = `The clock of this machine is ${seconds} seconds ${aheadMs > 0 ? 'ahead of' : 'behind'} UiPath's`;
  return { isTooMuch: byMs >= MOST_MS, told };
}
