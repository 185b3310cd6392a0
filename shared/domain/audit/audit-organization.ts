import { fold } from '../person-key';
import type { OrganizationPolicy, PolicyEntity } from '../policy';
import type { Expectation } from './expectation';
import { createFinding, type Finding } from './finding';
import type { Snapshot } from './snapshot';

/** Compares what is with what was agreed. */
export function auditOrganization(
  organization: OrganizationPolicy,
  snapshot: Snapshot,
  expected: Expectation,
): readonly Finding[] {
  return [
    ...[...organization.groups.keys()].flatMap((name) => auditGroup(organization, name, snapshot, expected)),
    ...auditAccessPolicy(organization, snapshot),
    ...auditRules(organization, snapshot, expected),
  ].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function auditGroup(
  organization: OrganizationPolicy,
  name: string,
  snapshot: Snapshot,
  expected: Expectation,
): readonly Finding[] {
  const read = snapshot.groups.get(name);
  if (read === undefined || read.kind === 'unknown')
    return [createFinding(organization.alias, 'part-unknown', { part: `group:${name}` })];
  if (read.value === undefined) return [createFinding(organization.alias, 'group-missing', { group: name })];
  const { memberIds } = read.value;
  const people = new Map(expected.people.map((person) => [person.memberId, person]));
  const protectedIds = expected.protectedIds.get(name);
  const extra = [...memberIds].flatMap((memberId) => {
    const person = people.get(memberId);
    if (person?.pending === true || person?.groups.has(name) === true) return [];
    if (protectedIds?.has(memberId) === true || organization.protectedPrincipals.has(memberId)) return [];
    const check = person?.left === true ? 'leaver-present' : 'member-without-reason';
    return [createFinding(organization.alias, check, { group: name, memberId })];
  });
  const missing = expected.people
    .filter((person) => !person.pending && person.groups.has(name) && !memberIds.has(person.memberId))
    .map(({ memberId }) => createFinding(organization.alias, 'member-missing', { group: name, memberId }));
  return [...extra, ...missing];
}

function auditAccessPolicy(organization: OrganizationPolicy, snapshot: Snapshot): readonly Finding[] {
  const { baseline } = organization.accessPolicy;
  if (baseline === undefined) return [];
  if (snapshot.accessPolicy.kind === 'unknown')
    return [createFinding(organization.alias, 'part-unknown', { part: 'access-policy' })];
  const want = new Set(baseline.map(entityName));
  const have = new Set(snapshot.accessPolicy.value.map(entityName));
  return [
    ...[...have]
      .filter((entity) => !want.has(entity))
      .map((entity) => createFinding(organization.alias, 'policy-entity-unexpected', { entity })),
    ...[...want]
      .filter((entity) => !have.has(entity))
      .map((entity) => createFinding(organization.alias, 'policy-entity-missing', { entity })),
  ];
}

function entityName(entity: PolicyEntity): string {
  return `${entity.entityType}:${fold(entity.name)}`;
}

function auditRules(
  organization: OrganizationPolicy,
  snapshot: Snapshot,
  expected: Expectation,
): readonly Finding[] {
  if (snapshot.rules.kind === 'unknown')
    return [createFinding(organization.alias, 'part-unknown', { part: 'rules' })];
  const have = new Map(snapshot.rules.value.map((rule) => [rule.ruleId, rule]));
  const ours = new Set(expected.rules.map((rule) => rule.ruleId));
  return [
    ...expected.rules
      .filter((rule) => !rule.pending)
      .flatMap((rule) => {
        const found = have.get(rule.ruleId);
        const subject = { rule: rule.name, ruleId: String(rule.ruleId) };
        if (found === undefined) return [createFinding(organization.alias, 'rule-missing', subject)];
        return found.contentHash === rule.contentHash
          ? []
          : [createFinding(organization.alias, 'rule-altered', subject)];
      }),
    ...snapshot.rules.value
      .filter((rule) => !ours.has(rule.ruleId))
      .map((rule) =>
        createFinding(organization.alias, 'rule-unknown', { rule: rule.name, ruleId: String(rule.ruleId) }),
      ),
  ];
}
