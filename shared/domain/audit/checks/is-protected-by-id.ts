import type { CheckInput } from '../check-input';

/** True for a member whose id is protected, by the organization or by the group's policy. */
export function isProtectedById(
  { organization, expected }: Pick<CheckInput, 'organization' | 'expected'>,
  group: string,
  memberId: string,
): boolean {
  return (
    organization.protectedPrincipals.has(memberId) || expected.protectedIds.get(group)?.has(memberId) === true
  );
}
