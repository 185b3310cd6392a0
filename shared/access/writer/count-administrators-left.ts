import { ADMINISTERING_KINDS } from '../../domain/member-kind';
import { ADMINISTRATORS_GROUP_ID } from '../../domain/plan/hard-stops';
import type { GroupCase } from '../../domain/plan/membership-plan';
import type { UiPathClient } from '../../uipath/client';

/**
 * Counts the administrators who stay if every removal in question is made, and those of earlier passes, by `leavingBefore`, which
 * may not be made yet. The members are listed only when one is in question.
 */
export async function countAdministratorsLeft(
  groups: Pick<UiPathClient['groups'], 'listMembers'>,
  cases: readonly GroupCase[],
  leavingBefore: ReadonlySet<string> = new Set(),
): Promise<number> {
  const leaving = new Set(
    cases
      .filter((group) => group.groupId === ADMINISTRATORS_GROUP_ID)
      .flatMap((group) => group.cases.filter((membership) => membership.have && !membership.want))
      .map((membership) => membership.memberId),
  );
  if (leaving.size === 0) return Number.POSITIVE_INFINITY;
  const members = await groups.listMembers(ADMINISTRATORS_GROUP_ID);
  return members.filter(
    ({ id, kind }) => ADMINISTERING_KINDS.has(kind) && !leaving.has(id) && !leavingBefore.has(id),
  ).length;
}
