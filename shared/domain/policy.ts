import type { AuditPolicy } from './audit/audit-policy';
import type { DecisionRules } from './decision-rules';
import type { CheckId } from './audit/check-catalog';
import type { GuardLimits } from './plan/guards';
import { ADMINISTRATORS_GROUP_ID } from './plan/hard-stops';
import { fold } from './fold';
import type { LeaverDateRule } from './ledger/effective-time';
import type { SourceSettings } from './source-settings';

/** `observe` reports only; `additive` removes only what the ledger put there; `authoritative`: the ledger is the whole truth. */
export type GroupMode = 'observe' | 'additive' | 'authoritative';

/** `observe`: nothing is written to UiPath for the organization, whatever the modes of its groups; `enforce`: they decide. */
export type OrganizationMode = 'observe' | 'enforce';

/** People by e-mail address, or anyone the source vouches for. */
export type People = 'anyone' | ReadonlySet<string>;

/** Who may ask for something, who may approve it, how many approvals it takes and how long it may last. */
export type RequestRules = Readonly<{
  requesters: People;
  approvers: People;
  approvals: number;
  /** Older than this an approval does not count. */
  approvalsLastDays: number;
  /** undefined: a grant without an end is allowed. */
  longestDays: number | undefined;
}>;

export type GroupPolicy = Readonly<{
  name: string;
  mode: GroupMode;
  privileged: boolean;
  /** Who answers for the group, as text that is only shown. */
  owner?: string | undefined;
  /** undefined: the group cannot be requested. */
  requests: RequestRules | undefined;
  /** Folded addresses: never removed by this application, and no finding. */
  protectedMembers: ReadonlySet<string>;
  /** Limits of its own, in place of the organization's. */
  guards: Partial<Pick<GuardLimits, 'group' | 'day'>>;
  /** Checks whose remediations in this group need no release. */
  remediate: ReadonlySet<CheckId>;
}>;

/** A birthright line: a person who has one of the values of every attribute in `when` belongs to `groups`. */
export type BirthrightLine = Readonly<{
  name: string;
  /** Attribute name to folded values; an empty map matches every active worker. */
  when: ReadonlyMap<string, ReadonlySet<string>>;
  groups: readonly string[];
}>;

export type PolicyEntity = Readonly<{ entityType: 'user' | 'group' | 'application'; name: string }>;

/** A rule that is agreed although no request made it. */
export type BaselineRule = Readonly<{ name: string; owner: string | undefined; untilMs: number | undefined }>;

/** Receivers of the notification about an audit. */
export type NotifyTarget = Readonly<{
  name: string;
  url: string;
  /** Name of the secret that signs. */ secret: string;
}>;

export type OrganizationPolicy = Readonly<{
  alias: string;
  mode: OrganizationMode;
  partitionGlobalId: string;
  identityBaseUrl: string;
  auditBaseUrl: string | undefined;
  /** Name of the secret that holds the client id and secret. */
  credentialSecret: string;
  quota: Readonly<{ share: number; reserve: number }>;
  timeZone: string;
  maxIdsPerPut: number;
  guards: GuardLimits;
  /** How long a held plan may be released. */
  planExpiryDays: number;
  /** How long an address that UiPath does not know yet is tried again. */
  identityRetryHours: number;
  mover: Readonly<{ graceDays: number }>;
  /** During a leave of absence reasons are kept, or rest until the return. */
  absence: Readonly<{ access: 'keep' | 'suspend' }>;
  /** A word about a time further back than this is followed, and reported. */
  catchUpDays: number;
  leaver: Readonly<{ date: LeaverDateRule; groups: 'all' | 'managed'; lockoutDays: number }>;
  groups: ReadonlyMap<string, GroupPolicy>;
  birthright: readonly BirthrightLine[];
  separationOfDuties: ReadonlyArray<readonly [string, string]>;
  rules: Readonly<{
    requests: RequestRules | undefined;
    /** Whether a rule may be asked for whose conditions hold of nearly everybody. */
    mayMatchEverybody: boolean;
    /** Rules that are agreed although no request made them. */
    baseline: readonly BaselineRule[];
  }>;
  accessPolicy: Readonly<{
    requests: RequestRules | undefined;
    /** undefined: the list is not audited. */
    baseline: readonly PolicyEntity[] | undefined;
  }>;
  /** Bare GUIDs of users, robots and applications that no plan may remove from anything. */
  protectedPrincipals: ReadonlySet<string>;
  notify: readonly NotifyTarget[];
  /** `checkpoints`: address of a container elsewhere that keeps those of the log; undefined: none does. */
  evidence: Readonly<{ checkpoints?: string | undefined }>;
  /** Who may look at the organization in the console, and who may also decide there. */
  console: Readonly<{ readers: People; operators: People }>;
  decisions: DecisionRules;
  audit: AuditPolicy;
}>;

