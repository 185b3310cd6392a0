import { DAY_MS, SKEW_MS } from '../durations';
import type { People, RequestRules } from '../policy';
import { endsAccess, type AccessRequest, type Approval } from './access-request';
import type { PeopleOfRequest } from './people-of-request';
import { personAt } from './worker-records';

/** Why an approval of somebody who may approve does not count, the first reason first. */
const FAULTS = ['approver-not-employed', 'approved-before-request', 'approval-too-old'] as const;
type ApprovalFault = (typeof FAULTS)[number];

type RefusalByApprovals = 'not-requestable' | 'requester-not-allowed' | 'approvals-missing' | ApprovalFault;

/**
 * The refusal of a request by who asked and who approved, or undefined. People are compared, under whatever address or account. An
 * approval that does not count takes nothing from the others: its fault is the refusal where too few are left.
 */
export function refusalByApprovals(
  request: AccessRequest,
  rules: RequestRules | undefined,
  people: PeopleOfRequest,
  nowMs: number,
): RefusalByApprovals | undefined {
  if (rules === undefined) return 'not-requestable';
  const { personOf, addressesOf } = people;
  const includes = (allowed: People, address: string): boolean =>
    allowed === 'anyone' || addressesOf(address).some((one) => allowed.has(one));
  if (!includes(rules.requesters, request.requester)) return 'requester-not-allowed';
  const concerned = new Set([request.requester, ...beneficiariesOf(request)].map(personOf));
  const given = request.approvals
    .filter(({ approver }) => !concerned.has(personOf(approver)) && includes(rules.approvers, approver))
    .map((approval) => ({
      person: personOf(approval.approver),
      fault: faultOf(approval, request, { rules, people, nowMs }),
    }));
  const isEnough = (some: typeof given): boolean =>
    new Set(some.map(({ person }) => person)).size >= rules.approvals;
  if (isEnough(given.filter(({ fault }) => fault === undefined))) return undefined;
  return (
    (isEnough(given) ? FAULTS.find((one) => given.some(({ fault }) => fault === one)) : undefined) ??
    'approvals-missing'
  );
}

/**
 * No self-approval: whom the access is for cannot approve it, whoever requested it. Of a rule these are the people whom its conditions
 * name by an address.
 */
export function beneficiariesOf({ action }: Pick<AccessRequest, 'action'>): readonly string[] {
  if ('person' in action) return [action.person];
  if ('definition' in action)
    return action.definition.conditions
      .map(({ value }) => value.trim())
      .filter((value) => /^[^\s@]+@[^\s@]+$/.test(value));
  return 'entityType' in action && action.entityType === 'user' ? [action.name] : [];
}

/** Whom no source of HR ever named is judged by the policy alone: an approver may be of another company. */
function faultOf(
  { approver, approvedAtMs }: Approval,
  { action, requestedAtMs = 0 }: AccessRequest,
  { rules, people, nowMs }: Readonly<{ rules: RequestRules; people: PeopleOfRequest; nowMs: number }>,
): ApprovalFault | undefined {
  const { employment } = personAt(people.timelineOf(approver), approvedAtMs);
  if (employment === 'left' || employment === 'expected') return 'approver-not-employed';
  if (endsAccess(action)) return undefined;
  if (approvedAtMs < requestedAtMs - SKEW_MS) return 'approved-before-request';
  return nowMs - approvedAtMs > rules.approvalsLastDays * DAY_MS ? 'approval-too-old' : undefined;
}
