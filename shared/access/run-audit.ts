import type { Clock } from '../clock';
import { hashOf } from '../domain/canonical-json';
import { auditOrganization } from '../domain/audit/audit-organization';
import type { Expectation } from '../domain/audit/expectation';
import type { Finding } from '../domain/audit/finding';
import { followFindings } from '../domain/audit/follow-findings';
import type { AuditReport } from '../domain/audit/report';
import type { Known, Snapshot, SnapshotRule } from '../domain/audit/snapshot';
import { ruleContentHash } from '../domain/named-ledger';
import { fold } from '../domain/person-key';
import type { OrganizationPolicy, Policy, PolicyEntity } from '../domain/policy';
import type { HttpMethod } from '../domain/quota';
import { AppError, errorCodeOf } from '../errors';
import type { Log } from '../log';
import type { FindingStore } from '../storage/findings';
import type { LedgerStore } from '../storage/ledger';
import type { ReportStore } from '../storage/reports';
import type { AuditMessage, WorkQueues } from '../storage/queues';
import type { UiPathClient } from '../uipath/client';
import { parseRuleDefinition } from '../uipath/rule-definition';
import type { UiPathRule } from '../uipath/rules';
import { readExpectation, type ExpectationDeps } from './read-expectation';
import { updateLedger } from './update-ledger';

/** The calls to UiPath that an audit makes: reads only. */
type AuditUiPath = Readonly<{
  groups: Pick<UiPathClient['groups'], 'list' | 'listMembers'>;
  directory: Pick<UiPathClient['directory'], 'resolveByNames'>;
  rules: Pick<UiPathClient['rules'], 'list' | 'read'>;
  accessPolicy: Pick<UiPathClient['accessPolicy'], 'read'>;
}>;

