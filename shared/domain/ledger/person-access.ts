import { fold } from '../fold';
import type { Grant, PersonLedger, Revocation } from './person-ledger';
import type { BirthrightLine, OrganizationPolicy } from '../policy';
import {
  changesOf,
  lastLeftAtMs,
  workerAt,
  type Employment,
  type Statement,
  type Timeline,
} from './worker-timeline';
import { DAY_MS } from '../durations';
import { smallestOf } from '../extremes';

/** Why a person may be in a group now. `group` is the folded name. */
export type Reason =
  | Readonly<{ kind: 'birthright'; group: string; line: string; untilMs: number | undefined }>
  | Readonly<{ kind: 'grant'; group: string; requestId: string; untilMs: number | undefined }>;

/** A person's access as the ledger and the policy give it at one instant. */
export type PersonAccess = Readonly<{
  employment: Employment;
  /** Until when a leaver is kept out even if a lagging feed says otherwise; undefined for everybody else. */
  lockedUntilMs: number | undefined;
  reasons: readonly Reason[];
  /** The next instant at which the answer may change without a new event. */
  nextChangeAtMs: number | undefined;
}>;

/** Access is the union of valid reasons: the last reason to end removes a membership, no earlier one does. */
export function personAccess(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): PersonAccess {
  const { employment, leftAtMs } = workerAt(ledger.timeline, nowMs);
  const suspended = employment === 'absent' && organization.absence.access === 'suspend';
  const reasons =
    employment === 'left' || suspended
      ? []
      : [...birthrightReasons(ledger, organization, nowMs), ...grantReasons(ledger, employment, nowMs)];
  return {
    employment,
    lockedUntilMs: leftAtMs === undefined ? undefined : leftAtMs + organization.leaver.lockoutDays * DAY_MS,
    reasons,
    nextChangeAtMs: nextChangeAtMs(ledger, organization, nowMs),
  };
}

type AccessSpan = Readonly<{ fromMs: number; untilMs: number | undefined }>;

/** Every reason that holds at some time of the span, as far as is known now. The span is open where it has no end. */
export function reasonsWithin(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  span: AccessSpan,
): readonly Reason[] {
  return accessWithin(ledger, organization, span).flatMap(({ reasons }) => reasons);
}

function accessWithin(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  { fromMs, untilMs = Infinity }: AccessSpan,
): readonly PersonAccess[] {
  const within: PersonAccess[] = [];
  for (let atMs: number | undefined = fromMs; atMs !== undefined && atMs < untilMs;) {
    const access = personAccess(ledger, organization, atMs);
    within.push(access);
    atMs = access.nextChangeAtMs;
  }
  return within;
}

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
  const isGone = workerAt(ledger.timeline, nowMs).employment === 'left';
  const within = accessWithin(ledger, organization, { fromMs: sinceMs, untilMs: nowMs });
  if (isGone)
    return (
      within.some(({ employment }) => employment !== 'left') || wasHiredAndLeftSince(ledger.timeline, sinceMs)
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

/** True while this grant is a reason; a leaver's grants end for good and do not come back with a rehire. */
export function isGrantValid(grant: Grant, ledger: PersonLedger, nowMs: number): boolean {
  const leftAtMs = lastLeftAtMs(ledger.timeline, nowMs);
  return (
    grant.validFromMs <= nowMs &&
    (grant.validUntilMs === undefined || nowMs < grant.validUntilMs) &&
    (leftAtMs === undefined || grant.occurredAtMs > leftAtMs) &&
    !isRevoked(grant, ledger)
  );
}

/** True when a revocation of this grant is in the ledger. */
export function isRevoked(grant: Grant, ledger: PersonLedger): boolean {
  return ledger.revocations.some((revocation) => isEndedBy(grant, revocation));
}

function isEndedBy(grant: Grant, revocation: Revocation): boolean {
  return (
    fold(revocation.group) === fold(grant.group) &&
    (revocation.grantRequestId === undefined
      ? revocation.occurredAtMs >= grant.occurredAtMs
      : revocation.grantRequestId === grant.requestId)
  );
}

/** True when the worker's attributes match every condition of the line. A line needs a value for each attribute: a blank one matches nothing. */
export function matchesBirthright(
  line: BirthrightLine,
  attributes: Readonly<Record<string, string>>,
): boolean {
  return [...line.when].every(([name, values]) => {
    const value = fold(attributes[name] ?? '');
    return value !== '' && values.has(value);
  });
}

function grantReasons(ledger: PersonLedger, employment: Employment, nowMs: number): readonly Reason[] {
  if (employment === 'expected') return [];
  return ledger.grants
    .filter((grant) => isGrantValid(grant, ledger, nowMs))
    .map((grant) => ({
      kind: 'grant',
      group: fold(grant.group),
      requestId: grant.requestId,
      untilMs: grant.validUntilMs,
    }));
}

/** Birthright of today, and of the attributes lost within the mover's grace period. A leaver has no grace, also not after a rehire. */
function birthrightReasons(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly Reason[] {
  const graceMs = organization.mover.graceDays * DAY_MS;
  const today = birthrightAt(ledger, organization, nowMs, undefined);
  const held = new Set(today.map((reason) => reason.group));
  const leftAtMs = lastLeftAtMs(ledger.timeline, nowMs) ?? Number.NEGATIVE_INFINITY;
  const lost = changesOf(ledger.timeline)
    .filter((changeMs) => leftAtMs < changeMs && changeMs <= nowMs && nowMs < changeMs + graceMs)
    .flatMap((changeMs) => birthrightAt(ledger, organization, changeMs - 1, changeMs + graceMs))
    .filter((reason) => !held.has(reason.group));
  return [...today, ...lost];
}

function birthrightAt(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  atMs: number,
  untilMs: number | undefined,
): readonly Reason[] {
  const worker = workerAt(ledger.timeline, atMs);
  if (worker.employment !== 'active' && worker.employment !== 'absent') return [];
  return organization.birthright
    .filter((line) => matchesBirthright(line, worker.attributes))
    .flatMap((line) =>
      line.groups.map((group) => ({ kind: 'birthright', group: fold(group), line: line.name, untilMs })),
    );
}

function nextChangeAtMs(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): number | undefined {
  const changes = changesOf(ledger.timeline);
  const graceMs = organization.mover.graceDays * DAY_MS;
  const candidates = [
    ...changes,
    ...changes.map((changeMs) => changeMs + graceMs),
    ...ledger.grants
      .filter((grant) => !isRevoked(grant, ledger))
      .flatMap((grant) => [grant.validFromMs, grant.validUntilMs ?? 0]),
  ].filter((candidate) => candidate > nowMs);
  return smallestOf(candidates, undefined);
}
