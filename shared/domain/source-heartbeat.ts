import { HOUR_MS } from './durations';

/** `awaited`: never heard, and not named for long enough that this says anything. */
export type HeartbeatState = 'not-watched' | 'in-time' | 'awaited' | 'silent';

/** Whether a source sends as often as the policy says. One that was never heard is measured from when the policy first named it. */
export function heartbeatOf(
  source: Readonly<{
    heartbeatHours: number | undefined;
    lastMs: number | undefined;
    /** When an audit first saw it; undefined: none has yet. */
    namedMs: number | undefined;
  }>,
  nowMs: number,
): HeartbeatState {
  const { heartbeatHours, lastMs, namedMs } = source;
  if (heartbeatHours === undefined) return 'not-watched';
  if (nowMs - (lastMs ?? namedMs ?? nowMs) > heartbeatHours * HOUR_MS) return 'silent';
  return lastMs === undefined ? 'awaited' : 'in-time';
}

/** The day of a moment, as deliveries are counted by. */
export function utcDayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
