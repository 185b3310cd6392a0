import type { HeldPlan } from '../../domain/plan/hold';
import { changeHash } from '../../domain/plan/rule-or-entry-change';
import { errorCodeOf, type ErrorCode } from '../../errors';
import { applyReleasedEntry } from './apply-released-policy-entry';
import { applyReleasedRule } from './apply-released-rule';
import { finishPlan } from './apply-released-holds';
import { applyRemediation } from './apply-released-member-removals';
import type { OrganizationRun } from './organization-run';

/** Refusals of one plan: what else waits must not wait for it. */
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
 * anything else than what was shown does nothing, and says why. A refusal is of that one plan, and holds up nothing else.
 */
export async function applyReleasedRemediations(run: OrganizationRun, only?: 'changes'): Promise<void> {
  for (const plan of await run.plans.list(run.organization.alias)) {
    const isAsked = plan.change !== undefined || only === undefined;
    if (plan.state === 'released' && plan.kind === 'remediation' && isAsked)
      await finishPlan(run, plan, await applyOrSayWhyNot(run, plan));
  }
}

async function applyOrSayWhyNot(run: OrganizationRun, plan: HeldPlan): Promise<string | undefined> {
  const { change } = plan;
  if (change !== undefined && changeHash(change) !== plan.hash) return 'changed';
  try {
    if (change === undefined) return await applyRemediation(run, plan);
    return change.kind === 'rule'
      ? await applyReleasedRule(run, plan, change)
      : await applyReleasedEntry(run, plan, change);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) throw error;
    return code;
  }
}
