import { isPermitted, type Participant, type Power } from '../../domain/is-permitted';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';

/** An organization that the policy does not name is left to the use case to refuse. @throws AppError `not-permitted` */
export function requirePermission(policy: Policy, alias: string, power: Power, who: Participant): void {
  const organization = policy.organizations.get(alias);
  if (organization === undefined || isPermitted(power, who, organization)) return;
  throw new AppError('not-permitted', 'The policy does not let you decide this in this organization');
}
