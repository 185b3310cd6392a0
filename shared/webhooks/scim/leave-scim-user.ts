import { errorCodeOf } from '../../errors';
import { isRecord, toFlag } from './normalize-scim-values';
import { isUserSchema, membersOfUser } from './members-of-user';
import { knownName, SCIM } from './scim-attributes';
import { OperationSchema, patchUser } from './scim-patch';
import { readPath } from './scim-path';
import type { ScimUser } from './scim-user-schema';

/** One part of a change: an operation of a PATCH, or a member of it or of a PUT. */
type Part = Readonly<{ op: string; path?: string | null | undefined; value?: unknown }>;

/** Each part is applied by itself. Beyond so many only the leaving is. */
const MOST_PARTS = 100;

/**
 * The user after a change that cannot be made as a whole and that clearly ends their work: its last word on `active` is
 * false. Parts that cannot be used keep what the user has. undefined: it is no clear leaving.
 */
export function userWhoLeaves(user: ScimUser, body: unknown): ScimUser | undefined {
  const parts = partsOf(body);
  const words = parts.flatMap((part) => activeIn(part) ?? []);
  if (words.at(-1) !== false) return undefined;
  const usable = parts.length > MOST_PARTS ? [] : parts;
  return { ...usable.reduce(withPart, user), active: false };
}

function partsOf(body: unknown): readonly Part[] {
  if (!isRecord(body)) return [];
  const name = knownName(Object.keys(body), 'Operations');
  if (name === undefined) return membersOf('replace', body);
  const operations: readonly unknown[] = Array.isArray(body[name]) ? body[name] : [];
  return operations.flatMap((operation) => {
    const { data } = OperationSchema.safeParse(operation);
    if (data === undefined) return [];
    const { op, path, value } = data;
    const namesOne = path !== undefined && path !== null && !isUserSchema(path);
    return namesOne ? [{ op, path, value }] : membersOf(op, value);
  });
}

function membersOf(op: string, value: unknown): readonly Part[] {
  const sent = isRecord(value) ? value : {};
  const members = usableOr(Object.entries(sent), () => membersOfUser(sent));
  return members.map(([name, inner]) => ({ op, value: { [name]: inner } }));
}

/** What a part says of `active`; undefined: nothing. */
function activeIn({ op, path, value }: Part): boolean | 'unclear' | undefined {
  if (!/^(add|replace)$/i.test(op)) return undefined;
  const [name, said] =
    path === undefined || path === null ? (Object.entries(value ?? {})[0] ?? []) : [path, value];
  const about = usableOr(undefined, () => readPath(name ?? ''));
  if (about?.kind !== 'attribute' || about.name !== 'active') return undefined;
  return usableOr<boolean | 'unclear' | undefined>('unclear', () => toFlag('active', said));
}

function withPart(user: ScimUser, part: Part): ScimUser {
  return usableOr(user, () => patchUser(user, { schemas: [SCIM.patch], Operations: [part] }));
}

/** Codes of a change that cannot be made as it was sent, whoever sends it again. */
export const REFUSALS: ReadonlySet<string> = new Set([
  'body-invalid',
  'path-invalid',
  'attribute-read-only',
  'filter-unsupported',
]);

function usableOr<T>(otherwise: T, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (REFUSALS.has(errorCodeOf(error))) return otherwise;
    throw error;
  }
}
