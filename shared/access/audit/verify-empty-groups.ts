import type { ExpectedPerson } from '../../domain/audit/expected-access-types';
import { EMPTY, type EarlierAudits } from '../../domain/audit/seen-in-earlier-audits';
import type { Known, LeadingSnapshot, SnapshotGroup } from '../../domain/audit/snapshot';
import { errorCodeOf } from '../../errors';
import { isComeBackLater } from './is-come-back-later';
import type { UiPathClient } from '../../uipath/client';

type MemberLookUp = Pick<UiPathClient['groups'], 'checkMembers'>;

/**
 * Plausibility check of empty groups: asks by another call, a POST, for the members that were there or should be.
 * Either the group lost everybody, the worst fault there is, or the first answer was short.
 */
export async function verifyEmptyGroups(
  uipath: MemberLookUp,
  snapshot: LeadingSnapshot,
  people: readonly ExpectedPerson[],
  { membersOf }: Pick<EarlierAudits, 'membersOf'>,
): Promise<LeadingSnapshot> {
  const groups = new Map<string, Known<SnapshotGroup | undefined>>(snapshot.groups);
  for (const [name, group] of groups) {
    if (group.kind === 'unknown' || group.value === undefined || group.value.members.size > 0) continue;
    const ids = new Set(membersOf.get(name));
    for (const { memberId, groups: wanted, pending } of people)
      if (memberId !== undefined && !pending && wanted.has(name)) ids.add(memberId);
    if (ids.size > 0) groups.set(name, await confirmEmpty(uipath, group, group.value.groupId, [...ids]));
  }
  return { ...snapshot, groups };
}

async function confirmEmpty(
  uipath: MemberLookUp,
  group: Known<SnapshotGroup | undefined>,
  groupId: string,
  ids: readonly string[],
): Promise<Known<SnapshotGroup | undefined>> {
  try {
    const there = await uipath.checkMembers(groupId, ids);
    return there.size === 0 ? group : { kind: 'unknown', code: EMPTY };
  } catch (error) {
    if (isComeBackLater(error)) throw error;
    return { kind: 'unknown', code: errorCodeOf(error) };
  }
}
