import { hashOf } from './canonical-json-hash';
import { describeDecider, keyOfDecider, type Decider } from './decider';
import { DAY_MS } from './durations';
import { smallestOf } from './extremes';

/** A stop of every change of one organization, in a person's name. */
export type Pause = Readonly<{
  /** Since when nothing is changed, epoch milliseconds. */
  sinceMs: number;
  /** Who decided how long it lasts, when and why: the first who paused, or whoever made it last longer. */
  by: Decider;
  atMs: number;
  reason: string;
  /** It ends by itself then; undefined: when somebody resumes. */
  untilMs?: number;
}>;

/** What somebody says when they pause. */
type PauseSaid = Pick<Pause, 'by' | 'atMs' | 'reason' | 'untilMs'>;

/** What nobody thinks of any more is no pause: one that is to last so long is an organization in observe. */
const LONGEST_MS = 366 * DAY_MS;

/** The pause where it lasts still. */
export function lasting(pause: Pause | undefined, nowMs: number): Pause | undefined {
  return pause === undefined || endMsOf(pause) <= nowMs ? undefined : pause;
}

/**
 * The pause after one more was said. It lasts as long as the longer of the two: who pauses beside somebody else never lets changes go
 * earlier than that one meant.
 */
export function pausedAlso(before: Pause | undefined, said: PauseSaid): Pause {
  const lasts = lasting(before, said.atMs);
  if (lasts === undefined) return { ...said, sinceMs: said.atMs };
  return endMsOf(said) > endMsOf(lasts) ? { ...said, sinceMs: lasts.sinceMs } : lasts;
}

/** Names exactly this pause: whoever resumes says which one they looked at. */
export function idOfPause({ sinceMs, by, atMs, reason, untilMs }: Pause): string {
  return hashOf([sinceMs, keyOfDecider(by), atMs, reason, untilMs ?? null]).slice(0, 32);
}

/** Reads when a pause is to end, an instant with its zone. Nothing said: it lasts until somebody resumes. */
export function readPauseEnd(
  said: string,
  nowMs: number,
): Readonly<{ untilMs?: number }> | Readonly<{ problem: string }> {
  const text = said.trim();
  if (text === '') return {};
  const hasZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const untilMs = hasZone ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(untilMs)) return { problem: 'is no time with its zone, such as 2027-01-31T18:00:00Z' };
  if (untilMs <= nowMs) return { problem: 'is over already' };
  return untilMs - nowMs > LONGEST_MS ? { problem: 'is more than a year ahead' } : { untilMs };
}

/** A pause as people are shown it. */
export type PauseShown = Readonly<{
  id: string;
  /** Epoch milliseconds, as all instants here. */
  sinceMs: number;
  by: string;
  reason: string;
  /** null: it lasts until somebody resumes. */
  untilMs: number | null;
  /** It does not hold any more: whoever wrote the organization's record last does not know pauses. */
  isLost: boolean;
  /** What waits in the urgent lane: leavers, and what was revoked; null: since none waits. */
  urgent: number;
  oldestUrgentMs: number | null;
}>;

export function showPause(
  pause: Pause,
  { isLost, urgentSinceMs }: Readonly<{ isLost: boolean; urgentSinceMs: readonly number[] }>,
): PauseShown {
  const { sinceMs, by, reason, untilMs } = pause;
  return {
    id: idOfPause(pause),
    sinceMs,
    by: describeDecider(by),
    reason,
    untilMs: untilMs ?? null,
    isLost,
    urgent: urgentSinceMs.length,
    oldestUrgentMs: smallestOf(urgentSinceMs, null),
  };
}

/** A pause in sentences, what matters most first. `harmless` makes names and reasons fit for where they are shown. */
export function pauseInWords(
  { sinceMs, by, reason, untilMs, isLost, urgent, oldestUrgentMs }: PauseShown,
  harmless: (text: string) => string = String,
): readonly string[] {
  const end = untilMs === null ? 'until somebody resumes it' : `until ${instantOf(untilMs)}`;
  const since = `paused since ${instantOf(sinceMs)} by ${harmless(by)}: ${harmless(reason)}`;
  const oldest = oldestUrgentMs === null ? '' : `, the oldest since ${instantOf(oldestUrgentMs)}`;
  return [
    isLost
      ? `${since}; it does not hold any more, and changes are made: an older version of this application wrote the organization's record`
      : `${since}; nothing is written to UiPath ${end}`,
    ...(urgent === 0 || isLost
      ? []
      : [
          `${urgent} urgent ${urgent === 1 ? 'change waits' : 'changes wait'} (leavers, and what was revoked)${oldest}`,
        ]),
  ];
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}

function endMsOf({ untilMs = Infinity }: Pick<Pause, 'untilMs'>): number {
  return untilMs;
}
