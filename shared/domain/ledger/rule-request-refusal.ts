import { fold } from '../fold';
import { groupPolicyOf, type OrganizationPolicy, type RequestRules } from '../policy';
import type { AccessRequest, RuleDefinition } from './access-request';
import { ruleMatchesNearlyEverybody } from './rule-matches-nearly-everybody';

/** Why the policy refuses a rule, whoever asked for it and approved it. */
type RuleRefusal =
  | 'group-not-managed'
  | 'not-requestable'
  | 'group-only-observed'
  | 'separation-of-duties'
  | 'matches-nearly-everybody';

type CreateOrUpdateRule = Extract<AccessRequest['action'], { kind: 'create-rule' | 'update-rule' }>;

/** The request rules that bind a rule: its own, and those of each group that it fills. */
export function rulesOfRule(
  { definition }: Pick<CreateOrUpdateRule, 'definition'>,
  organization: OrganizationPolicy,
): ReadonlyArray<RequestRules | undefined> {
  const groups = definition.groups.map((name) => groupPolicyOf(organization, name)?.requests);
  return [organization.rules.requests, ...groups];
}

/**
 * The refusal of a rule by what it would do, or undefined. It is a grant of each of its groups to whomever it matches at sign-in, so
 * that a group which nobody may be granted, or which must not go together with another, is none of its groups.
 */
export function refusalOfRule(
  { definition }: Pick<CreateOrUpdateRule, 'definition'>,
  organization: OrganizationPolicy,
): RuleRefusal | undefined {
  const groups = definition.groups.map((name) => groupPolicyOf(organization, name));
  if (groups.includes(undefined)) return 'group-not-managed';
  if (groups.some((group) => group?.requests === undefined)) return 'not-requestable';
  if (groups.some((group) => group?.mode === 'observe')) return 'group-only-observed';
  if (definition.groups.some((name) => isKeptApart(organization, name))) return 'separation-of-duties';
  return isTooWide(definition, organization) ? 'matches-nearly-everybody' : undefined;
}

function isKeptApart({ separationOfDuties }: OrganizationPolicy, name: string): boolean {
  return separationOfDuties.some((pair) => pair.includes(fold(name)));
}

function isTooWide({ conditions }: RuleDefinition, { rules }: OrganizationPolicy): boolean {
  return !rules.mayMatchEverybody && ruleMatchesNearlyEverybody(conditions);
}
