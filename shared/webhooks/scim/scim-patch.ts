import { z } from 'zod';
import { AppError } from '../../errors';
import { bodyInvalid, checkBody } from '../check-body';
import { knownName, SCIM, USER_ATTRIBUTES, type ScimAttribute } from './scim-attributes';
import {
  changedEntries,
  changedParts,
  entriesOf,
  isTakenAway,
  withOnePrimary,
  type Op,
} from './patch-scim-values';
import { isUserSchema, membersOfUser } from './members-of-user';
import { parsePath, readPath, type ScimPath } from './scim-path';
import { isRecord, MOST_ENTRIES, setValue, toFlag, toText, type UserDraft } from './normalize-scim-values';
import { checkUser } from './read-scim-user';
import type { ScimUser } from './scim-user-schema';
import { setExtension } from './set-scim-extension';

const MOST_OPERATIONS = 200;

/** One operation, with its names in any case. */
export const OperationSchema = inAnyCase(
  z.object({
    op: z.string().max(20),
    path: z.string().max(1_000).nullish(),
    value: z.unknown().optional(),
  }),
);

const PatchSchema = inAnyCase(
  z.object({
    schemas: z
      .array(z.string())
      .max(5)
      .refine(
        (urns) => urns.some((urn) => urn.toLowerCase() === SCIM.patch.toLowerCase()),
        'Must name PatchOp',
      ),
    Operations: z.array(OperationSchema),
  }),
);

/**
 * Applies the operations of a PATCH (RFC 7644 section 3.5.2) to a user, all of them or none. Tolerant where Entra and
 * Okta need it: `op` in any case; an operation on a missing entry, `emails[type eq "work"].value`, creates it;
 * attributes that are not kept are ignored.
 * @throws AppError `body-invalid`, `path-invalid`, `filter-unsupported`
 */
export function patchUser(user: ScimUser, body: unknown): ScimUser {
  const { Operations: operations } = checkBody(PatchSchema, body);
  if (operations.length === 0 || operations.length > MOST_OPERATIONS)
    throw bodyInvalid([{ field: 'Operations', problem: `Must be 1 to ${MOST_OPERATIONS}` }]);
  const draft: UserDraft = structuredClone(user);
  for (const [index, { op, path, value }] of operations.entries())
    applyOperation(draft, toOp(op, index), path ?? undefined, value, index);
  return checkUser(draft);
}

/** Names have no case (RFC 7643 section 2.1), and some clients write `operations`. */
function inAnyCase<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) {
  const names = Object.keys(schema.shape);
  return z.preprocess(
    (value) =>
      isRecord(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, inner]) => [knownName(names, name) ?? name, inner]),
          )
        : value,
    schema,
  );
}

function toOp(text: string, index: number): Op {
  const op = text.toLowerCase();
  if (op === 'add' || op === 'replace' || op === 'remove') return op;
  throw bodyInvalid([{ field: `Operations[${index}].op`, problem: 'Must be add, replace or remove' }]);
}

function applyOperation(
  draft: UserDraft,
  op: Op,
  path: string | undefined,
  value: unknown,
  index: number,
): void {
  if (path !== undefined && !isUserSchema(path)) {
    applyToPath(draft, op, parsePath(path), value);
    return;
  }
  if (op === 'remove')
    throw bodyInvalid([
      { field: `Operations[${index}].path`, problem: 'Must be one of an attribute for remove' },
    ]);
  if (!isRecord(value))
    throw bodyInvalid([
      { field: `Operations[${index}].value`, problem: 'Must be an object where no attribute is named' },
    ]);
  for (const [name, inner] of membersOfUser(value)) {
    const about = readPath(name);
    // A resource sent back whole has members that only this side sets, and some that only its client knows.
    if (about !== undefined && about.kind !== 'read-only') applyToPath(draft, op, about, inner);
  }
}

function applyToPath(draft: UserDraft, op: Op, path: ScimPath, value: unknown): void {
  switch (path.kind) {
    case 'not-kept':
      return;
    case 'read-only':
      throw new AppError('attribute-read-only', `${path.name} cannot be changed`);
    case 'extension':
      changeExtension(draft, op, path, value);
      return;
    case 'attribute': {
      const attribute = USER_ATTRIBUTES.get(path.name);
      if (attribute !== undefined) changeAttribute(draft, op, path, attribute, value);
    }
  }
}

function changeExtension(
  draft: UserDraft,
  op: Op,
  { extension, attribute }: Extract<ScimPath, { kind: 'extension' }>,
  value: unknown,
): void {
  if (attribute !== undefined) {
    setExtension(draft, extension, attribute, op === 'remove' ? null : value);
    return;
  }
  if (isTakenAway(op, value)) {
    const before = isRecord(draft['extension']) ? draft['extension'][extension] : undefined;
    for (const name of Object.keys(isRecord(before) ? before : {}))
      setExtension(draft, extension, name, null);
    return;
  }
  if (!isRecord(value)) throw bodyInvalid([{ field: extension, problem: 'Must be an object' }]);
  for (const [name, inner] of Object.entries(value)) setExtension(draft, extension, name, inner);
}

function changeAttribute(
  draft: UserDraft,
  op: Op,
  path: Extract<ScimPath, { kind: 'attribute' }>,
  attribute: ScimAttribute,
  value: unknown,
): void {
  const { name } = path;
  if (op === 'remove' && (name === 'userName' || name === 'active'))
    throw bodyInvalid([{ field: name, problem: 'Cannot be taken away' }]);
  switch (attribute.kind) {
    case 'text':
      setValue(draft, name, op === 'remove' ? undefined : toText(name, value));
      return;
    case 'flag':
      setValue(draft, name, toFlag(name, value) ?? draft[name]);
      return;
    case 'complex': {
      const before = isRecord(draft[name]) ? draft[name] : {};
      setValue(draft, name, changedParts(before, op, path, attribute, value));
      return;
    }
    case 'list': {
      const before = entriesOf(draft[name]);
      const next = withOnePrimary(changedEntries(before, op, path, attribute, value), before);
      if (next.length > MOST_ENTRIES) throw bodyInvalid([{ field: name, problem: 'Has too many entries' }]);
      setValue(draft, name, next.length === 0 ? undefined : next);
    }
  }
}