export type RunAuditDeps = Omit<ExpectationDeps, 'directory'> &
  Readonly<{
    policy: () => Promise<Policy>;
    /** `tell` hears of every call. */
    uipath: (organization: string, tell: (method: HttpMethod) => void) => Promise<AuditUiPath>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'list'>;
    findings: FindingStore;
    reports: ReportStore;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/**
 * Audits one organization: reads what UiPath has, compares it with the ledger and the policy, follows the findings, stores
 * the report. A part that cannot be read is unknown in the result; waiting for quota ends the audit and is thrown.
 *
 * @throws AppError `message-invalid`, `quota-exhausted`, `uipath-throttled`
 */
export async function runAudit(deps: RunAuditDeps, message: AuditMessage): Promise<AuditReport> {
  const policy = await deps.policy();
  const organization = policy.organizations.get(message.organization);
  if (organization === undefined)
    throw new AppError('message-invalid', 'The policy names no such organization');
  const calls = new Map<string, number>();
  const uipath = await deps.uipath(organization.alias, (method) => {
    calls.set(method, (calls.get(method) ?? 0) + 1);
  });
  const nowMs = deps.clock.now();
  const expected = await readExpectation({ ...deps, directory: uipath.directory }, organization, nowMs);
  const ruleIds = expected.rules.map((rule) => rule.ruleId);
  const snapshot = await takeSnapshot(organization, uipath, ruleIds);
  const found = auditOrganization(organization, snapshot, expected);
  const before = await deps.findings.list(organization.alias);
  const findings = followFindings(before, found, nowMs, (finding) => isUnknownNow(finding, found));
  await deps.findings.save(organization.alias, findings);
  const report: AuditReport = {
    schemaVersion: 1,
    organization: organization.alias,
    night: message.night,
    startedAtMs: nowMs,
    takenAtMs: deps.clock.now(),
    policyHash: policy.hash,
    result: found.length === 0 ? 'green' : 'red',
    unknown: unknownParts(snapshot),
    looked: whatWasLookedAt(snapshot, expected),
    calls: Object.fromEntries(calls),
    ownChecks: {},
    findings,
  };
  await deps.reports.save(organization.alias, message.night, report);
  await recordAudit(deps, report);
  deps.log({
    event: 'audit-done',
    organization: organization.alias,
    result: report.result,
    findings: found.length,
  });
  return report;
}

/** Audits now, or when UiPath's quota allows it: the message then comes back by itself. */
export async function auditWhenPossible(
  deps: RunAuditDeps & Readonly<{ queues: Pick<WorkQueues, 'enqueueAudit'> }>,
  message: AuditMessage,
): Promise<void> {
  try {
    await runAudit(deps, message);
  } catch (error) {
    if (!(error instanceof AppError) || error.retryAtMs === undefined) throw error;
    await deps.queues.enqueueAudit(message, error.retryAtMs - deps.clock.now());
    deps.log({ event: 'audit-waits', organization: message.organization, code: error.code });
  }
}

/** The report's hash goes into the evidence, so that a report changed later is seen. */
async function recordAudit(deps: RunAuditDeps, report: AuditReport): Promise<void> {
  const reportHash = hashOf(report);
  const { night, takenAtMs: atMs, policyHash, result } = report;
  await updateLedger(
    deps.ledger,
    { organization: report.organization, kind: 'organization', key: 'organization' },
    (current) => ({
      next: { maxIdsPerPut: current?.maxIdsPerPut, lastAudit: { night, reportHash, atMs } },
      evidence: [{ kind: 'audit', atMs, policyHash, facts: { night, reportHash, result } }],
    }),
  );
}

function unknownParts({ groups, accessPolicy, rules }: Snapshot): AuditReport['unknown'] {
  return [
    ...[...groups].map(([name, group]) => ({ part: `group:${name}`, read: group })),
    { part: 'access-policy', read: accessPolicy },
    { part: 'rules', read: rules },
  ].flatMap(({ part, read }) => (read.kind === 'unknown' ? [{ part, code: read.code }] : []));
}

function whatWasLookedAt(
  { groups, accessPolicy, rules }: Snapshot,
  { people }: Expectation,
): AuditReport['looked'] {
  const read = [...groups.values()].flatMap((group) => (group.kind === 'known' ? [group.value] : []));
  return {
    groups: read.length,
    members: read.reduce((sum, group) => sum + (group?.memberIds.size ?? 0), 0),
    people: people.length,
    rules: rules.kind === 'known' ? rules.value.length : 0,
    policyEntities: accessPolicy.kind === 'known' ? accessPolicy.value.length : 0,
  };
}

/** A finding about a part that is unknown today is neither fixed nor confirmed. */
function isUnknownNow(finding: Finding, found: readonly Finding[]): boolean {
  const unknown = new Set(
    found.filter((other) => other.check === 'part-unknown').map((other) => other.subject['part']),
  );
  if (finding.check.startsWith('policy-entity-')) return unknown.has('access-policy');
  if (finding.check.startsWith('rule-')) return unknown.has('rules');
  return unknown.has(`group:${finding.subject['group'] ?? ''}`);
}

async function takeSnapshot(
  organization: OrganizationPolicy,
  uipath: AuditUiPath,
  ruleIds: readonly number[],
): Promise<Snapshot> {
  const listed = await known(async () => uipath.groups.list());
  const groups = new Map<string, Snapshot['groups'] extends ReadonlyMap<string, infer V> ? V : never>();
  for (const name of organization.groups.keys()) {
    if (listed.kind === 'unknown') {
      groups.set(name, listed);
      continue;
    }
    const group = listed.value.find((candidate) => fold(candidate.name) === name);
    groups.set(
      name,
      group === undefined
        ? { kind: 'known', value: undefined }
        : await known(async () => ({
            groupId: group.id,
            memberIds: new Set((await uipath.groups.listMembers(group.id)).map((member) => member.id)),
          })),
    );
  }
  return {
    groups,
    accessPolicy: await known(async () => (await uipath.accessPolicy.read()).map(toPolicyEntity)),
    rules: await known(async () => (await readRules(uipath, ruleIds)).map(toSnapshotRule)),
  };
}

/** The list hides rules where there is no SAML, so those we know of are then read one by one. */
async function readRules(uipath: AuditUiPath, ruleIds: readonly number[]): Promise<readonly UiPathRule[]> {
  const listed = await uipath.rules.list();
  const hidden = ruleIds.filter((ruleId) => !listed.some((rule) => rule.id === ruleId));
  const rules = [...listed];
  for (const ruleId of hidden) {
    try {
      rules.push(await uipath.rules.read(ruleId));
    } catch (error) {
      if (errorCodeOf(error) !== 'uipath-not-found') throw error;
    }
  }
  return rules;
}

function toSnapshotRule(rule: UiPathRule): SnapshotRule {
  const { groupsToAssign, conditions } = parseRuleDefinition(rule.definition ?? '');
  const { id: ruleId, name, enabled } = rule;
  const description = rule.description ?? '';
  return {
    ruleId,
    name,
    contentHash: ruleContentHash({ description, enabled, groupIds: groupsToAssign, conditions }),
  };
}

function toPolicyEntity(
  entity: Readonly<{
    objectType: string | null;
    name: string | null;
    email: string | null;
    identifier: string;
  }>,
): PolicyEntity {
  const entityType =
    entity.objectType === 'DirectoryGroup'
      ? 'group'
      : entity.objectType === 'DirectoryApplication'
        ? 'application'
        : 'user';
  return { entityType, name: (entityType === 'user' ? entity.email : entity.name) ?? entity.identifier };
}

/** A failed read is an unknown part. Only "come back later" is passed on: the audit is then done later as a whole. */
async function known<T>(read: () => Promise<T>): Promise<Known<T>> {
  try {
    return { kind: 'known', value: await read() };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'quota-exhausted' || code === 'uipath-throttled') throw error;
    return { kind: 'unknown', code };
  }
}
