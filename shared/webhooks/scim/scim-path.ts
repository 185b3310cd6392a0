import { fold } from '../../domain/person-key';
import { AppError } from '../../errors';
import { extensionOf, knownName, READ_ONLY, SCIM, USER_ATTRIBUTES } from './scim-attributes';

/** `type eq "work"` within the brackets of a path, or a condition of a query. */
export type Condition = Readonly<{ name: string; value: string }>;

/** Whether an entry of a list meets a condition, ignoring case. */
export function meetsCondition(
  entry: Readonly<Record<string, unknown>>,
  { name, value }: Condition,
): boolean {
  const actual = entry[name];
  return (typeof actual === 'string' || typeof actual === 'boolean') && fold(String(actual)) === fold(value);
}

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

const LONGEST_FILTER = 1_000;
const MOST_CONDITIONS = 10;
/** A path, an operator and a value: quoted as in JSON, or bare as some clients write it. Each try is bounded by what it consumes. */
const condition =
  /([A-Za-z$][\w$.:-]*(?:\[[^\]]*\](?:\.[\w$-]+)?)?)\s+([A-Za-z]{2})\s+("(?:[^"\\]|\\.)*"|[^\s"()]+)(\s+and\s+|\s*$)/iy;

/**
 * `a eq "x" and b eq "y"`: what the provisioning clients of Entra and Okta ask. Everything else of RFC 7644 section 3.4.2.2 is
 * refused by name: a filter with `or` in groups can mean work without a bound.
 *
 * @throws AppError `filter-unsupported`
 */
export function parseConditions(text: string): readonly Condition[] {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_FILTER) throw filterUnsupported();
  const found: Condition[] = [];
  let at = 0;
  while (at < trimmed.length) {
    condition.lastIndex = at;
    const [whole, name, operator, value, joint] = condition.exec(trimmed) ?? [];
    if (whole === undefined || name === undefined || value === undefined) throw filterUnsupported();
    if (operator?.toLowerCase() !== 'eq' || found.length === MOST_CONDITIONS) throw filterUnsupported();
    found.push({ name, value: unquoted(value) });
    at += whole.length;
    if (at === trimmed.length && joint?.trim() !== '') throw filterUnsupported();
  }
  if (found.length === 0) throw filterUnsupported();
  return found;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    throw filterUnsupported();
  }
}

function pathInvalid(): AppError {
  return new AppError('path-invalid', 'The path of an operation is not one of an attribute');
}

function filterUnsupported(): AppError {
  return new AppError(
    'filter-unsupported',
    'Only conditions with eq, joined by and, are understood, such as userName eq "ana@example.com"',
  );
}
