import { ADMINISTRATORS_GROUP_ID } from '../../plan/hard-stops';
import { fold } from '../../fold';
import type { CheckInput } from '../check-input';
import { valueOr, type SnapshotGroup } from '../snapshot';

type GroupFacts = Pick<CheckInput, 'organization' | 'snapshot'>;

/** Groups that were read, by folded name; Administrators is one of them, listed or not. */
export function readGroups({ organization, snapshot }: GroupFacts): ReadonlyMap<string, SnapshotGroup> {
  const read = new Map<string, SnapshotGroup>();
  for (const [name, group] of snapshot.groups) {
    const value = valueOr(group, undefined);
    if (value !== undefined) read.set(name, value);
  }
  const administrators = valueOr(snapshot.administrators, undefined);
  if (administrators === undefined) return read;
  const name = nameOfAdministrators(snapshot);
  return read.set(organization.groups.has(name) ? name : 'administrators', administrators);
}

/** What UiPath calls Administrators, folded. */
export function nameOfAdministrators({ groupNames }: Pick<GroupFacts['snapshot'], 'groupNames'>): string {
  return fold(valueOr(groupNames, undefined)?.get(ADMINISTRATORS_GROUP_ID)?.name ?? 'administrators');
}

/** The groups among them that the policy calls privileged, and Administrators. */
export function privilegedGroups(audit: GroupFacts): ReadonlyMap<string, SnapshotGroup> {
  const isPrivileged = ([name, { groupId }]: readonly [string, SnapshotGroup]): boolean =>
    groupId === ADMINISTRATORS_GROUP_ID || audit.organization.groups.get(name)?.privileged === true;
  return new Map([...readGroups(audit)].filter(isPrivileged));
}
