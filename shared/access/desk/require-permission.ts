import { isPermitted, type Participant, type Power } from '../../domain/is-permitted';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import { policyInForce, type VersionInForceDeps } from '../ledger/organization/version-in-force';

/** An organization that the policy does not name is left to the use case to refuse. @throws AppError `not-permitted` */
export function requirePermission(policy: Policy, alias: string, power: Power, who: Participant): void {
  const organization = policy.organizations.get(alias);
  if (organization === undefined || isPermitted(power, who, organization)) return;
  throw new AppError('not-permitted', 'The policy does not let you decide this in this organization');
}

/**
 * The policy that says who may decide what in an organization: that of this process, where it is the version on record. Whoever another
 * version lets decide no more decides nothing here either.
 * @throws AppError `policy-not-in-force`
 */
export async function policyToDecideUnder(deps: VersionInForceDeps, alias: string): Promise<Policy> {
  const named = ({ organizations }: Policy): readonly string[] => (organizations.has(alias) ? [alias] : []);
  const policy = await policyInForce(deps, named, { isFresh: true });
  if (policy !== undefined) return policy;
  throw new AppError(
    'policy-not-in-force',
    'Nothing is decided here: another version of the policy is in force. Decide it where that is, or bring this version into force',
    { reason: 'policy-of-another-deployment' },
  );
}
