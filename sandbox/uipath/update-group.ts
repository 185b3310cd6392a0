import { z } from 'zod';
import { changeMembers, replaceGroup, type MemberChange } from './member-changes';
import { EVERYONE, findGroupNamed, type Group } from './organization';
import { pascalError, Refusal } from './reply';
import { guid, guidList, readBody, requirePartition, type Call } from './route';
import { isVisible } from './wire';

const UpdateGroupSchema = z.object({
  partitionGlobalId: guid.nullish(),
  name: z.string().nullish(),
  directoryUserIDsToAdd: guidList,
  directoryUserIDsToRemove: guidList,
});

/** Renames and changes members; the name has to be sent even when it stays. Refuses as a whole, unless a switch says otherwise. */
export function updateGroup(call: Call): Group {
  const { organization, switches } = call;
  const body = readBody(call, UpdateGroupSchema);
  requirePartition(call, body.partitionGlobalId);
  const groupId = call.param('groupId');
  const group = organization.groups.get(groupId);
  if (group === undefined) throw refusal(404, `Group ${groupId} was not found`);
  const name = checkName(call, group, body.name);
  const wanted = { add: unique(body.directoryUserIDsToAdd), remove: unique(body.directoryUserIDsToRemove) };
  const limit = switches.maxIdsPerPut ?? Number.POSITIVE_INFINITY;
  if (wanted.add.length + wanted.remove.length > limit) {
    throw refusal(400, `More than ${limit} directory user ids (Parameter 'directoryUserIDsToAdd')`);
  }
  if (group.id === EVERYONE && wanted.add.length + wanted.remove.length > 0) {
    throw refusal(400, 'The members of the group Everyone cannot be changed');
  }
  const { known, unknown } = checkIds(call, wanted);
  const change = checkOverlap(call, known);
  checkRepeats(call, group, change);
  const renamed = name === group.name ? group : rename(call, group, name);
  const changed = changeMembers(organization, renamed, change, call);
  if (unknown.length > 0 && switches.unknownMember === 'partial') throw unresolved(unknown);
  return changed;
}

function checkName({ organization }: Call, group: Group, name: string | null | undefined): string {
  if (name === undefined || name === null || name.trim() === '')
    throw refusal(409, 'The group name is required');
  if (name === group.name) return name;
  if (group.builtIn) throw refusal(409, `The built-in group ${group.name} cannot be renamed`);
  const other = findGroupNamed(organization, name);
  if (other !== undefined && other.id !== group.id)
    throw refusal(409, `Group with name '${name}' already exists`);
  return name;
}

function checkIds(
  { organization, switches }: Call,
  { add, remove }: MemberChange,
): Readonly<{ known: MemberChange; unknown: readonly string[] }> {
  const isKnown = (id: string): boolean => {
    const principal = organization.principals.get(id);
    return principal !== undefined && isVisible(principal, switches);
  };
  for (const id of add) {
    const nested = organization.groups.get(id);
    if (nested !== undefined)
      throw refusal(400, `The local group ${nested.name} cannot be a member of a group`);
    const principal = organization.principals.get(id);
    if (principal?.kind === 'application' && !principal.confidential) {
      throw refusal(
        400,
        `The application ${principal.name} is not confidential and cannot be a member of a group`,
      );
    }
  }
  const unknown = unique([...add, ...remove].filter((id) => !isKnown(id)));
  if (unknown.length > 0 && switches.unknownMember === 'reject') throw unresolved(unknown);
  return { known: { add: add.filter(isKnown), remove: remove.filter(isKnown) }, unknown };
}

function checkOverlap({ switches }: Call, { add, remove }: MemberChange): MemberChange {
  const removals = new Set(remove);
  const both = new Set(add.filter((id) => removals.has(id)));
  if (both.size === 0) return { add, remove };
  switch (switches.idInBothLists) {
    case 'refuse':
      throw refusal(400, `Ids both to add and to remove: ${[...both].join(', ')}`);
    case 'add-wins':
      return { add, remove: remove.filter((id) => !both.has(id)) };
    case 'remove-wins':
      return { add: add.filter((id) => !both.has(id)), remove };
  }
}

function checkRepeats({ switches }: Call, { members }: Group, { add, remove }: MemberChange): void {
  if (switches.repeatedMember === 'idempotent') return;
  const repeated = [...add.filter((id) => members.has(id)), ...remove.filter((id) => !members.has(id))];
  if (repeated.length > 0) throw refusal(409, `Already so: ${repeated.join(', ')}`);
}

function rename(call: Call, group: Group, name: string): Group {
  call.organization.audit.append(
    {
      type: 'Update Group',
      target: 'Group Management',
      summary: `${group.name} was renamed to ${name}`,
      details: { groupId: group.id, groupName: name, formerName: group.name },
    },
    call.actor,
    call.time.nowMs,
  );
  return replaceGroup(call.organization, { ...group, name, modifiedAtMs: call.time.nowMs });
}

function unresolved(ids: readonly string[]): Refusal {
  return refusal(404, `Cannot resolve users=[${ids.join(', ')}] in CIS`);
}

function refusal(status: number, message: string): Refusal {
  return new Refusal(pascalError(status, message));
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
