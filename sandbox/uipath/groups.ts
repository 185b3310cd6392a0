import { z } from 'zod';
import { changePolicy } from './access-policy';
import { changeMembers, replaceGroup } from './member-changes';
import { Membership } from './membership';
import { findEntity, findGroupNamed, type Group } from './organization';
import { json, empty, pascalError, problem, Refusal, type Reply } from './reply';
import { guid, guidList, readBody, readPage, requirePartition, type Call, type Route } from './route';
import { updateGroup } from './update-group';
import { userTypeOf, wireEntity, wireGroup } from './wire';

const READ = ['PM.Group', 'PM.Group.Read'] as const;
const WRITE = ['PM.Group', 'PM.Group.Write'] as const;
const ONE = '/api/Group/{partitionGlobalId}/{groupId:guid}';

export const GROUP_ROUTES: readonly Route[] = [
  {
    endpoint: 'G1',
    method: 'GET',
    path: '/api/Group/{partitionGlobalId}',
    service: 'identity',
    scopes: READ,
    handle: listGroups,
  },
  { endpoint: 'G2', method: 'GET', path: ONE, service: 'identity', scopes: READ, handle: getGroup },
  {
    endpoint: 'G3',
    method: 'GET',
    path: `${ONE}/Members`,
    service: 'identity',
    scopes: READ,
    handle: listMembers,
  },
  {
    endpoint: 'G4',
    method: 'PUT',
    path: '/api/Group/{groupId:guid}',
    service: 'identity',
    scopes: WRITE,
    handle: putGroup,
  },
  {
    endpoint: 'G5',
    method: 'POST',
    path: '/api/Group',
    service: 'identity',
    scopes: WRITE,
    handle: createGroup,
  },
  { endpoint: 'G6', method: 'DELETE', path: ONE, service: 'identity', scopes: WRITE, handle: deleteGroup },
  {
    endpoint: 'G6',
    method: 'DELETE',
    path: '/api/Group/{partitionGlobalId}',
    service: 'identity',
    scopes: WRITE,
    handle: deleteGroups,
  },
  {
    endpoint: 'G7',
    method: 'POST',
    path: `${ONE}/CheckMembers`,
    service: 'identity',
    scopes: WRITE,
    handle: checkMembers,
  },
  {
    endpoint: 'G8',
    method: 'POST',
    path: '/api/Group/BulkLoadByIds/{partitionGlobalId}',
    service: 'identity',
    scopes: WRITE,
    handle: loadGroups,
  },
];

function listGroups(call: Call): Reply {
  const { nowMs } = call.time;
  const known = [...call.organization.groups.values()].filter(
    (group) => group.builtIn || group.createdAtMs + call.switches.newGroupLagMs <= nowMs,
  );
  return json(
    200,
    known.map((group) => wireGroup(group)),
  );
}

function getGroup(call: Call): Reply {
  return groupReply(call, findGroup(call, call.param('groupId')));
}

function listMembers(call: Call): Reply {
  const { top, skip } = readPage(call);
  const members = findGroup(call, call.param('groupId')).members.shownAt(call.time.nowMs);
  const results: unknown[] = [];
  let position = 0;
  for (const id of members) {
    if (results.length >= top) break;
    const entity = position >= skip ? findEntity(call.organization, id) : undefined;
    if (entity !== undefined) results.push({ id, type: userTypeOf(entity) });
    position += 1;
  }
  return json(200, { totalCount: members.size, results });
}

function putGroup(call: Call): Reply {
  return groupReply(call, updateGroup(call));
}

const CreateGroupSchema = z.object({
  partitionGlobalId: guid.nullish(),
  id: guid.nullish(),
  name: z.string().nullish(),
  directoryUserMemberIDs: guidList,
});

function createGroup(call: Call): Reply {
  const { organization, time } = call;
  const body = readBody(call, CreateGroupSchema);
  requirePartition(call, body.partitionGlobalId);
  const id = body.id ?? refuse(problem({ id: ['The id field is required.'] }));
  const name = body.name?.trim() || refuse(problem({ name: ['The Name field is required.'] }));
  if (organization.groups.has(id)) refuse(pascalError(409, `Group with id ${id} already exists`));
  if (findGroupNamed(organization, name) !== undefined) {
    refuse(pascalError(409, `Group with name '${name}' already exists`));
  }
  const unknown = body.directoryUserMemberIDs.filter((one) => organization.principals.get(one) === undefined);
  if (unknown.length > 0) refuse(pascalError(404, `Cannot resolve users=[${unknown.join(', ')}] in CIS`));
  const group = replaceGroup(organization, {
    id,
    name,
    builtIn: false,
    createdAtMs: time.nowMs,
    modifiedAtMs: null,
    members: new Membership(),
  });
  recordGroup(call, group, 'Create Group');
  changeMembers(organization, group, { add: body.directoryUserMemberIDs, remove: [] }, call);
  replaceGroup(organization, group);
  return { ...groupReply(call, group), status: 201 };
}

function deleteGroup(call: Call): Reply {
  dropGroups(call, [findGroup(call, call.param('groupId'))]);
  return empty(204);
}

function deleteGroups(call: Call): Reply {
  const { groupIDs } = readBody(call, z.object({ groupIDs: guidList }));
  dropGroups(
    call,
    groupIDs.map((id) => findGroup(call, id)),
  );
  return empty(204);
}

function dropGroups(call: Call, groups: readonly Group[]): void {
  if (groups.some((group) => group.builtIn)) refuse(pascalError(400, 'Built-in groups cannot be deleted'));
  for (const group of groups) {
    changePolicy(call.organization, group.id, false, call);
    call.organization.groups.delete(group.id);
    recordGroup(call, group, 'Delete Group');
  }
}

function checkMembers(call: Call): Reply {
  const ids = readBody(call, guidList);
  const members = findGroup(call, call.param('groupId')).members.shownAt(call.time.nowMs);
  return json(
    200,
    entitiesOf(
      call,
      ids.filter((id) => members.has(id)),
    ),
  );
}

function loadGroups(call: Call): Reply {
  const ids = new Set(readBody(call, guidList));
  return json(
    200,
    [...ids].flatMap((id) => call.organization.groups.get(id) ?? []).map((group) => wireGroup(group)),
  );
}

function groupReply(call: Call, group: Group): Reply {
  const members = call.switches.groupMembers === 'filled' ? group.members.shownAt(call.time.nowMs) : [];
  return json(200, wireGroup(group, entitiesOf(call, members)));
}

function entitiesOf(call: Call, ids: Iterable<string>): readonly unknown[] {
  return [...ids]
    .flatMap((id) => findEntity(call.organization, id) ?? [])
    .map((entity) => wireEntity(entity));
}

function recordGroup(call: Call, group: Group, type: string): void {
  const details = { groupId: group.id, groupName: group.name };
  call.organization.audit.append(
    { type, target: 'Group Management', summary: `${type}: ${group.name}`, details },
    call.actor,
    call.time.nowMs,
  );
}

function findGroup(call: Call, id: string): Group {
  return (
    call.organization.groups.get(id.toLowerCase()) ?? refuse(pascalError(404, `Group ${id} was not found`))
  );
}

function refuse(reply: Reply): never {
  throw new Refusal(reply);
}
