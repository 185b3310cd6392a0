import { bodyInvalid, checkBody } from '../check-body';
import { membersOfUser } from './members-of-user';
import { isRecord, setValue, toKept, type UserDraft } from './normalize-scim-values';
import { extensionOf, knownName, READ_ONLY, urnOf, USER_ATTRIBUTES } from './scim-attributes';
import { readPath } from './scim-path';
import { ScimUserSchema, type ScimUser } from './scim-user-schema';
import { setExtension } from './set-scim-extension';

/**
 * Reads a user resource that a client sends whole. Names in any case, `"True"` for true, numbers for texts and null
 * for nothing are accepted, as the clients of Entra and Okta send them; attributes that are not kept are dropped.
 * `before` settles `active` where the client omits it: an omitted `active` does not bring a user back.
 * @throws AppError `body-invalid`
 */
export function readUser(body: unknown, before: Pick<ScimUser, 'active'> = { active: true }): ScimUser {
  if (!isRecord(body)) throw bodyInvalid([{ field: '(body)', problem: 'Must be an object' }]);
  const draft: UserDraft = {};
  for (const [name, value] of membersOfUser(body)) setMember(draft, name, value);
  return checkUser({ active: before.active, ...draft });
}

/** @throws AppError `body-invalid` */
export function checkUser(draft: UserDraft): ScimUser {
  return checkBody(ScimUserSchema, draft);
}

/** Sets what a member of a user's JSON says: an attribute, or an extension as a whole. */
function setMember(draft: UserDraft, name: string, value: unknown): void {
  const extension = extensionOf(name);
  if (extension !== undefined) {
    if (value === null || value === undefined) return;
    if (!isRecord(value)) throw bodyInvalid([{ field: urnOf(extension), problem: 'Must be an object' }]);
    for (const [attribute, inner] of Object.entries(value)) setExtension(draft, extension, attribute, inner);
    return;
  }
  const path = name.toLowerCase().startsWith('urn:') ? readPath(name) : undefined;
  if (path?.kind === 'extension' && path.attribute !== undefined) {
    setExtension(draft, path.extension, path.attribute, value);
    return;
  }
  if (path?.kind === 'attribute' && path.part === undefined && path.where.length === 0) {
    setMember(draft, path.name, value);
    return;
  }
  if (knownName(READ_ONLY, name) !== undefined) return;
  const known = knownName(USER_ATTRIBUTES.keys(), name);
  const attribute = known === undefined ? undefined : USER_ATTRIBUTES.get(known);
  if (known === undefined || attribute === undefined) return;
  setValue(draft, known, toKept(known, attribute, value));
}
