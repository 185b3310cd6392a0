import type { Hold } from '../../../domain/plan/hold';
import { changeHash } from '../../../domain/plan/remediation-change-of-rule-or-entry';
import { errorCodeOf, type ErrorCode } from '../../../errors';
import type { HoldStore } from '../../../storage/holds';
import {
  applyReleasedMembershipRemediation,
  type ApplyReleasedMembershipRemediationDeps,
} from './apply-released-membership-remediation';
import {
  applyReleasedEntryRemediation,
  type ApplyReleasedAccessPolicyEntryDeps,
} from './apply-released-entry-remediation';
import { applyReleasedRuleRemediation, type ApplyReleasedRuleDeps } from './apply-released-rule-remediation';
import { finishHold, type FinishHoldDeps } from './finish-hold';
import { holdUnit } from '../person-and-group-units';
import type { TimeBudget } from '../time-budget-interface';
import type { ContainedDeps } from '../containment';

type ApplyReleasedRemediationDeps = ApplyReleasedMembershipRemediationDeps &
  ApplyReleasedRuleDeps &
  ApplyReleasedAccessPolicyEntryDeps;

export type ApplyReleasedRemediationsDeps = ApplyReleasedRemediationDeps &
  FinishHoldDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{ holds: Pick<HoldStore, 'list'> }>;

/** Refusals of one hold: the others go on. */
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
 * Applies the released remediations: changes of rules and of the access policy, and, unless `only` leaves them out, removals
 * of members of whom the ledger says nothing. Each is compared with what is there now. One that would do anything else than
 * what was shown does nothing, and says why. A refusal is contained to its own hold.
 */
export async function applyReleasedRemediations(
  deps: ApplyReleasedRemediationsDeps,
  only?: 'changes',
): Promise<void> {
  for (const hold of await deps.holds.list(deps.organization.alias, 'released')) {
    const isAsked = hold.change !== undefined || only === undefined;
    if (hold.kind !== 'remediation' || !isAsked) continue;
    if (deps.isTimeUp()) return;
    await deps.units.run(holdUnit(hold), async () => {
      const isObserved = deps.organization.mode === 'observe';
      await finishHold(deps, hold, isObserved ? 'organization-observed' : await applyOrSayWhyNot(deps, hold));
    });
  }
}

async function applyOrSayWhyNot(deps: ApplyReleasedRemediationDeps, hold: Hold): Promise<string | undefined> {
  const { change } = hold;
  if (change !== undefined && changeHash(change) !== hold.hash) return 'changed';
  try {
    if (change === undefined) return await applyReleasedMembershipRemediation(deps, hold);
    return change.kind === 'rule'
      ? await applyReleasedRuleRemediation(deps, hold, change)
      : await applyReleasedEntryRemediation(deps, hold, change);
  } catch (error) {
    const code = errorCodeOf(error);
    if (!REFUSALS.has(code)) throw error;
    return code;
  }
}
