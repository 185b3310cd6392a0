import type { z } from 'zod';
import type { AuditUiPath } from './snapshot-context';
import type { Clock } from '../../clock';
import { toCheckInput } from '../../domain/audit/check-input';
import { runAllChecks } from '../../domain/audit/checks/run-all-checks';
import { rememberEarlierAudits } from '../../domain/audit/seen-in-earlier-audits';
import { rejectEmptyAnswers } from '../../domain/audit/reject-empty-answers';
import { isOpen } from '../../domain/audit/finding';
import { checksOf, type AuditReport } from '../../domain/audit/report';
import { reachOfWaivers } from '../../domain/audit/waiver';
import { allowanceOf, DEFAULT_QUOTA_RULES, type HttpMethod } from '../../domain/plan/quota';
import { AppError } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { FindingStore } from '../../storage/findings';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import type { AuditMessage } from '../../storage/queues';
import type { SentChanges } from '../../storage/calls/sent-changes';
import type { SnapshotStore } from '../../storage/snapshots';
import type { WaiverStore } from '../../storage/waivers';
import { attributeFindings, ownNamesIn } from './read-log-and-attribute-findings';
import { findUsesElsewhere } from './find-uses-elsewhere';
import { isComeBackLater } from './is-come-back-later';
import { countWhatWasRead } from './count-what-was-read';
import { proveEvidenceOfNight, type ProveEvidenceDeps } from './prove-evidence-of-night';
import { giveUpEarlierNights } from './give-up-earlier-nights';
import { followFindings, unreadableParts } from './follow-findings';
import { readStoredSnapshotIfReadable } from '../ledger/read-stored-snapshot-if-readable';
import { openResumableReader, type ResumableReader } from './resumable-snapshot-reader';
import { verifyEmptyGroups } from './verify-empty-groups';
import {
  DECISION,
  EARLIER_NIGHT,
  remediateAndStoreAuditResult,
  readEarlierNight,
  reportOfNight,
  type RemediateAndStoreAuditResultDeps,
} from './remediate-and-store-audit-result';
import { readObserved } from '../ledger/organization/observed-organization';
import { readVersionStanding } from '../ledger/organization/policy-versions';
import { policyInForce, type VersionInForceDeps } from '../ledger/organization/version-in-force';
import { ownChecksOf, reportWithoutJudgement, type Night } from './report-without-judgement';
import { pausedIn, type ShowPauseDeps } from '../ledger/organization/pause-of-organization';
import { planRemediations } from './plan-remediations';
import { readAdministratorNames, resolveOpenIdsAndAddresses } from './resolve-open-ids-and-addresses';
import {
  BEGINNING,
  readBeginning,
  readExpectedAccess,
  readRuleIds,
  withChangedPeoplePending,
} from './read-expected-access';
import { readOperationalState, type OperationalStateDeps } from './read-operational-state';
import { readSnapshot } from './read-snapshot';

export type RunAuditDeps = OperationalStateDeps &
  ProveEvidenceDeps &
  RemediateAndStoreAuditResultDeps &
  VersionInForceDeps &
  ShowPauseDeps &
  Readonly<{
    /** The application's own id and scopes come along; `tell` hears of every call. */
    uipath: (
      organization: string,
      tell: (method: HttpMethod) => void,
    ) => Promise<AuditUiPath & Readonly<{ own: Readonly<{ clientId: string; scopes: readonly string[] }> }>>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence' | 'evidence' | 'list'> &
      ProveEvidenceDeps['ledger'];
    changes: Pick<ChangeStore, 'listMarks'>;
    findings: Pick<FindingStore, 'list' | 'save' | 'forget'>;
    waivers: Pick<WaiverStore, 'list'>;
    accounts: Pick<PeopleIndex, 'accountOf'>;
    sentChanges: Pick<SentChanges, 'beganMs' | 'since'>;
    snapshots: Omit<SnapshotStore, 'forget'>;
    clock: Pick<Clock, 'now'>;
    /** After so long a run reads nothing more and goes on in its next turn. */
    auditTurnMs: number;
  }>;

const ALL_MARKS = 1_000_000;

/**
 * Audits one organization: reads a snapshot of UiPath, compares it with ledger and policy, follows the findings,
 * attributes them, plans their remediations and stores the report. A part that cannot be read is unknown in the
 * result. Waiting for quota is thrown, and the same message resumes where this run stopped. A night that is done is
 * not audited again: its stored report is returned. undefined: a later night began first, so this one is given up. While another version of
 * the policy is on record the night is left to the deployment that has it, and its report says after half an hour that nothing was judged.
 * @throws AppError `message-invalid`, `policy-not-in-force`, `quota-exhausted`, `uipath-throttled`, `turn-over`, `report-unknown`
 */
export async function runAudit(deps: RunAuditDeps, message: AuditMessage): Promise<AuditReport | undefined> {
  const inForce = await policyInForce(deps, () => [message.organization], { isFresh: true });
  const policy = inForce ?? (await deps.policy());
  const organization = policy.organizations.get(message.organization);
  if (organization === undefined && inForce === undefined) return undefined;
  if (organization === undefined)
    throw new AppError('message-invalid', 'The policy names no such organization');
  const stored = await readStoredSnapshotIfReadable(deps.snapshots, organization.alias, message.night);
  if (stored?.state === 'given-up') return undefined;
  if (stored?.state === 'done') return reportOfNight(deps.reports, organization.alias, message.night);
  const reader = await openResumableReader(deps.snapshots, {
    ...message,
    before: stored,
    now: deps.clock.now,
    turnMs: deps.auditTurnMs,
  });
  const at = { policy, organization, night: message.night };
  try {
    const decide = inForce === undefined ? reportWithoutJudgement : decideNight;
    const decision = await reader.remember(DECISION, async () => decide(deps, at, reader));
    await reader.save('reading');
    const report = await remediateAndStoreAuditResult(
      deps,
      { organization, policyHash: policy.hash },
      decision(),
    );
    await reader.save('done');
    return report;
  } catch (error) {
    if (isComeBackLater(error)) await reader.save('reading');
    throw error;
  }
}

