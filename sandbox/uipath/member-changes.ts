import { changePolicy } from './access-policy';
import type { Actor } from './audit-log';
import type { ChangeTime } from './membership';
import { EVERYONE, findEntity, labelOf, type Group, type Organization } from './organization';

export type MemberChange = Readonly<{ add: readonly string[]; remove: readonly string[] }>;

/**
 * Changes who is in a group, with one audit event for each member that came or went; answers the group as it is then.
 * @throws Error when it is the group Everyone, which has no list of its own.
 */
export function changeMembers(
  organization: Organization,
  group: Group,
  { add, remove }: MemberChange,
  by: Readonly<{ actor: Actor; time: ChangeTime }>,
): Group {
  if (group.id === EVERYONE && add.length + remove.length > 0) {
    throw new Error('The members of the group Everyone cannot be changed');
  }
  const added = add.filter((id) => group.members.add(id, by.time));
  const removed = remove.filter((id) => group.members.remove(id, by.time));
  for (const id of added) record(organization, group, { id, joined: true }, by);
  for (const id of removed) record(organization, group, { id, joined: false }, by);
  if (added.length + removed.length === 0) return group;
  return replaceGroup(organization, { ...group, modifiedAtMs: by.time.nowMs });
}

/** Takes a principal that is gone out of every group and off the access policy. */
export function forgetEverywhere(
  organization: Organization,
  id: string,
  by: Readonly<{ actor: Actor; time: ChangeTime }>,
): void {
  for (const group of organization.groups.values()) {
    if (group.members.has(id)) changeMembers(organization, group, { add: [], remove: [id] }, by);
  }
  changePolicy(organization, id, false, by);
}

export function replaceGroup(organization: Organization, group: Group): Group {
  organization.groups.set(group.id, group);
  return group;
}

function record(
  organization: Organization,
  group: Group,
  { id, joined }: Readonly<{ id: string; joined: boolean }>,
  { actor, time }: Readonly<{ actor: Actor; time: ChangeTime }>,
): void {
  const member = findEntity(organization, id);
  const name = member === undefined ? id : labelOf(member);
  organization.audit.append(
    {
      type: joined ? 'Add Group Member' : 'Remove Group Member',
      target: 'Group Management',
      summary: joined ? `${name} was added to ${group.name}` : `${name} was removed from ${group.name}`,
      details: { groupId: group.id, groupName: group.name, memberId: id, memberName: name },
    },
    actor,
    time.nowMs,
  );
}
