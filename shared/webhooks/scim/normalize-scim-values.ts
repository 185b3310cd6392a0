import { bodyInvalid } from '../check-body';
import { INVISIBLE, isVisible } from '../contract/field-schemas';
import { knownName, type ScimAttribute } from './scim-attributes';

/** A user or a part of one with its members open to change, before it is checked again. */
export type UserDraft = Record<string, unknown>;

/** Undefined takes the member away. */
export function setValue(target: UserDraft, name: string, value: unknown): void {
  if (value === undefined) delete target[name];
  else target[name] = value;
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

/** Attributes that a user is known by. Those that were kept before they were judged stay: somebody has to be able to leave. */
const naming: ReadonlySet<string> = new Set(['userName', 'externalId']);

/** A blank text says nothing. */
export function toText(field: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') {
    if (naming.has(field) && !isVisible(value)) throw bodyInvalid([{ field, problem: INVISIBLE }]);
    return value.trim() === '' ? undefined : value;
  }
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
