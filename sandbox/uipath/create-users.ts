import { z } from 'zod';
import { changeMembers } from './member-changes';
import type { User } from './principals';
import { identityResult, json, type IdentityError, type Reply } from './reply';
import { guid, guidList, readBody, requireAdministrator, requirePartition, type Call } from './route';
import { groupErrors, groupsOf, recordUser } from './users';
import { wireUser } from './wire-user';

const text = z.string().nullish();
const NewUserSchema = z.object({
  id: guid.nullish(),
  userName: text,
  email: text,
  name: text,
  surname: text,
  displayName: text,
  bypassBasicAuthRestriction: z.boolean().nullish(),
  invitationAccepted: z.boolean().nullish(),
});
type NewUser = z.output<typeof NewUserSchema>;

/** One local user; a second one of the same name or e-mail is refused with a 200. */
export function createUser(call: Call): Reply {
  const body = readBody(
    call,
    NewUserSchema.extend({ partitionGlobalId: guid.nullish(), groupIDs: guidList }),
  );
  requirePartition(call, body.partitionGlobalId);
  return identityResult(addUsers(call, [body], body.groupIDs).errors);
}

/** All of them or none; the answer wraps the result, which the OpenAPI description does not tell. */
export function bulkCreateUsers(call: Call): Reply {
  const schema = z.object({
    users: z.array(NewUserSchema),
    partitionGlobalId: guid.nullish(),
    groupIDs: guidList,
  });
  const body = readBody(call, schema);
  requirePartition(call, body.partitionGlobalId);
  const { errors, users } = addUsers(call, body.users, body.groupIDs);
  return json(200, {
    result: { succeeded: errors.length === 0, errors },
    users: users.map((user) => wireUser(call, user)),
  });
}

const InvitationsSchema = z.array(z.object({ email: text, name: text, surname: text, groupIDs: guidList }));

/** Invited people are users at once; they accept when they sign in. */
export function inviteUsers(call: Call): Reply {
  const invitations = readBody(call, InvitationsSchema);
  const errors = invitations.flatMap(({ groupIDs, ...person }) => addUsers(call, [person], groupIDs).errors);
  return identityResult(errors);
}

function addUsers(
  call: Call,
  people: readonly Partial<NewUser>[],
  groupIds: readonly string[],
): Readonly<{ errors: readonly IdentityError[]; users: readonly User[] }> {
  if (groupIds.length > 0) requireAdministrator(call);
  const errors = [...people.flatMap((person) => personErrors(call, person)), ...groupErrors(call, groupIds)];
  if (errors.length > 0) return { errors, users: [] };
  const users = people.map((person) => toUser(call, person));
  for (const user of users) {
    call.organization.principals.put(user);
    recordUser(call, user, 'Create User');
  }
  for (const group of groupsOf(call, groupIds)) {
    changeMembers(call.organization, group, { add: users.map(({ id }) => id), remove: [] }, call);
  }
  return { errors: [], users };
}

function personErrors({ organization }: Call, person: Partial<NewUser>): readonly IdentityError[] {
  const { principals } = organization;
  const userName = person.userName ?? person.email ?? '';
  const email = person.email ?? '';
  if (userName === '') return [{ code: 'InvalidUserName', description: "Username '' is invalid." }];
  const sameName = principals.named(userName).some((one) => one.kind === 'user');
  const sameEmail = email !== '' && principals.named(email).some((one) => one.kind === 'user');
  return [
    ...(sameName
      ? [{ code: 'DuplicateUserName', description: `Username '${userName}' is already taken.` }]
      : []),
    ...(sameEmail ? [{ code: 'DuplicateEmail', description: `Email '${email}' is already taken.` }] : []),
    ...(person.id && principals.get(person.id) !== undefined
      ? [{ code: 'DuplicateUserId', description: `User id '${person.id}' is already taken.` }]
      : []),
  ];
}

function toUser({ ids, organization, time }: Call, person: Partial<NewUser>): User {
  const { name = null, surname = null, email = null } = person;
  return {
    kind: 'user',
    id: person.id ?? ids.guid(),
    userName: person.userName ?? email ?? '',
    email,
    name,
    surname,
    displayName: person.displayName ?? ([name, surname].filter(Boolean).join(' ') || null),
    department: null,
    jobTitle: null,
    source: 'local',
    externalId: null,
    seen: true,
    active: true,
    invitationAccepted: person.invitationAccepted ?? false,
    bypassBasicAuthRestriction: person.bypassBasicAuthRestriction ?? false,
    legacyId: organization.numbers.next(),
    createdAtMs: time.nowMs,
    modifiedAtMs: null,
    lastLoginAtMs: null,
  };
}
