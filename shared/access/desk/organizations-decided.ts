import type { Decider } from '../../domain/decider';
import type { OrganizationPolicy, Policy, SourcePolicy } from '../../domain/policy';
import { AppError } from '../../errors';

/** Who decides about dead deliveries, and in which organizations they may. */
export type DeliveryDecider = Readonly<{
  by: Decider;
  mayDecide: (organization: OrganizationPolicy) => boolean;
}>;

/** The organizations that a decision about a source's deliveries is for: all that it feeds. @throws AppError `not-permitted` */
export function organizationsDecided(
  policy: Policy,
  source: SourcePolicy,
  { mayDecide }: DeliveryDecider,
): readonly OrganizationPolicy[] {
  const fed = source.organizations.flatMap((alias) => policy.organizations.get(alias) ?? []);
  if (fed.every(mayDecide)) return fed;
  throw new AppError(
    'not-permitted',
    'The source feeds other organizations too: this is for somebody who may decide in all of them',
  );
}
