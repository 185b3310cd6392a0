import type { HeldPlan } from '../domain/held-plan';
import { changeHash, type NamedChange } from '../domain/named-change';
import { errorCodeOf, type ErrorCode } from '../errors';
import type { Mark } from '../storage/changes';
import { applyReleasedEntry } from './apply-released-entry';
import { applyReleasedRule } from './apply-released-rule';
import { finishPlan } from './apply-released-plans';
import type { OrganizationRun } from './organization-run';

/** Refusals of this one change: what else waits must not wait for it. */
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
 * Carries out changes of rules and of the access policy that a person released. Each is compared with what is there now: one
 * that would do anything else than what was shown does nothing, and says why.
 */
export async function applyReleasedChanges(run: OrganizationRun, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return;
  for (const plan of await run.plans.list(run.organization.alias))
    if (plan.state === 'released' && plan.change !== undefined)
      await finishPlan(run, plan, await applyOrSayWhyNot(run, plan, plan.change));
  for (const mark of marks) await run.changes.clearMark(mark);
}

async function applyOrSayWhyNot(
  run: OrganizationRun,
  plan: HeldPlan,
  change: NamedChange,
): Promise<string | undefined> {
  if (changeHash(change) !== plan.hash) return 'changed';
  try {
    return change.kind === 'rule'
      ? await applyReleasedRule(run, plan, change)
      : await applyReleasedEntry(run, plan, change);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) throw error;
    return code;
  }
}
