import { bodyInvalid } from '../check-body';
import { isRecord, type UserDraft } from './normalize-scim-values';
import { SCIM } from './scim-attributes';

/** Whether a name or a path is that of the schema of users as a whole. */
export function isUserSchema(name: string): boolean {
  return name.toLowerCase() === SCIM.user.toLowerCase();
}

/**
 * What the JSON of a user says, member by member. Some clients put attributes under the URN of their schema, as those of an
 * extension stand: they are the user's as well.
 *
 * @throws AppError `body-invalid`
 */
export function membersOfUser(value: UserDraft): ReadonlyArray<readonly [name: string, value: unknown]> {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (!isUserSchema(name)) return [[name, inner] as const];
    if (inner === null || inner === undefined) return [];
    if (!isRecord(inner)) throw bodyInvalid([{ field: SCIM.user, problem: 'Must be an object' }]);
    return Object.entries(inner);
  });
}
