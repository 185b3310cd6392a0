import type { ScimAttribute } from './scim-attributes';
import type { ScimPath } from './scim-path';
import { meetsCondition, type Condition } from './scim-filter';
import {
  isRecord,
  hasContent,
  setValue,
  toFlag,
  toKept,
  toParts,
  toText,
  type UserDraft,
} from './normalize-scim-values';

/** What an operation of a PATCH does. */
export type Op = 'add' | 'replace' | 'remove';

/** Null is no value (RFC 7643 section 2.5): replacing with null removes. */
export function isTakenAway(op: Op, value: unknown): boolean {
  return op === 'remove' || (op === 'replace' && value === null);
}

type Complex = Extract<ScimAttribute, { kind: 'list' | 'complex' }>;
type About = Pick<Extract<ScimPath, { kind: 'attribute' }>, 'name' | 'where' | 'part'>;

/**
 * One complex value after an operation; undefined when nothing is left of it. Parts that are not named stay, also when
 * it is replaced (RFC 7644 section 3.5.2.3); an entry of a list is replaced whole.
 */
export function changedParts(
  before: UserDraft,
  op: Op,
  { name, part }: About,
  { kind, parts }: Complex,
  value: unknown,
): UserDraft | undefined {
  if (part === undefined) {
    if (isTakenAway(op, value)) return undefined;
    const isWhole = op === 'replace' && kind === 'list';
    return toParts(name, parts, value ?? {}, isWhole ? {} : before);
  }
  const next = { ...before };
  const field = `${name}.${part}`;
  const said =
    op === 'remove' ? undefined : parts[part] === 'flag' ? toFlag(field, value) : toText(field, value);
  setValue(next, part, said);
  return Object.keys(next).length === 0 ? undefined : next;
}

export function changedEntries(
  before: readonly UserDraft[],
  op: Op,
  path: About,
  attribute: Complex,
  value: unknown,
): readonly UserDraft[] {
  const { name, where, part } = path;
  if (where.length === 0 && part === undefined) {
    if (op === 'remove' && value === undefined) return [];
    const said = entriesOf(toKept(name, attribute, value));
    if (op === 'remove') return before.filter((entry) => !said.some(isSame(entry)));
    return op === 'replace' ? said : [...before.filter((entry) => !said.some(isSame(entry))), ...said];
  }
  const isMeant = (entry: UserDraft): boolean => where.every((condition) => meetsCondition(entry, condition));
  if (op !== 'remove' && !before.some(isMeant)) {
    const made = changedParts(conditionsAsParts(where, attribute), 'add', path, attribute, value);
    return made === undefined || !hasContent(made) ? before : [...before, made];
  }
  return before.flatMap((entry) => {
    if (!isMeant(entry)) return [entry];
    const next = changedParts(entry, op, path, attribute, value);
    return next === undefined || !hasContent(next) ? [] : [next];
  });
}

export function entriesOf(kept: unknown): readonly UserDraft[] {
  const entries: readonly unknown[] = Array.isArray(kept) ? kept : [];
  return entries.filter(isRecord);
}

/** Only one entry is primary, the last that was made so (RFC 7644 section 3.5.2). */
export function withOnePrimary(
  next: readonly UserDraft[],
  before: readonly UserDraft[],
): readonly UserDraft[] {
  const made = next.findLast((entry) => entry['primary'] === true && !before.includes(entry));
  if (made === undefined) return next;
  return next.map((entry) =>
    entry === made || entry['primary'] !== true ? entry : { ...entry, primary: false },
  );
}

/** Two entries of one type and value are the same, whichever of them is primary. */
function isSame(entry: UserDraft): (other: UserDraft) => boolean {
  const own = contentOf(entry);
  return (other) => contentOf(other) === own;
}

function contentOf({ primary: _primary, ...rest }: UserDraft): string {
  return JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function conditionsAsParts(where: readonly Condition[], { parts }: Complex): UserDraft {
  return Object.fromEntries(
    where.map(({ name, value }) => [name, parts[name] === 'flag' ? value.toLowerCase() === 'true' : value]),
  );
}
