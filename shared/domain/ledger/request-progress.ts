import { groupsOutOfPolicy, latestOf, type EntityLedger, type RuleLedger } from './rule-and-entity-ledgers';
import { isRevoked, namesOfGroup, personAccess } from './person-access';
import { fold } from '../fold';
import { keyOfGrant, type Grant, type PersonLedger } from './person-ledger';
import { isOverWithGroup } from '../plan/groups-out-of-policy';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';

/** Where a request stands, and what that means. */
export const REQUEST_STATES = {
  refused: 'The policy does not allow it',
  waiting: 'It begins later',
  pending: 'Recorded, and on its way to UiPath',
  observed: 'It would be applied: the organization is in observe, and nothing is written to UiPath',
  failed: 'UiPath refused it again and again: it is tried again when somebody says so',
  applied: 'UiPath has it',
  blocked:
    'It cannot be applied now: the person left or has not started, UiPath does not know the address, the policy does not name the group any more, or what is on record cannot be read',
  ending:
    'It is over, or the policy does not name the group any more, and the removal is on its way to UiPath',
  overdue:
    'It is over and would be removed: the organization is in observe, and nothing is written to UiPath',
  ended: 'Its time is over, it was revoked, or a later request replaced it',
} as const satisfies Record<string, string>;

export type RequestState = keyof typeof REQUEST_STATES;

export function isRequestState(text: string): text is RequestState {
  return Object.hasOwn(REQUEST_STATES, text);
}

/** The state of a request that was not refused, and what the ledger has of it. */
export type RequestProgress = Readonly<{
  state: RequestState;
  group?: string | undefined;
  validFromMs?: number | undefined;
  validUntilMs?: number | undefined;
  /** Left out: UiPath refused nothing. */
  rejections?: Rejections;
}>;

/** What UiPath refused of the change that a request asks for, since somebody looked last. */
export type Rejections = Readonly<{ count: number; code: string; isFinal: boolean }>;

/** A request whose change UiPath refused to the last try has failed, whether it is to be put into effect or ended. */
export function withRejections(
  progress: RequestProgress,
  rejections: Rejections | undefined,
): RequestProgress {
  const isOnItsWay = progress.state === 'pending' || progress.state === 'ending';
  if (rejections === undefined || !isOnItsWay) return progress;
  return { ...progress, ...(rejections.isFinal ? { state: 'failed' as const } : {}), rejections };
}

/** A request as it was listed: its sender may give one id to several. */
type RequestOfPerson = Readonly<{ requestId: string; group: string | undefined; action: string }>;

/** What is on its way, in an organization where nothing goes it. */
export function asSeenIn<P extends Pick<RequestProgress, 'state'>>(
  { mode }: Pick<OrganizationPolicy, 'mode'>,
  progress: P,
): P {
  if (mode === 'enforce') return progress;
  if (progress.state === 'pending') return { ...progress, state: 'observed' };
  return progress.state === 'ending' ? { ...progress, state: 'overdue' } : progress;
}

/** How far a request about a person has come; undefined: the ledger does not have the person. */
export function personProgress(
  ledger: PersonLedger | undefined,
  organization: OrganizationPolicy,
  { requestId, group: about, action }: RequestOfPerson,
  nowMs: number,
): RequestProgress {
  if (ledger === undefined) return { state: 'pending' };
  const isIt = (item: Parameters<typeof namesOfGroup>[0] & Readonly<{ requestId: string }>): boolean =>
    item.requestId === requestId && (about === undefined || namesOfGroup(item).includes(fold(about)));
  const { reasons } = personAccess(ledger, organization, nowMs);
  const hasReason = (name: string): boolean => reasons.some((reason) => reason.group === name);
  const membershipOf = (name: string): PersonLedger['applied'][number] | undefined =>
    ledger.applied.find((membership) => fold(membership.groupName) === name);
  const isMember = (name: string): boolean => membershipOf(name) !== undefined;
  if (action === 'revoke') {
    const { group } = ledger.revocations.findLast(isIt) ?? {};
    if (group === undefined) return { state: 'pending' };
    const named = fold(group);
    const ended = ledger.grants.map(namesOfGroup).filter((names) => names.includes(named));
    const names = [...new Set([named, ...ended.flat()])];
    if (names.some(hasReason)) return { state: 'applied', group };
    return { state: names.some(isMember) ? 'pending' : stateWhereNoMember(ledger), group };
  }
  const grant = ledger.grants.find(isIt);
  if (grant === undefined) return { state: 'pending' };
  const { group, validFromMs, validUntilMs } = grant;
  const facts = { group, validFromMs, validUntilMs };
  const name = fold(group);
  if (isRevoked(grant, ledger) || (validUntilMs !== undefined && validUntilMs <= nowMs))
    return { state: isMember(name) && !hasReason(name) ? 'ending' : 'ended', ...facts };
  const key = keyOfGrant({ requestId, group: name });
  if (reasons.some((reason) => reason.kind === 'grant' && keyOfGrant(reason) === key)) {
    if (groupPolicyOf(organization, group) === undefined)
      return { state: stateWithoutGroup(grant, membershipOf(name), { ledger, organization }), ...facts };
    if (isMember(name)) return { state: 'applied', ...facts };
    const isUnresolved = ledger.identity !== undefined && ledger.identity.kind !== 'resolved';
    return { state: isUnresolved ? 'blocked' : 'pending', ...facts };
  }
  return { state: validFromMs > nowMs ? 'waiting' : 'blocked', ...facts };
}

/** A grant of a group that the policy does not name any more ends with it. What it never gave waits for the group to come back. */
function stateWithoutGroup(
  grant: Grant,
  membership: PersonLedger['applied'][number] | undefined,
  { ledger, organization }: Readonly<{ ledger: PersonLedger; organization: OrganizationPolicy }>,
): RequestState {
  if (membership?.origin === 'applied') return 'ending';
  return isOverWithGroup(grant, ledger, organization) ? 'ended' : 'blocked';
}

/** Whoever was never found in the directory may be a member under another address that the ledger has. */
function stateWhereNoMember({ identity }: PersonLedger): RequestState {
  if (identity === undefined) return 'pending';
  return identity.kind === 'resolved' || identity.lastKnownId !== undefined ? 'applied' : 'blocked';
}

/** How far a request about a rule or an access-policy entry has come; undefined: the ledger does not have it. */
export function namedProgress(
  ledger: RuleLedger | EntityLedger | undefined,
  organization: Pick<OrganizationPolicy, 'groups'>,
  requestId: string,
  nowMs: number,
): RequestProgress {
  if (ledger === undefined) return { state: 'pending' };
  const latest = latestOf<(typeof ledger.statements)[number]>(ledger.statements);
  if (latest?.requestId !== requestId) return { state: 'ended' };
  const { want } = latest;
  const isOver = typeof want === 'object' && want.validUntilMs !== undefined && want.validUntilMs <= nowMs;
  if (isOver) return { state: ledger.have === undefined ? 'ended' : 'ending' };
  const left = typeof want === 'object' ? groupsOutOfPolicy(want, organization).length : 0;
  if (left > 0 && ledger.have === undefined) return { state: 'blocked' };
  if (typeof want === 'object' && left > 0 && left === want.definition.groups.length)
    return { state: 'ending' };
  return { state: ledger.settled === requestId ? 'applied' : 'pending' };
}
