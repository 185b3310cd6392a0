import type { Clock } from '../../clock';
import { errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { WorkQueues } from '../../storage/queues';
import type { WantedRun } from '../../storage/writer-bookings';
import { tellCause } from '../../tell-cause';
import { bookRun } from '../ledger/mark-and-book-writer-run';
import type { ContainedDeps } from './containment';
import type { MarksOfRun } from './marks-of-run';
import { retryAfterMs } from './retry-after';

export type BookDeps = Readonly<{
  changes: Pick<ChangeStore, 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/**
 * `busy`: another run holds the lease. `more`: the rest is booked for when its calls are full or its time has come.
 * `waiting`: UiPath or the quota said later, or a unit that fails waits for its backoff. `superseded`: another run is booked, this message came twice or too late.
 * `not-in-force`: another version of the policy is on record; nothing was done, and the booking is as it was.
 */
export type ApplyOutcome = 'done' | 'busy' | 'more' | 'waiting' | 'superseded' | 'not-in-force';

/** Books the next run, where there has to be one: for what is left, or for the units that fail, whichever comes first. */
export async function bookNext(
  deps: BookDeps,
  alias: string,
  goesOnAtMs: number | undefined,
  { units, marks }: ContainedDeps & Readonly<{ marks: Pick<MarksOfRun, 'gatheredUntilMs'> }>,
): Promise<ApplyOutcome> {
  const nowMs = deps.clock.now();
  const failingUntilMs = units.againAtMs();
  const reason = goesOnAtMs === marks.gatheredUntilMs() ? 'gathering' : 'rest';
  const outcome = failingUntilMs === undefined ? 'more' : 'waiting';
  if (goesOnAtMs !== undefined && goesOnAtMs <= (failingUntilMs ?? Infinity))
    return book(deps, alias, Math.max(0, goesOnAtMs - nowMs), outcome, reason);
  if (failingUntilMs === undefined) return 'done';
  return book(deps, alias, Math.max(0, failingUntilMs - nowMs), outcome, 'failing');
}

/** What was gathered does not wait for what stopped the run: it may need nothing of that. */
export async function bookAfter(
  deps: BookDeps & Readonly<{ log: Log }>,
  alias: string,
  error: unknown,
  gatheredUntilMs: number | undefined,
): Promise<ApplyOutcome> {
  const code = errorCodeOf(error);
  const nowMs = deps.clock.now();
  deps.log({ event: 'apply-stopped', organization: alias, ...tellCause(error) });
  const retryMs = retryAfterMs(code, error, nowMs);
  if (retryMs === undefined) throw error;
  const gatherMs = gatheredUntilMs === undefined ? retryMs : Math.max(0, gatheredUntilMs - nowMs);
  const isGathering = gatherMs < retryMs;
  return book(deps, alias, isGathering ? gatherMs : retryMs, 'waiting', isGathering ? 'gathering' : 'rest');
}

export async function book<O extends ApplyOutcome>(
  deps: BookDeps,
  alias: string,
  delayMs: number,
  outcome: O,
  reason: WantedRun['reason'] = 'rest',
): Promise<O> {
  const nowMs = deps.clock.now();
  await bookRun(deps, alias, { lane: 'normal', atMs: nowMs + delayMs, nowMs, reason });
  return outcome;
}
