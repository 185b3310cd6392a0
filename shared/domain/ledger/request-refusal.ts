import type { AccessRequest } from './access-request';
import { fold } from '../fold';
import { reasonsWithin } from './access-within';
import { namesOfGroup, reasonsIfBack, type Reason } from './person-access';
import { asIfAccountConfirmed, type PersonLedger } from './person-ledger';
import { groupPolicyOf, type OrganizationPolicy, type RequestRules } from '../policy';
import { DAY_MS } from '../durations';
import { wasOut } from './has-ended-since';
import { STRANGERS, type PeopleOfRequest } from './people-of-request';
import { beneficiariesOf, refusalByApprovals } from './refusal-by-approvals';
import type { RequestRefusal } from './request-refusals-in-words';
import type { Timeline } from './statement';
import { refusalOfRule, rulesOfRule } from './rule-request-refusal';

/** A person's reasons now, those that rest too, and all that hold at some time while the request would; `granted`: folded groups of all their grants. */
export type HeldReasons = Readonly<{
  now: readonly Reason[];
  /** Those of today and of the time of the approval; left out: those of today. */
  toExtend?: readonly Reason[];
  meanwhile: readonly Reason[];
  granted?: ReadonlySet<string>;
}>;

export const NOTHING_HELD: HeldReasons = { now: [], meanwhile: [] };

/**
 * What a person holds beside a request: separation of duties is checked over all of the time that it lasts, and against what acts as
 * soon as somebody says that an account is theirs or the person is back: from a leave of absence, or where their account was off.
 */
export function reasonsHeld(
  action: AccessRequest['action'],
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
  approvedAtMs = nowMs,
): HeldReasons {
  const now = reasonsIfBack(ledger, organization, nowMs);
  const granted = new Set(ledger.grants.flatMap(namesOfGroup));
  if (action.kind !== 'grant' && action.kind !== 'extend') return { now, meanwhile: now, granted };
  const span = { fromMs: Math.max(nowMs, action.validFromMs), untilMs: action.validUntilMs };
  const meanwhile = reasonsWithin(asIfAccountConfirmed(ledger), organization, span);
  // What was decided in time counts, however late it arrives.
  const toExtend = [...now, ...reasonsIfBack(ledger, organization, Math.min(approvedAtMs, nowMs))];
  return { now, meanwhile, granted, toExtend };
}

/**
 * The refusal of a request, or undefined when the policy allows it.
 * A duration beyond the policy's longest is refused, never shortened: what is granted is what was approved. People are compared,
 * under whatever address.
 */
export function refusalOf(
  request: AccessRequest,
  organization: OrganizationPolicy,
  reasons: HeldReasons,
  nowMs: number,
  people: PeopleOfRequest = STRANGERS,
): RequestRefusal | undefined {
  const { action } = request;
  const refusalByRules = (rules: RequestRules | undefined): RequestRefusal | undefined =>
    refusalByApprovals(request, rules, people, nowMs);
  const isForLeaver = (): boolean =>
    beneficiariesOf(request).some((address) => isOut(people.timelineOf(address), request, nowMs));
  switch (action.kind) {
    case 'grant':
    case 'extend': {
      const group = groupPolicyOf(organization, action.group);
      if (group === undefined) return 'group-not-managed';
      if (isForLeaver()) return 'person-has-left';
      if (request.isChanged === true) return 'changed-after-approval';
      const name = fold(action.group);
      const { now, toExtend = now } = reasons;
      if (action.kind === 'extend' && !toExtend.some((r) => r.kind === 'grant' && r.group === name))
        return 'nothing-to-extend';
      return (
        refusalByRules(group.requests) ??
        (hasEnded(action, nowMs) ? 'already-ended' : refusalByLength(action, group.requests)) ??
        (conflictsOf(organization, name, reasons.meanwhile).length > 0 ? 'separation-of-duties' : undefined)
      );
    }
    case 'revoke':
      // What was granted while the policy named the group can be taken back when it does not.
      return groupPolicyOf(organization, action.group) === undefined &&
        reasons.granted?.has(fold(action.group)) !== true
        ? 'group-not-managed'
        : undefined;
    case 'create-rule':
    case 'update-rule':
      return (
        refusalOfRule(action, organization) ??
        firstOf(rulesOfRule(action, organization), (rules) => refusalByRules(rules)) ??
        // An expired statement is still the latest one: it ends the earlier version of the rule too.
        firstOf(rulesOfRule(action, organization), (rules) =>
          refusalByLength({ validFromMs: request.occurredAtMs, validUntilMs: action.validUntilMs }, rules),
        )
      );
    case 'delete-rule':
      return refusalByRules(organization.rules.requests);
    case 'add-policy-entity':
      return isForLeaver() ? 'person-has-left' : refusalByRules(organization.accessPolicy.requests);
    case 'remove-policy-entity':
      return refusalByRules(organization.accessPolicy.requests);
  }
}

function firstOf<T, R>(items: readonly T[], refusalOfOne: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = refusalOfOne(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The groups of a person's reasons that must not go together with `group`; the rule is symmetric. */
export function conflictsOf(
  organization: OrganizationPolicy,
  group: string,
  reasons: readonly Reason[],
): readonly string[] {
  return organization.separationOfDuties
    .flatMap(([a, b]) => (a === group ? [b] : b === group ? [a] : []))
    .filter((other) => reasons.some((reason) => reason.group === other));
}

/** Out for good when it was approved, or by now: a grant would not come back with a rehire. Who is to begin work is not out. */
function isOut(timeline: Timeline, { occurredAtMs }: AccessRequest, nowMs: number): boolean {
  return wasOut(timeline, occurredAtMs) || wasOut(timeline, nowMs);
}

function hasEnded(
  { validFromMs, validUntilMs }: Readonly<{ validFromMs: number; validUntilMs: number | undefined }>,
  nowMs: number,
): boolean {
  return validUntilMs !== undefined && validUntilMs <= Math.max(nowMs, validFromMs);
}

function refusalByLength(
  { validFromMs, validUntilMs }: Readonly<{ validFromMs: number; validUntilMs: number | undefined }>,
  rules: RequestRules | undefined,
): RequestRefusal | undefined {
  if (rules?.longestDays === undefined) return undefined;
  if (validUntilMs === undefined) return 'end-required';
  return validUntilMs - validFromMs > rules.longestDays * DAY_MS ? 'lasts-too-long' : undefined;
}
