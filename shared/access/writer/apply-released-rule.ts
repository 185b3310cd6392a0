import { isAgreedRule } from '../../domain/audit/remediation/plan-rule-remediation';
import { type Subject, subjectByName } from '../../domain/ledger/subject';
import type { Hold } from '../../domain/plan/hold';
import type { RuleOrEntryChange } from '../../domain/plan/rule-or-entry-change';
import { ruleWantedAt, type RuleLedger } from '../../domain/ledger/rule-and-entity-ledgers';
import { errorCodeOf } from '../../errors';
import { applyOncePerRelease } from './apply-once-per-release';
import { runEvidence, type OrganizationRun } from './organization-run';
import { toSnapshotRule } from '../ledger/normalize-uipath-state';
import { updateLedger } from '../ledger/update-ledger';

type RuleChange = Extract<RuleOrEntryChange, { kind: 'rule' }>;

/** Not the hash of any rule: what UiPath has is to be written over, whatever it is. */
const UNKNOWN_CONTENT = '';

/**
 * Writes a rule again, or deletes one, as it was released. Rules that were requested take the way of their ledger, which says
 * what they should be. Returns why nothing was done.
 */
export async function applyReleasedRule(
  run: OrganizationRun,
  released: Hold,
  change: RuleChange,
): Promise<string | undefined> {
  const subject = subjectByName(run.organization.alias, 'rule', change.rule);
  const ledger = (await run.ledger.read(subject))?.value;
  const isOurs = ledger?.have?.ruleId === change.ruleId;
  if (!isOurs)
    return change.decision === 'write' ? 'changed' : deleteStranger(run, released, change, subject);
  const isWanted = ruleWantedAt(ledger, run.clock.now()) !== undefined;
  if (isWanted !== (change.decision === 'write')) return 'changed';
  if (isWanted && !(await distrust(run, subject, change))) return 'changed';
  await run.changes.mark(subject, 'normal', run.clock.now(), 'audit');
  return undefined;
}

/** The ledger holds the rule for written as requested, so that the writer would leave it alone. False: another version was written since. */
async function distrust(
  run: OrganizationRun,
  subject: Subject<'rule'>,
  { ruleId, contentHash }: RuleChange,
): Promise<boolean> {
  const after = await updateLedger(run.ledger, subject, (current) => {
    const { have } = current ?? {};
    if (current === undefined || have?.contentHash !== contentHash) return undefined;
    const entry = runEvidence(run, 'rule-to-be-rewritten', { ruleId, contentHash });
    return { next: { ...current, have: { ...have, contentHash: UNKNOWN_CONTENT } }, evidence: [entry] };
  });
  return after?.have?.contentHash === UNKNOWN_CONTENT;
}

/** Deletes a rule that nobody requested. Its evidence keeps all there was of it, for whoever wants it back. */
async function deleteStranger(
  run: OrganizationRun,
  released: Hold,
  { rule: name, ruleId, contentHash }: RuleChange,
  subject: Subject<'rule'>,
): Promise<string | undefined> {
  if (isAgreedRule(run.organization, name, run.clock.now())) return 'agreed';
  const { rules } = run.uipathFor('normal');
  const rule = await ifThere(async () => rules.read(ruleId));
  const isSame =
    rule === undefined || (rule.name === name && toSnapshotRule(rule).contentHash === contentHash);
  if (!isSame) return 'changed';
  const empty: RuleLedger = { name, statements: [], have: undefined };
  await applyOncePerRelease(
    run,
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
