import { EVERYONE } from './organization';
import type { User } from './principals';
import type { Call } from './route';
import { userTypeOf, wireTime, wireTimeOrNull } from './wire';

/** A user as the user endpoints show it. */
export function wireUser(
  { organization, switches, time }: Call,
  user: User,
): Readonly<Record<string, unknown>> {
  const groups = [...organization.groups.values()].filter(
    (group) => group.id === EVERYONE || group.members.shownAt(time.nowMs).has(user.id),
  );
  return {
    id: user.id,
    userName: user.userName,
    email: user.email,
    emailConfirmed: user.invitationAccepted,
    name: user.name,
    surname: user.surname,
    displayName: user.displayName,
    creationTime: wireTime(user.createdAtMs),
    lastModificationTime: wireTimeOrNull(user.modifiedAtMs),
    lastLoginTime: wireTimeOrNull(user.lastLoginAtMs),
    groupIDs: switches.userGroupIds === 'filled' ? groups.map(({ id }) => id) : null,
    legacyId: user.legacyId,
    isActive: user.active,
    bypassBasicAuthRestriction: user.bypassBasicAuthRestriction,
    type: userTypeOf(user),
    invitationAccepted: user.invitationAccepted,
    category: user.source === 'local' ? 0 : 2,
  };
}
