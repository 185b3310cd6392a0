import { z } from 'zod';
import { changeMembers, forgetEverywhere } from './member-changes';
import { EVERYONE, type Group } from './organization';
import type { User } from './principals';
import { empty, identityResult, json, pascalError, Refusal, type IdentityError, type Reply } from './reply';
import {
  guidList,
  guid,
  readBody,
  readPage,
  requireAdministrator,
  requirePartition,
  type Call,
} from './route';
import { sorted, sortOrderOf } from './sorting';
import { wireUser } from './wire-user';

/** Local users, and those of a directory when the switch says so. */
export function listUsers(call: Call): Reply {
  const { top, skip } = readPage(call);
  const term = (call.query.get('searchTerm') ?? '').toLowerCase();
  const { principals } = call.organization;
  const found = [...(term === '' ? principals.all() : principals.containing(term))].filter(
    (one): one is User =>
      one.kind === 'user' && (one.source === 'local' || (call.switches.userList === 'all' && one.seen)),
  );
  const page = sorted(found, sortKeyOf(call.query.get('sortBy') ?? ''), sortOrderOf(call)).slice(
    skip,
    skip + top,
  );
  return json(200, { totalCount: found.length, results: page.map((user) => wireUser(call, user)) });
}

function sortKeyOf(name: string): (user: User) => string | number {
  switch (name.toLowerCase()) {
    case 'id':
      return (user) => user.id;
    case 'username':
      return (user) => user.userName;
    case 'email':
      return (user) => user.email ?? '';
    case 'name':
      return (user) => user.name ?? '';
    case 'surname':
      return (user) => user.surname ?? '';
    case 'displayname':
      return (user) => user.displayName ?? '';
    default:
      return (user) => user.legacyId;
  }
}

export function getUser(call: Call): Reply {
  return json(200, wireUser(call, findUser(call, call.param('userId'))));
}

const text = z.string().nullish();
const UpdateUserSchema = z.object({
  name: text,
  surname: text,
  displayName: text,
  email: text,
  isActive: z.boolean().nullish(),
  bypassBasicAuthRestriction: z.boolean().nullish(),
  invitationAccepted: z.boolean().nullish(),
  groupIDsToAdd: guidList,
  groupIDsToRemove: guidList,
});

/** What is null or left out stays. A refusal is a 200 with `succeeded: false`. */
export function updateUser(call: Call): Reply {
  const { organization, time } = call;
  const user = findUser(call, call.param('userId'));
  const body = readBody(call, UpdateUserSchema);
  const groupIds = [...body.groupIDsToAdd, ...body.groupIDsToRemove];
  if (groupIds.length > 0) requireAdministrator(call);
  const errors = [...emailErrors(user, body.email), ...groupErrors(call, groupIds)];
  if (errors.length > 0) return identityResult(errors);
  organization.principals.put({
    ...user,
    name: body.name ?? user.name,
    surname: body.surname ?? user.surname,
    displayName: body.displayName ?? user.displayName,
    active: body.isActive ?? user.active,
    bypassBasicAuthRestriction: body.bypassBasicAuthRestriction ?? user.bypassBasicAuthRestriction,
    invitationAccepted: body.invitationAccepted ?? user.invitationAccepted,
    modifiedAtMs: time.nowMs,
  });
  for (const group of groupsOf(call, body.groupIDsToAdd)) {
    changeMembers(organization, group, { add: [user.id], remove: [] }, call);
  }
  for (const group of groupsOf(call, body.groupIDsToRemove)) {
    changeMembers(organization, group, { add: [], remove: [user.id] }, call);
  }
  recordUser(call, user, 'Update User');
  return identityResult([]);
}

export function deleteUser(call: Call): Reply {
  dropUser(call, findUser(call, call.param('userId')));
  return empty(204);
}

/** Ids of nobody are passed over. */
export function deleteUsers(call: Call): Reply {
  const body = readBody(call, z.object({ partitionGlobalId: guid.nullish(), userIds: guidList }));
  requirePartition(call, body.partitionGlobalId);
  for (const id of body.userIds) {
    const user = call.organization.principals.get(id);
    if (user?.kind === 'user') dropUser(call, user);
  }
  return empty(204);
}

function dropUser(call: Call, user: User): void {
  forgetEverywhere(call.organization, user.id, call);
  call.organization.principals.remove(user.id);
  recordUser(call, user, 'Delete User');
}

export function recordUser(call: Call, user: User, type: string): void {
  call.organization.audit.append(
    {
      type,
      target: 'User Management',
      summary: `${type}: ${user.userName}`,
      details: { userId: user.id, userName: user.userName },
    },
    call.actor,
    call.time.nowMs,
  );
}

export function groupErrors(call: Call, groupIds: readonly string[]): readonly IdentityError[] {
  return groupIds
    .filter((id) => id === EVERYONE || !call.organization.groups.has(id))
    .map((id) => ({ code: 'InvalidGroup', description: `Group '${id}' is invalid.` }));
}

export function groupsOf(call: Call, groupIds: readonly string[]): readonly Group[] {
  return groupIds.flatMap((id) => call.organization.groups.get(id) ?? []);
}

function emailErrors(user: User, email: string | null | undefined): readonly IdentityError[] {
  if (email === undefined || email === null || email === user.email) return [];
  return [{ code: 'EmailChangeNotSupported', description: 'Changing the email is not supported.' }];
}

function findUser(call: Call, id: string): User {
  const user = call.organization.principals.get(id);
  if (user?.kind !== 'user') throw new Refusal(pascalError(404, `User ${id} was not found`));
  return user;
}
