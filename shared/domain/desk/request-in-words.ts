import { HOUR_MS } from '../durations';
import { fold } from '../fold';
import { REQUEST_STATES, type RequestProgress } from '../ledger/request-progress';
import { explainRefusal } from '../ledger/request-refusals-in-words';
import type { OrganizationPolicy, People, RequestRules } from '../policy';
import { countOf } from './organization-status';

/** Where a request stands, with what that is about. */
export type RequestStanding = Readonly<{
  action: string;
  refusal: string | undefined;
  /** When the change is tried again; undefined: with the next run. */
  nextTryMs?: number | undefined;
  /** Since when UiPath has it, as far as is known. */
  sinceMs?: number | undefined;
}> &
  Pick<RequestProgress, 'state' | 'group' | 'validFromMs' | 'rejections'>;

/** A session that runs has a change of its groups within an hour. */
const IN_FORCE_WITHIN_MS = HOUR_MS;
const TIMES: Readonly<Record<number, string>> = { 1: 'once', 2: 'twice' };

/** The state of a request and its cause, as one sentence. `told` tells an instant. Names of others are in it as they are. */
export function requestInWords(
  standing: RequestStanding,
  organization: Pick<OrganizationPolicy, 'groups' | 'rules' | 'accessPolicy'>,
  { nowMs, told }: Readonly<{ nowMs: number; told: (atMs: number) => string }>,
): string {
  const { state, action, refusal, rejections, validFromMs, sinceMs } = standing;
  switch (state) {
    case 'refused':
      return `refused: ${refusalText(refusal ?? '', rulesOf(standing, organization))}`;
    case 'waiting':
      return `begins ${validFromMs === undefined ? 'later' : told(validFromMs)}`;
    case 'pending':
      return rejections === undefined && standing.nextTryMs === undefined
        ? 'on its way to UiPath'
        : `waits for UiPath: ${rejections === undefined ? 'it could not be done' : `rejected ${timesText(rejections.count)} (${rejections.code})`}, next try ${standing.nextTryMs === undefined ? 'with the next run' : told(standing.nextTryMs)}`;
    case 'failed':
      return `failed: rejected by UiPath ${timesText(rejections?.count ?? 0)} (${rejections?.code ?? 'unknown'}), and tried again when somebody says so, among the dead letters`;
    case 'applied':
      return inForceText(action, sinceMs, nowMs, told);
    case 'observed':
    case 'blocked':
    case 'ending':
    case 'overdue':
    case 'ended':
      return lowerFirst(REQUEST_STATES[state]);
  }
}

function inForceText(
  action: string,
  sinceMs: number | undefined,
  nowMs: number,
  told: (atMs: number) => string,
): string {
  if (action === 'revoke') return 'taken away in UiPath: gone at their next sign-in';
  if (action.endsWith('-rule')) return 'in UiPath: in force for each person at their next sign-in';
  if (action.endsWith('-policy-entity')) return 'in UiPath, and in force';
  if (sinceMs === undefined) return 'in force at their next sign-in';
  const byMs = sinceMs + IN_FORCE_WITHIN_MS;
  return nowMs < byMs
    ? `in force at their next sign-in, at the latest ${told(byMs)}`
    : `in force since ${told(sinceMs)}`;
}

function rulesOf(
  { action, group }: RequestStanding,
  organization: Pick<OrganizationPolicy, 'groups' | 'rules' | 'accessPolicy'>,
): RequestRules | undefined {
  if (action.endsWith('-rule')) return organization.rules.requests;
  if (action.endsWith('-policy-entity')) return organization.accessPolicy.requests;
  return group === undefined ? undefined : organization.groups.get(fold(group))?.requests;
}

function refusalText(refusal: string, rules: RequestRules | undefined): string {
  if (rules !== undefined) {
    const { approvals, approvers, requesters, longestDays } = rules;
    switch (refusal) {
      case 'approvals-missing':
        return approvals === 1
          ? `needs an approval of ${namesText(approvers, 'somebody else than who asked')}`
          : `needs ${approvals} approvals of ${namesText(approvers, 'others than who asked')}`;
      case 'requester-not-allowed':
        return `may be asked for by ${namesText(requesters, 'anybody')} only`;
      case 'lasts-too-long':
        if (longestDays !== undefined) return `may last ${countOf(longestDays, 'day')} at most`;
        break;
    }
  }
  const toDo = explainRefusal(refusal);
  const words = refusal.replaceAll('-', ' ');
  return toDo === undefined ? words : `${words}. ${toDo}`;
}

const MOST_NAMED = 6;

/** People one after the other, with "or" before the last. */
function namesText(people: People, anyone: string): string {
  if (people === 'anyone') return anyone;
  const all = [...people];
  const some =
    all.length > MOST_NAMED ? [...all.slice(0, MOST_NAMED), `${all.length - MOST_NAMED} others`] : all;
  const last = some.at(-1) ?? anyone;
  return some.length < 2 ? last : `${some.slice(0, -1).join(', ')} or ${last}`;
}

function timesText(count: number): string {
  return TIMES[count] ?? `${count} times`;
}

function lowerFirst(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}
