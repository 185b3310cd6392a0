import type { Hold } from '../../domain/plan/hold';
import { changeHash } from '../../domain/plan/rule-or-entry-change';
import { errorCodeOf, type ErrorCode } from '../../errors';
import { applyReleasedPolicyEntry } from './apply-released-policy-entry';
import { applyReleasedRule } from './apply-released-rule';
import { finishHold } from './apply-released-holds';
import { applyReleasedMemberRemovals } from './apply-released-member-removals';
import type { OrganizationRun } from './organization-run';

/** Refusals of one hold: what else waits must not wait for it. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'uipath-rejected',
  'uipath-conflict',
  'uipath-not-found',
  'uipath-forbidden',
  'uipath-scope-missing',
  'uipath-endpoint-closed',
  'uipath-answer-invalid',
]);

/**
 * Carries out what was released to mend findings: changes of rules and of the access policy, and, unless `only` says that these
 * are all, removals of members of whom the ledger says nothing. Each is compared with what is there now: one that would do
 * anything else than what was shown does nothing, and says why. A refusal is of that one hold, and holds up nothing else.
 */
export async function applyReleasedRemediations(run: OrganizationRun, only?: 'changes'): Promise<void> {
  for (const hold of await run.holds.list(run.organization.alias)) {
    const isAsked = hold.change !== undefined || only === undefined;
    if (hold.state === 'released' && hold.kind === 'remediation' && isAsked)
      await finishHold(run, hold, await applyOrSayWhyNot(run, hold));
  }
}

async function applyOrSayWhyNot(run: OrganizationRun, hold: Hold): Promise<string | undefined> {
  const { change } = hold;
  if (change !== undefined && changeHash(change) !== hold.hash) return 'changed';
  try {
    if (change === undefined) return await applyReleasedMemberRemovals(run, hold);
    return change.kind === 'rule'
      ? await applyReleasedRule(run, hold, change)
      : await applyReleasedPolicyEntry(run, hold, change);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) throw error;
    return code;
  }
}