/** Decides the night: reads, compares, attributes, plans. Writes nothing but the state of unfinished earlier nights. */
async function decideNight(
  deps: RunAuditDeps,
  at: Night,
  reader: ResumableReader,
): Promise<z.input<typeof DECISION.schema>> {
  const { policy, organization, night } = at;
  const { alias } = organization;
  const uipath = await deps.uipath(alias, reader.countCall);
  const unfinished = await giveUpEarlierNights(deps, alias, night);
  const earlierNights = rememberEarlierAudits(await deps.findings.list(alias), deps.clock.now());
  const { leaverIds } = earlierNights;
  const began = await reader.remember(BEGINNING, async () => {
    const marks = await deps.changes.listMarks(alias, ALL_MARKS);
    return readBeginning(deps.ledger, organization, { marks, nowMs: deps.clock.now(), leaverIds });
  });
  const lastAudit = await reader.remember(EARLIER_NIGHT, async () =>
    readEarlierNight(deps.ledger, alias, night),
  );
  const evidence = await proveEvidenceOfNight(deps, organization, reader, deps.auditTurnMs / 2);
  const rules = { ...DEFAULT_QUOTA_RULES, ...organization.quota };
  const allowances = { get: allowanceOf(rules, 'GET', 'normal'), post: allowanceOf(rules, 'POST', 'normal') };
  const madeHere = await readRuleIds(deps.ledger, alias);
  const knownRuleIds = [...new Set([...madeHere, ...earlierNights.ruleIds])];
  const ownClientId = uipath.own.clientId;
  const leavers = () => began().leavers;
  const context = { organization, uipath, reader, allowances, knownRuleIds, ownClientId, leavers };
  const read = await readSnapshot(context);
  const { own } = await readAdministratorNames({ ...uipath, reader }, read.administrators, ownClientId);
  const earlier = lastAudit();
  const uses = await findUsesElsewhere(
    { ...uipath, ...deps, reader },
    {
      alias,
      ownNames: ownNamesIn(read.applications, own, ownClientId),
      nowMs: deps.clock.now(),
      lastAudit: earlier,
      earlier: earlierNights,
    },
  );
  reader.requireHalfTurn();

  const nowMs = deps.clock.now();
  const marks = await deps.changes.listMarks(alias, ALL_MARKS);
  const reading = { marks, nowMs, leaverIds };
  const last = withChangedPeoplePending(
    await readExpectedAccess(deps.ledger, organization, {
      ...reading,
      accountOf: async (key) => (await deps.accounts.accountOf(alias, key))?.memberId,
    }),
    began(),
  );
  const believed = await verifyEmptyGroups(
    uipath.groups,
    rejectEmptyAnswers(organization, read, earlierNights, earlier?.atMs),
    last.people,
    earlierNights,
  );
  const { expected, snapshot } = await resolveOpenIdsAndAddresses(
    { directory: uipath.directory, reader },
    organization,
    last,
    believed,
    ownClientId,
  );
  const operations = await readOperationalState(deps, policy, organization, {
    marks,
    nowMs,
    unfinished,
    administrators: earlierNights.administrators,
    policiesElsewhere: (await readVersionStanding(deps, alias, policy.hash)).elsewhere,
    ...uses,
    lastAudit: earlier,
    own: uipath.own,
    evidence,
  });
  const { checkpoint, policyChanges = [] } = operations.evidence;

  const audit = toCheckInput({ organization, snapshot, expected, operations, nowMs });
  const found = runAllChecks(audit);
  const followed = await followFindings(deps, audit, found, earlier?.startedAtMs ?? earlier?.atMs);
  const attributed = await attributeFindings(uipath.auditEvents, followed, {
    snapshot,
    ownClientId,
    nowMs,
  });
  const unknown = unreadableParts(found);
  const findings = await planRemediations(deps, audit, attributed, found);
  const ownChecks = ownChecksOf(organization);
  const { waivers } = organization.audit;
  const observed = await readObserved(deps, organization);
  const report: AuditReport = {
    schemaVersion: 1,
    organization: alias,
    night,
    startedAtMs: reader.startedAtMs,
    takenAtMs: nowMs,
    policyHash: policy.hash,
    ...(observed === undefined ? {} : { observed }),
    ...(await pausedIn(deps, alias)),
    result: unknown.length > 0 || findings.some(isOpen) ? 'red' : 'green',
    unknown,
    looked: countWhatWasRead(snapshot, expected),
    calls: reader.calls(),
    ownChecks,
    checks: checksOf(findings, ownChecks),
    findings: findings.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(policyChanges.length === 0 ? {} : { policyChanges }),
    ...(earlier === undefined ? {} : { previousNight: earlier.night }),
    ...(waivers.length === 0 ? {} : { waivers: reachOfWaivers(waivers, findings, nowMs) }),
  };
  return { report, forgotten: earlierNights.forgotten };
}
