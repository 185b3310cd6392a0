import type { FindingRecord } from '../audit/finding';
import { fold } from '../fold';
import type { Reason } from '../ledger/person-access';
import {
  grantsByKey,
  keyOfGrant,
  type AppliedMembership,
  type Grant,
  type PersonLedger,
} from '../ledger/person-ledger';
import type { OrganizationPolicy } from '../policy';

/** Why somebody may be in a group, with what a reader asks next: which line or ticket, who decided, from when and to when. */
export type ExplainedReason =
  | Readonly<{
      kind: 'birthright';
      line: string;
      /** Attributes with the values of which one is needed. */
      when: Readonly<Record<string, readonly string[]>>;
      untilMs: number | null;
    }>
  | Readonly<{
      kind: 'grant';
      ticket: string;
      ticketUrl: string | null;
      source: string;
      requester: string;
      approvers: readonly string[];
      fromMs: number;
      untilMs: number | null;
    }>
  | Readonly<{
      kind: 'waiver';
      finding: string;
      reason: string;
      owner: string;
      ticket: string;
      untilMs: number;
    }>
  | Readonly<{ kind: 'protected' }>
  /** The policy does not name the group any more, and this app put them there: the membership ends with the plan of that edit. */
  | Readonly<{ kind: 'group-not-in-policy'; by: 'birthright' | 'grant' | null }>;

/** A group that a person is in, or has a reason to be in. */
export type ExplainedGroup = Readonly<{
  group: string;
  /** As this app has seen it in UiPath. */
  isMember: boolean;
  sinceMs: number | null;
  /** `applied`: this app put them there. `standing`: they were there before. */
  origin: AppliedMembership['origin'] | null;
  reasons: readonly ExplainedReason[];
}>;

export type WhatIsKnown = Readonly<{
  ledger: PersonLedger;
  reasons: readonly Reason[];
  organization: Pick<OrganizationPolicy, 'groups' | 'birthright'>;
  /** Findings of the organization: those that somebody accepted are reasons too. */
  findings: readonly Pick<FindingRecord, 'id' | 'check' | 'state' | 'subject' | 'waiver'>[];
  /** Everything that names the person: addresses and directory ids, folded. */
  names: ReadonlySet<string>;
}>;

/** Explains one group, by its folded name. */
export function explainGroup(
  { ledger, reasons, organization, findings, names }: WhatIsKnown,
  group: string,
): ExplainedGroup {
  const membership = ledger.applied.find(({ groupName }) => fold(groupName) === group);
  const named = organization.groups.get(group);
  const isProtected = [...names].some((name) => named?.protectedMembers.has(name) === true);
  return {
    group: membership?.groupName ?? named?.name ?? group,
    isMember: membership !== undefined,
    sinceMs: membership?.sinceMs ?? null,
    origin: membership?.origin ?? null,
    reasons: [
      ...reasons
        .filter((reason) => reason.group === group)
        .map((reason) => explainReason(reason, ledger.grants, organization)),
      ...findings.flatMap((finding) => waiverReason(finding, group, names)),
      ...(isProtected ? [{ kind: 'protected' } as const] : []),
      ...(named === undefined && membership?.origin === 'applied'
        ? [{ kind: 'group-not-in-policy', by: membership.by ?? null } as const]
        : []),
    ],
  };
}

function explainReason(
  reason: Reason,
  grants: readonly Grant[],
  { birthright }: Pick<OrganizationPolicy, 'birthright'>,
): ExplainedReason {
  const untilMs = reason.untilMs ?? null;
  if (reason.kind === 'birthright') {
    const line = birthright.find(({ name }) => name === reason.line);
    const when = Object.fromEntries([...(line?.when ?? [])].map(([name, values]) => [name, [...values]]));
    return { kind: 'birthright', line: reason.line, when, untilMs };
  }
  const grant = grantsByKey(grants).get(keyOfGrant(reason));
  return {
    kind: 'grant',
    ticket: grant?.ticketId ?? reason.requestId,
    ticketUrl: grant?.ticketUrl ?? null,
    source: grant?.source ?? '',
    requester: grant?.requester ?? '',
    approvers: grant?.approvals.map(({ approver }) => approver) ?? [],
    fromMs: grant?.validFromMs ?? 0,
    untilMs,
  };
}

/**
 * An acceptance in this group, by its folded name, of whoever has one of these names. Where a finding names an account by its id only that
 * counts, and else the address of somebody in the ledger: anybody may call a robot, a rule or a group what they like.
 */
export function waiverReason(
  { id, check, state, subject, waiver }: WhatIsKnown['findings'][number],
  group: string,
  names: ReadonlySet<string>,
): readonly ExplainedReason[] {
  if (state !== 'waived' || waiver === undefined || check === 'member-missing') return [];
  const { group: of = '', other = '', memberId, personKey, name } = subject;
  const about = memberId ?? (personKey === undefined ? undefined : name);
  const isOfGroup = [of, other].some((one) => fold(one) === group);
  if (!isOfGroup || about === undefined || !names.has(fold(about))) return [];
  const { reason, owner, ticket, untilMs } = waiver;
  return [{ kind: 'waiver', finding: id, reason, owner, ticket, untilMs }];
}
