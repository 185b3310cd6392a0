import { isAgreedRule } from '../../../domain/audit/remediation/plan-rule-remediation';
import { ruleWantedAt, type RuleLedger } from '../../../domain/ledger/rule-and-entity-ledgers';
import { subjectByName, type Subject } from '../../../domain/ledger/subject';
import type { Hold } from '../../../domain/plan/hold';
import type { RuleOrEntryChange } from '../../../domain/plan/remediation-change-of-rule-or-entry';
import type { OrganizationPolicy } from '../../../domain/policy';
import { errorCodeOf } from '../../../errors';
import type { ChangeStore } from '../../../storage/marks-attempts-and-bookings';
import type { UiPathClient } from '../../../uipath/client';
import { toSnapshotRule } from '../../ledger/to-snapshot-rules-and-entries';
import { updateLedger } from '../../ledger/update-ledger';
import { applyReleasedChangeOnce, type ApplyOncePerReleaseDeps } from './apply-released-change-once';
import { evidenceOfRun, type EvidenceOfRunDeps } from '../evidence-of-run';
import type { UiPathInLane } from '../uipath-in-lane';

type DeleteStrangerDeps = ApplyOncePerReleaseDeps &
  Readonly<{
    organization: OrganizationPolicy;
    uipath: UiPathInLane<{ rules: Pick<UiPathClient['rules'], 'read' | 'remove'> }, 'normal'>;
  }>;

export type ApplyReleasedRuleDeps = DeleteStrangerDeps &
  EvidenceOfRunDeps &
  Readonly<{ changes: Pick<ChangeStore, 'mark'> }>;

type RuleChange = Extract<RuleOrEntryChange, { kind: 'rule' }>;

/** Not the hash of any rule: what UiPath has is to be written over, whatever it is. */
const UNKNOWN_CONTENT = '';

/**
 * Writes a rule again, or deletes one, as it was released. A rule that was requested is only marked: its ledger says what it
 * should be, and the writer reconciles it. Returns why nothing was done.
 */
export async function applyReleasedRuleRemediation(
  deps: ApplyReleasedRuleDeps,
  released: Hold,
  change: RuleChange,
): Promise<string | undefined> {
  const subject = subjectByName(deps.organization.alias, 'rule', change.rule);
  const ledger = (await deps.ledger.read(subject))?.value;
  const isOurs = ledger?.have?.ruleId === change.ruleId;
  if (!isOurs)
    return change.decision === 'write' ? 'changed' : deleteStranger(deps, released, change, subject);
  const isWanted = ruleWantedAt(ledger, deps.clock.now()) !== undefined;
  if (isWanted !== (change.decision === 'write')) return 'changed';
  if (isWanted && !(await distrust(deps, subject, change))) return 'changed';
  await deps.changes.mark(subject, 'normal', deps.clock.now(), 'audit');
  return undefined;
}

/**
 * Invalidates the content hash in the ledger, by which the rule is as requested and the writer would leave it alone. False
 * when another version was written since.
 */
async function distrust(
  deps: EvidenceOfRunDeps,
  subject: Subject<'rule'>,
  { ruleId, contentHash }: RuleChange,
): Promise<boolean> {
  const after = await updateLedger(deps.ledger, subject, (current) => {
    const { have } = current ?? {};
    if (current === undefined || have?.contentHash !== contentHash) return undefined;
    const entry = evidenceOfRun(deps, 'rule-to-be-rewritten', { ruleId, contentHash });
    return { next: { ...current, have: { ...have, contentHash: UNKNOWN_CONTENT } }, evidence: [entry] };
  });
  return after?.have?.contentHash === UNKNOWN_CONTENT;
}

/** Deletes a rule that nobody requested. The evidence keeps the whole rule, for whoever wants it back. */
async function deleteStranger(
  deps: DeleteStrangerDeps,
  released: Hold,
  { rule: name, ruleId, contentHash }: RuleChange,
  subject: Subject<'rule'>,
): Promise<string | undefined> {
  if (isAgreedRule(deps.organization, name, deps.clock.now())) return 'agreed';
  const { rules } = deps.uipath.normal;
  const rule = await ifThere(async () => rules.read(ruleId));
  const isSame =
    rule === undefined || (rule.name === name && toSnapshotRule(rule).contentHash === contentHash);
  if (!isSame) return 'changed';
  const empty: RuleLedger = { name, statements: [], have: undefined };
  await applyReleasedChangeOnce(
    deps,
    released,
    { subject, empty, isNeeded: rule !== undefined },
    {
      begin: { kind: 'rule-deletion-begun', facts: { ...rule } },
      made: { kind: 'rule-deleted', facts: { ruleId } },
      call: async () => ifThere(async () => rules.remove(ruleId)),
    },
  );
  return undefined;
}

async function ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (errorCodeOf(error) === 'uipath-not-found') return undefined;
    throw error;
  }
}
