import { AppError } from '../../errors';
import { extensionOf, knownName, READ_ONLY, SCIM, USER_ATTRIBUTES } from './scim-attributes';
import { parseConditions, type Condition } from './scim-filter';

/** What the path of an operation or of a filter is about. */
export type ScimPath =
  | Readonly<{ kind: 'attribute'; name: string; where: readonly Condition[]; part: string | undefined }>
  | Readonly<{ kind: 'extension'; extension: string; attribute: string | undefined }>
  | Readonly<{ kind: 'read-only'; name: string }>
  /** Well written, and nothing that is kept. */
  | Readonly<{ kind: 'not-kept' }>;

const LONGEST_PATH = 500;
const attributePath = /^([A-Za-z$][\w$-]{0,63})(?:\[([^\]]{1,300})\])?(?:\.([A-Za-z$][\w$-]{0,63}))?$/;
const extensionPath =
  /^(urn:[\w.:-]{1,200}:User)(?::([A-Za-z$][\w$-]{0,63})(?:\.([A-Za-z$][\w$-]{0,63}))?)?$/i;
/** An attribute of a schema that is not known here. */
const foreignPath = /^urn:[\w.:$-]{1,300}(?:\[[^\]]{1,300}\](?:\.[\w$-]{1,64})?)?$/i;

/** A path of RFC 7644 section 3.10 and figure 7. @throws AppError `path-invalid`, `filter-unsupported` */
export function parsePath(text: string): ScimPath {
  const path = readPath(text);
  if (path === undefined) throw pathInvalid();
  return path;
}

/**
 * The same of a text that may be no path at all: then undefined.
 *
 * @throws AppError `path-invalid`, `filter-unsupported` for one that is about an attribute and cannot be understood
 */
export function readPath(text: string): ScimPath | undefined {
  if (text.length > LONGEST_PATH) return undefined;
  const core = text.toLowerCase().startsWith(`${SCIM.user.toLowerCase()}:`)
    ? text.slice(SCIM.user.length + 1)
    : text;
  const [, urn, attribute, part] = extensionPath.exec(core) ?? [];
  if (urn !== undefined) {
    const extension = extensionOf(urn);
    // A manager is complex and kept as an id: the rest of it is nothing that is kept.
    if (extension === undefined || (part !== undefined && part.toLowerCase() !== 'value'))
      return { kind: 'not-kept' };
    return { kind: 'extension', extension, attribute };
  }
  const [, name, filter, sub] = attributePath.exec(core) ?? [];
  if (name === undefined) return foreignPath.test(core) ? { kind: 'not-kept' } : undefined;
  const readOnly = knownName(READ_ONLY, name);
  if (readOnly !== undefined) return { kind: 'read-only', name: readOnly };
  return toAttribute(name, filter, sub);
}

function toAttribute(name: string, filter: string | undefined, sub: string | undefined): ScimPath {
  const known = knownName(USER_ATTRIBUTES.keys(), name);
  const attribute = known === undefined ? undefined : USER_ATTRIBUTES.get(known);
  if (known === undefined || attribute === undefined) return { kind: 'not-kept' };
  if (attribute.kind !== 'complex' && attribute.kind !== 'list') {
    if (filter !== undefined || sub !== undefined) throw pathInvalid();
    return { kind: 'attribute', name: known, where: [], part: undefined };
  }
  if (filter !== undefined && attribute.kind !== 'list') throw pathInvalid();
  const part = sub === undefined ? undefined : knownName(Object.keys(attribute.parts), sub);
  if (sub !== undefined && part === undefined) return { kind: 'not-kept' };
  const where = filter === undefined ? [] : parseConditions(filter);
  const names = where.map((condition) => knownName(Object.keys(attribute.parts), condition.name));
  if (names.some((found) => found === undefined)) return { kind: 'not-kept' };
  return {
    kind: 'attribute',
    name: known,
    where: where.map(({ value }, index) => ({ name: names[index] ?? '', value })),
    part,
  };
}

function pathInvalid(): AppError {
  return new AppError('path-invalid', 'The path of an operation is not one of an attribute');
}
