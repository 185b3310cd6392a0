import { hashOf } from './canonical-json';
import { fold } from './person-key';
import type { OrganizationPolicy, PolicyEntity } from './policy';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

export type FindingCheck =
  | 'member-without-reason'
  | 'member-missing'
  | 'leaver-present'
  | 'group-missing'
  | 'policy-entity-unexpected'
  | 'policy-entity-missing'
  | 'rule-altered'
  | 'rule-missing'
  | 'rule-unknown'
  | 'part-unknown';

const SEVERITY: Readonly<Record<FindingCheck, Severity>> = {
  'member-without-reason': 'high',
  'member-missing': 'medium',
  'leaver-present': 'critical',
  'group-missing': 'medium',
  'policy-entity-unexpected': 'high',
  'policy-entity-missing': 'medium',
  'rule-altered': 'high',
  'rule-missing': 'medium',
  'rule-unknown': 'medium',
  'part-unknown': 'high',
};

/** One audit result. The id is the same every night for the same fault. `subject` says what it is about, by names and ids. */
export type Finding = Readonly<{
  id: string;
  check: FindingCheck;
  severity: Severity;
  subject: Readonly<Record<string, string>>;
}>;

type FindingState = 'new' | 'open' | 'fixed' | 'reopened';

/** A finding over the nights. */
export type FindingRecord = Finding &
  Readonly<{ state: FindingState; firstSeenMs: number; lastSeenMs: number }>;

/** A part of the snapshot that could not be read is `unknown`: it is never taken for empty. */
export type Known<T> = Readonly<{ kind: 'known'; value: T }> | Readonly<{ kind: 'unknown'; code: string }>;

export type SnapshotRule = Readonly<{ ruleId: number; name: string; contentHash: string }>;

/** What UiPath says at the time of the audit. Group names are folded; `undefined` in place of members: UiPath has no such group. */
export type Snapshot = Readonly<{
  groups: ReadonlyMap<
    string,
    Known<Readonly<{ groupId: string; memberIds: ReadonlySet<string> }> | undefined>
  >;
  accessPolicy: Known<readonly PolicyEntity[]>;
  rules: Known<readonly SnapshotRule[]>;
}>;

/** What the ledger says of one person. */
export type ExpectedPerson = Readonly<{
  personKey: string;
  memberId: string;
  left: boolean;
  groups: ReadonlySet<string>;
  /** A change of this person is on its way: the audit neither misses nor blames the membership. */
  pending: boolean;
}>;

export type Expectation = Readonly<{
  people: readonly ExpectedPerson[];
  /** Directory ids that a group's policy protects, by folded group name. */
  protectedIds: ReadonlyMap<string, ReadonlySet<string>>;
  rules: ReadonlyArray<Readonly<{ ruleId: number; name: string; contentHash: string; pending: boolean }>>;
}>;

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

/** What became of each finding since the last audit: same id, same finding. Findings of parts that are unknown today are kept as they are. */
export function followFindings(
  before: readonly FindingRecord[],
  found: readonly Finding[],
  nowMs: number,
  isUnknown: (finding: Finding) => boolean,
): readonly FindingRecord[] {
  const earlier = new Map(before.map((record) => [record.id, record]));
  const today = new Set(found.map((finding) => finding.id));
  return [
    ...found.map((finding): FindingRecord => {
      const known = earlier.get(finding.id);
      return {
        ...finding,
        state: known === undefined ? 'new' : known.state === 'fixed' ? 'reopened' : 'open',
        firstSeenMs: known?.firstSeenMs ?? nowMs,
        lastSeenMs: nowMs,
      };
    }),
    ...before
      .filter((record) => !today.has(record.id))
      .map((record): FindingRecord => (isUnknown(record) ? record : { ...record, state: 'fixed' })),
  ];
}

function createFinding(
  organization: OrganizationPolicy,
  check: FindingCheck,
  subject: Readonly<Record<string, string>>,
): Finding {
  return {
    id: hashOf([organization.alias, check, subject]).slice(0, 16),
    check,
    severity: SEVERITY[check],
    subject,
  };
}

function auditGroup(
  organization: OrganizationPolicy,
  name: string,
  snapshot: Snapshot,
  expected: Expectation,
): readonly Finding[] {
  const read = snapshot.groups.get(name);
  if (read === undefined || read.kind === 'unknown')
    return [createFinding(organization, 'part-unknown', { part: `group:${name}` })];
  if (read.value === undefined) return [createFinding(organization, 'group-missing', { group: name })];
  const { memberIds } = read.value;
  const people = new Map(expected.people.map((person) => [person.memberId, person]));
  const protectedIds = expected.protectedIds.get(name);
  const extra = [...memberIds].flatMap((memberId) => {
    const person = people.get(memberId);
    if (person?.pending === true || person?.groups.has(name) === true) return [];
    if (protectedIds?.has(memberId) === true || organization.protectedPrincipals.has(memberId)) return [];
    const check = person?.left === true ? 'leaver-present' : 'member-without-reason';
    return [createFinding(organization, check, { group: name, memberId })];
  });
  const missing = expected.people
    .filter((person) => !person.pending && person.groups.has(name) && !memberIds.has(person.memberId))
    .map(({ memberId }) => createFinding(organization, 'member-missing', { group: name, memberId }));
  return [...extra, ...missing];
}

function auditAccessPolicy(organization: OrganizationPolicy, snapshot: Snapshot): readonly Finding[] {
  const { baseline } = organization.accessPolicy;
  if (baseline === undefined) return [];
  if (snapshot.accessPolicy.kind === 'unknown')
    return [createFinding(organization, 'part-unknown', { part: 'access-policy' })];
  const want = new Set(baseline.map(entityName));
  const have = new Set(snapshot.accessPolicy.value.map(entityName));
  return [
    ...[...have]
      .filter((entity) => !want.has(entity))
      .map((entity) => createFinding(organization, 'policy-entity-unexpected', { entity })),
    ...[...want]
      .filter((entity) => !have.has(entity))
      .map((entity) => createFinding(organization, 'policy-entity-missing', { entity })),
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
    return [createFinding(organization, 'part-unknown', { part: 'rules' })];
  const have = new Map(snapshot.rules.value.map((rule) => [rule.ruleId, rule]));
  const ours = new Set(expected.rules.map((rule) => rule.ruleId));
  return [
    ...expected.rules
      .filter((rule) => !rule.pending)
      .flatMap((rule) => {
        const found = have.get(rule.ruleId);
        const subject = { rule: rule.name, ruleId: String(rule.ruleId) };
        if (found === undefined) return [createFinding(organization, 'rule-missing', subject)];
        return found.contentHash === rule.contentHash
          ? []
          : [createFinding(organization, 'rule-altered', subject)];
      }),
    ...snapshot.rules.value
      .filter((rule) => !ours.has(rule.ruleId))
      .map((rule) =>
        createFinding(organization, 'rule-unknown', { rule: rule.name, ruleId: String(rule.ruleId) }),
      ),
  ];
}
