import { z } from 'zod';
import { bodyInvalid, checkBody } from '../validate-body';
import { text } from '../contract/field-schemas';
import {
  ENTERPRISE_ATTRIBUTES,
  extensionOf,
  knownName,
  READ_ONLY,
  urnOf,
  USER_ATTRIBUTES,
  type ScimAttribute,
} from './scim-attributes';

const Entry = { type: text(100).optional(), primary: z.boolean().optional() };

/** A user as it is kept: the attributes of `USER_ATTRIBUTES`, and those of extensions by their short names. */
export const ScimUserSchema = z.object({
  userName: text(256),
  active: z.boolean().default(true),
  externalId: text(256).optional(),
  displayName: text(256).optional(),
  name: z
    .object({
      formatted: text(256).optional(),
      familyName: text(256).optional(),
      givenName: text(256).optional(),
    })
    .optional(),
  title: text(256).optional(),
  userType: text(256).optional(),
  preferredLanguage: text(64).optional(),
  locale: text(64).optional(),
  timezone: text(64).optional(),
  emails: z
    .array(z.object({ value: text(254), ...Entry }))
    .max(20)
    .optional(),
  addresses: z
    .array(
      z.object({
        ...Entry,
        locality: text(256).optional(),
        region: text(256).optional(),
        country: text(256).optional(),
      }),
    )
    .max(10)
    .optional(),
  extension: z
    .record(z.string().max(64), z.record(z.string().max(64), text(512)))
    .refine((extensions) => sizeOf(extensions) <= MOST_EXTENSION_ATTRIBUTES, 'Has too many attributes')
    .optional(),
});

export type ScimUser = z.infer<typeof ScimUserSchema>;

const MOST_EXTENSION_ATTRIBUTES = 100;

/** The same with its members open to change, before it is checked again. */
export type UserDraft = Record<string, unknown>;

/**
 * Reads a user resource that a client sends whole. Names in any case, `"True"` for true, numbers for texts and null
 * for nothing are accepted, as the clients of Entra and Okta send them; attributes that are not kept are dropped.
 * `before` settles `active` where the client omits it: an omitted `active` does not bring a user back.
 * @throws AppError `body-invalid`
 */
export function readUser(body: unknown, before: Pick<ScimUser, 'active'> = { active: true }): ScimUser {
  if (!isRecord(body)) throw bodyInvalid([{ field: '(body)', problem: 'Must be an object' }]);
  const draft: UserDraft = {};
  for (const [name, value] of Object.entries(body)) setMember(draft, name, value);
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
  if (knownName(READ_ONLY, name) !== undefined) return;
  const known = knownName(USER_ATTRIBUTES.keys(), name);
  const attribute = known === undefined ? undefined : USER_ATTRIBUTES.get(known);
  if (known === undefined || attribute === undefined) return;
  setValue(draft, known, toKept(known, attribute, value));
}

/** Undefined takes the member away. */
export function setValue(target: UserDraft, name: string, value: unknown): void {
  if (value === undefined) delete target[name];
  else target[name] = value;
}

/**
 * Sets or, with null or an empty list, takes away one attribute of an extension. What holds no text is dropped.
 *
 * @throws AppError `body-invalid`
 */
export function setExtension(draft: UserDraft, extension: string, attribute: string, value: unknown): void {
  const extensions = memberOf(draft, 'extension');
  const attributes = memberOf(extensions, extension);
  const isEnterprise = extension === 'enterprise';
  const names = isEnterprise ? ENTERPRISE_ATTRIBUTES.keys() : Object.keys(attributes);
  const known = knownName(names, attribute) ?? (isEnterprise ? undefined : attribute);
  if (known === undefined || known in {}) return;
  const kept = textWithin(value);
  if (kept === 'no-text') return;
  setValue(attributes, known, kept.text);
  // Refused at the first too many: names are compared with all that are there.
  if (Object.keys(attributes).length > MOST_EXTENSION_ATTRIBUTES)
    throw bodyInvalid([{ field: urnOf(extension), problem: 'Has too many attributes' }]);
  setValue(extensions, extension, Object.keys(attributes).length === 0 ? undefined : attributes);
  setValue(draft, 'extension', Object.keys(extensions).length === 0 ? undefined : extensions);
}

/**
 * What is kept of a value whose schema is not known here: of an object its `value`, of a list the same of its first entry, as
 * Entra sends attributes with several values.
 */
function textWithin(value: unknown): Readonly<{ text: string | undefined }> | 'no-text' {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const inner = isRecord(first) ? first['value'] : first;
  return typeof inner === 'object' && inner !== null ? 'no-text' : { text: toText('value', inner) };
}

function memberOf(of: UserDraft, name: string): UserDraft {
  const member = of[name];
  return isRecord(member) ? member : {};
}

/** A value as it is kept; undefined: nothing. @throws AppError `body-invalid` */
export function toKept(name: string, attribute: ScimAttribute, value: unknown): unknown {
  switch (attribute.kind) {
    case 'text':
      return toText(name, value);
    case 'flag':
      return toFlag(name, value);
    case 'complex':
      return toParts(name, attribute.parts, value);
    case 'list': {
      if (value === null || value === undefined) return undefined;
      const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (entries.length > MOST_ENTRIES)
        throw bodyInvalid([{ field: name, problem: 'Has too many entries' }]);
      const kept = entries.flatMap((entry) => toParts(name, attribute.parts, entry) ?? []);
      return kept.length === 0 ? undefined : kept;
    }
  }
}

/** Entries that are compared with each other, before the schema has its say. */
export const MOST_ENTRIES = 50;

/**
 * The parts of `before` with those that are said in their place. Parts that are not kept are dropped; undefined: nothing is
 * left that says anything.
 *
 * @throws AppError `body-invalid`
 */
export function toParts(
  name: string,
  parts: Readonly<Record<string, 'text' | 'flag'>>,
  value: unknown,
  before: UserDraft = {},
): UserDraft | undefined {
  if (value === null || value === undefined) return undefined;
  const members = isRecord(value) ? value : 'value' in parts ? { value } : undefined;
  if (members === undefined) throw bodyInvalid([{ field: name, problem: 'Must be an object' }]);
  const kept: UserDraft = { ...before };
  for (const [member, inner] of Object.entries(members)) {
    const known = knownName(Object.keys(parts), member);
    if (known === undefined) continue;
    const field = `${name}.${known}`;
    setValue(kept, known, parts[known] === 'flag' ? toFlag(field, inner) : toText(field, inner));
  }
  return hasContent(kept) ? kept : undefined;
}

/** Whether an entry of a list says more than its type and whether it is primary. */
export function hasContent(entry: UserDraft): boolean {
  return Object.keys(entry).some((name) => name !== 'type' && name !== 'primary');
}

/** A blank text says nothing. */
export function toText(field: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw bodyInvalid([{ field, problem: 'Must be a text' }]);
}

/** Entra writes `"True"` and `"False"`. */
export function toFlag(field: string, value: unknown): boolean | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  throw bodyInvalid([{ field, problem: 'Must be true or false' }]);
}

export function isRecord(value: unknown): value is UserDraft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sizeOf(extensions: Readonly<Record<string, object>>): number {
  return Object.values(extensions).reduce((sum, attributes) => sum + Object.keys(attributes).length, 0);
}
