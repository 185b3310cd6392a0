import { DAY_MS } from './durations';
import type { ProposedPlanHead } from './desk/proposed-plan';
import type { Hold } from './plan/hold';
import type { RefusedChange } from './plan/refused-change';

/** How long what has ended stays where people still look for it. Evidence has no retention: it is never deleted. */
export const RETENTION_MS = {
  /** After a plan was carried out, found stale, or expired. */
  holds: 90 * DAY_MS,
  /** Plans that operators proposed: after they were carried out, or could not be any more. */
  proposedPlans: 90 * DAY_MS,
  /** Lines of HR's files for a plan, which is kept for a day: longer than that from their upload on by as long as an upload takes. */
  uploadedPeople: DAY_MS + 3_600_000,
  /** After the last word about a change that waits for nobody any more. */
  refusedChanges: 90 * DAY_MS,
  /** Guards look back 24 hours. */
  removals: 8 * DAY_MS,
  /** What was sent to UiPath: audits look a week back, people as far as the snapshots go. */
  sentChanges: 35 * DAY_MS,
  /** By their id; the list of requests ends earlier. */
  requests: 400 * DAY_MS,
  /** Ids of deliveries that were processed: so long a repetition is a duplicate. */
  deliveries: 400 * DAY_MS,
  /** What an audit read; its report stays. */
  snapshots: 35 * DAY_MS,
  /** Of a receiver that the policy does not name any more. */
  notificationStates: 90 * DAY_MS,
  /** Dates that came, of an organization that the policy does not name any more. */
  dueDates: 90 * DAY_MS,
  /** Of a unit that was met last so long ago: it is gone, or works. */
  backoffs: 30 * DAY_MS,
} as const;

/** True for a hold that ended before `beforeMs`. One that is released and not carried out yet has not ended. */
export function hasHoldEnded(
  { state, expiresAtMs, releasedAtMs }: Pick<Hold, 'state' | 'expiresAtMs' | 'releasedAtMs'>,
  beforeMs: number,
): boolean {
  switch (state) {
    case 'released':
    case 'unreadable':
      return false;
    case 'held':
      return expiresAtMs < beforeMs;
    case 'done':
    case 'stale':
      return (releasedAtMs ?? expiresAtMs) < beforeMs;
  }
}

/** True for a plan of an operator that was carried out, or has expired, before `beforeMs`. One that was begun waits for somebody to go on. */
export function hasPlanEnded(
  { state, untilMs, decision }: Pick<ProposedPlanHead, 'state' | 'untilMs' | 'decision'>,
  beforeMs: number,
): boolean {
  return state !== 'begun' && (decision?.atMs ?? untilMs) < beforeMs;
}

/** When somebody or UiPath said something of a refused change last. */
export function lastWordMs({ history }: Pick<RefusedChange, 'history'>): number {
  return Math.max(0, ...history.map(({ atMs }) => atMs));
}
