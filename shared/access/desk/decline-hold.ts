import type { Decider } from '../../domain/decider';
import { isDeclinedSo, releaseRefusalOf, type Hold } from '../../domain/plan/hold';
import { AppError } from '../../errors';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import { refuseOwnMatter, type OwnMatterDeps } from './refuse-own-matter';
import { readHold, type HoldDeps } from './release-hold';
import { requireReason } from './require-reason';

export type DeclineHoldDeps = OwnMatterDeps & Pick<HoldDeps, 'policy' | 'holds' | 'ledger' | 'clock'>;

/**
 * Says in a person's name that a hold is not to be released, and why. Its removals stay held, and whoever may can release it still: until
 * then it waits for nobody. A repetition in the same words changes nothing.
 * @throws AppError `body-invalid` without a reason, `plan-unknown`, `plan-not-held`, `plan-expired`, `decides-about-self`, `storage-conflict`
 */
export async function declineHold(
  deps: DeclineHoldDeps,
  organization: string,
  hash: string,
  { by, reason }: Readonly<{ by: Decider; reason: unknown }>,
): Promise<Hold> {
  const said = { by, reason: requireReason(reason) };
  const nowMs = deps.clock.now();
  const hold = await readHold(deps, organization, hash);
  requireDeclinable(hold, nowMs);
  if (isDeclinedSo(hold, said)) return hold;
  const { removals, change } = hold;
  await refuseOwnMatter(deps, organization, by, [
    ...removals.flatMap(({ personKey, memberId }) => [personKey, memberId]),
    ...(change?.kind === 'access-policy' ? [change.entity, ...change.entityIds] : []),
  ]);
  const { hash: policyHash } = await deps.policy();
  const facts = { planHash: hash, by, reason: said.reason };
  // First: nothing is declined that is not recorded as decided.
  await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
    { kind: 'plan-declined', atMs: nowMs, policyHash, facts },
  ]);
  const declined = await deps.holds.change(organization, hash, (now) => {
    requireDeclinable(now, nowMs);
    return { ...now, declined: { ...said, atMs: nowMs } };
  });
  if (declined === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  return declined;
}

function requireDeclinable(hold: Hold, nowMs: number): void {
  const refusal = releaseRefusalOf(hold, nowMs);
  if (refusal !== undefined) throw new AppError(refusal, 'This plan cannot be declined any more');
}
