import { fold } from '../fold';
import type { OrganizationPolicy } from '../policy';
import { accessWithin } from './access-within';
import { isEndedBy, personAccess } from './person-access';
import type { Grant, PersonLedger } from './person-ledger';
import { personAt, recordsOf } from './worker-records';
import { workerAt } from './worker-timeline';
import type { Statement, Timeline } from './statement';

/**
 * True where somebody who has no reason for a group now lost it after an instant: they had a reason since, or were at work since and
 * left, as is known now or by what was said since. Their going is another one than what was known at that instant; that it is said
 * once more makes it no other, and days of grace give nothing back.
 */
export function hasLostSince(
  ledger: PersonLedger,
  policy: OrganizationPolicy,
  groupName: string,
  { sinceMs, nowMs }: Readonly<{ sinceMs: number; nowMs: number }>,
): boolean {
  const organization = { ...policy, mover: { graceDays: 0 } };
  const group = fold(groupName);
  const isGone = personAt(ledger.timeline, nowMs).employment === 'left';
  const now = personAccess(ledger, organization, nowMs);
  // It ends with a group that the policy does not name, and by no word.
  if (!isGone && now.reasons.some((reason) => reason.group === group)) return false;
  const within = accessWithin(ledger, organization, { fromMs: sinceMs, untilMs: nowMs });
  if (isGone)
    return (
      within.some(({ employment }) => employment !== 'left') ||
      recordsOf(ledger.timeline).some((record) => wasHiredAndLeftSince(record, sinceMs))
    );
  return (
    within.some(({ reasons }) => reasons.some((reason) => reason.group === group)) ||
    ledger.grants.some(
      (grant) => fold(grant.group) === group && gaveSince(grant, ledger, organization, { sinceMs, nowMs }),
    )
  );
}

/** Whether a grant that is over, revoked or not, gave something after an instant. */
function gaveSince(
  grant: Grant,
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  { sinceMs, nowMs }: Readonly<{ sinceMs: number; nowMs: number }>,
): boolean {
  const fromMs = Math.max(sinceMs, grant.validFromMs, grant.occurredAtMs);
  const ends = ledger.revocations
    .filter((revocation) => isEndedBy(grant, revocation))
    .map(({ occurredAtMs }) => occurredAtMs);
  const untilMs = Math.min(nowMs, grant.validUntilMs ?? Infinity, ...ends);
  const unrevoked = { ...ledger, grants: [grant], revocations: [] };
  return accessWithin(unrevoked, organization, { fromMs, untilMs }).some(({ reasons }) =>
    reasons.some((reason) => reason.kind === 'grant'),
  );
}

/** A leaving that was said later may be dated before the hire. A hire that had not begun was called off. */
function wasHiredAndLeftSince(timeline: Timeline, sinceMs: number): boolean {
  const hires = timeline.filter(
    (word) => word.kind === 'joiner' && word.occurredAtMs > sinceMs && tookEffect(word, timeline),
  );
  return timeline.some(
    ({ kind, occurredAtMs }) =>
      kind === 'leaver' &&
      hires.some((hire) => hire.occurredAtMs < occurredAtMs && hire.effectiveAtMs <= occurredAtMs),
  );
}

/** Whether somebody was at work by a hire, as far as had been said by then: an old one that is said again may have no effect. */
function tookEffect({ occurredAtMs, effectiveAtMs }: Statement, timeline: Timeline): boolean {
  const said = timeline.filter((word) => word.occurredAtMs <= occurredAtMs);
  return workerAt(said, Math.max(occurredAtMs, effectiveAtMs)).employment !== 'left';
}