export type Feed = 'hr' | 'ticket';

/** A source: its format, its secret, and the organizations it may send for. */
export type SourcePolicy = Readonly<{
  feed: Feed;
  name: string;
  format: string;
  /** Name of the secret; undefined where an identity is the proof. */
  secret: string | undefined;
  organizations: readonly string[];
  /** A source that sends nothing for so long is reported; undefined: it may be silent. */
  heartbeatHours: number | undefined;
}> &
  SourceSettings;

export type Policy = Readonly<{
  /** SHA-256 of the policy file: every evidence record names it. */
  hash: string;
  organizations: ReadonlyMap<string, OrganizationPolicy>;
  sources: readonly SourcePolicy[];
}>;

/** The largest policy file, in bytes of UTF-8: some thousands of groups and lines, read within seconds. */
export const LONGEST_POLICY_BYTES = 524_288;

/** Attributes that conditions of birthright lines ask for. */
export function attributesAsked(organizations: Iterable<OrganizationPolicy>): ReadonlySet<string> {
  return new Set(
    [...organizations].flatMap(({ birthright }) => birthright.flatMap(({ when }) => [...when.keys()])),
  );
}

/** The group a request or birthright line means: names are compared without case. */
export function groupPolicyOf(organization: OrganizationPolicy, name: string): GroupPolicy | undefined {
  return organization.groups.get(fold(name));
}

/** Folded addresses of whom the policy keeps in a group: its protected members, in Administrators the accounts for emergencies too. */
export function protectedIn(
  organization: OrganizationPolicy,
  { groupId, name }: Readonly<{ groupId: string; name: string }>,
): ReadonlySet<string> {
  const members = groupPolicyOf(organization, name)?.protectedMembers ?? new Set<string>();
  const { administrators } = organization.audit;
  if (groupId !== ADMINISTRATORS_GROUP_ID || administrators === undefined) return members;
  return new Set([...members, ...administrators.breakGlass]);
}

/** True where people are listed, and the folded address is among them. */
export function isNamed(people: People, address: string): boolean {
  return people !== 'anyone' && people.has(address);
}

/** Every request rule of an organization, with what it is of. */
export function requestRulesOf({
  groups,
  rules,
  accessPolicy,
}: OrganizationPolicy): ReadonlyArray<readonly [of: string, rules: RequestRules]> {
  const all = [
    ...[...groups.values()].map(({ name, requests }) => [`group ${name}`, requests] as const),
    ['rules', rules.requests] as const,
    ['access policy', accessPolicy.requests] as const,
  ];
  return all.flatMap(([of, requests]) => (requests === undefined ? [] : [[of, requests] as const]));
}

/** Administrators is privileged whatever the policy says of it. */
export function isPrivilegedByName(name: string): boolean {
  return fold(name) === 'administrators';
}

/** The source behind a webhook address, or undefined. */
export function sourceOf(policy: Policy, feed: Feed, name: string): SourcePolicy | undefined {
  return policy.sources.find((source) => source.feed === feed && source.name === name);
}
