import type { Hold } from '../../../domain/plan/hold';
import type { HoldStore } from '../../../storage/holds';
import { recordDecision } from '../../ledger/organization/update-organization-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from '../evidence-of-run';

export type FinishHoldDeps = EvidenceOfRunDeps & Readonly<{ holds: Pick<HoldStore, 'change'> }>;

/**
 * Closes a released hold: `done`, or `stale` with `because`, the reason why it was not carried out, or not whole: `refused`
 * are the removals that UiPath refused. The evidence says who released it, also where the process died before the release itself was recorded. One that was released anew meanwhile stays
 * released.
 */
export async function finishHold(
  deps: FinishHoldDeps,
  hold: Hold,
  because?: string,
  refused: ReadonlyArray<Readonly<{ groupId: string; memberId: string; code: string }>> = [],
): Promise<void> {
  const state = because === undefined ? 'done' : 'stale';
  const said = because === undefined ? {} : { because };
  const removals = hold.removals.map(({ groupId, memberId }) => ({ groupId, memberId }));
  const isRemediation = hold.kind === 'remediation' && removals.length > 0;
  // Of people whom no ledger knows this is all that says who was taken out, and of what.
  const facts = {
    planHash: hold.hash,
    by: hold.releasedBy,
    ...(isRemediation ? { removals } : {}),
    ...said,
    ...(refused.length === 0 ? {} : { refused }),
  };
  const about = [hold.hash, hold.releasedAtMs];
  await recordDecision(deps, deps.organization.alias, evidenceOfRun(deps, `plan-${state}`, facts), about);
  await deps.holds.change(deps.organization.alias, hold.hash, (now) =>
    now.state === 'released' && now.releasedAtMs === hold.releasedAtMs
      ? { ...now, state, ...said }
      : undefined,
  );
}
