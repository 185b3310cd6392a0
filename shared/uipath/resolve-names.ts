import { UpstreamError } from '../errors';
import type { NameLookUpCalls } from './name-look-up-calls';
import type { DirectoryEntityType, DirectoryHit, DirectoryResolution } from './directory-entity';
import { toResolution, type WireEntity } from './directory-schemas';
import { inChunks } from './chunked-look-up';

/** UiPath's limit for one call. */
const NAMES_PER_CALL = 20;
/** An address that nobody has, and nothing is wrong with. https://www.rfc-editor.org/rfc/rfc2606 */
const NOBODY = 'nobody@example.invalid';

const NOT_FOUND: DirectoryResolution = { kind: 'not-found' };
const UNRESOLVABLE: DirectoryResolution = { kind: 'unresolvable' };

type NamedEntity = readonly [name: string, entity: WireEntity | null | 'refused'];

/**
 * Names as ids: in bulk first, then by search for each name that UiPath may only know in another case. A directory that refuses every address
 * has said nothing of any: that fails.
 */
export async function resolveNames(
  calls: NameLookUpCalls,
  names: readonly string[],
  { entityType, searchMissing }: Readonly<{ entityType: DirectoryEntityType; searchMissing: boolean }>,
): Promise<ReadonlyMap<string, DirectoryResolution>> {
  const resolved = new Map<string, DirectoryResolution>();
  for (const name of names.filter(isBlank)) resolved.set(name, UNRESOLVABLE);
  const asked = [...new Set(names)].filter((name) => !isBlank(name));
  const named = await inChunks(asked, NAMES_PER_CALL, async (part) => {
    const found = await resolvePart(calls, part, entityType);
    // Where it is no name that is refused, this one is refused too.
    const isAnyAnswered = found.some(([, entity]) => entity !== 'refused');
    if (!isAnyAnswered && entityType === 'user') await calls.resolveNames([NOBODY], entityType);
    return found;
  });
  for (const [name, entity] of named) {
    if (entity === 'refused') resolved.set(name, UNRESOLVABLE);
    else if (entity !== null) resolved.set(name, await withUsableId(calls, entity, entityType));
    else resolved.set(name, searchMissing ? await findInAnyCase(calls, name, entityType) : NOT_FOUND);
  }
  return resolved;
}

/**
 * Resolves names in bulk, by bisection: one invalid name makes UiPath refuse the whole call, so the call is split in
 * halves until that name is alone.
 */
async function resolvePart(
  calls: NameLookUpCalls,
  names: readonly string[],
  entityType: DirectoryEntityType,
): Promise<readonly NamedEntity[]> {
  try {
    const found = await calls.resolveNames(names, entityType);
    return names.map((name): NamedEntity => [name, entryOf(found, name)]);
  } catch (error) {
    if (!isInvalidName(error)) throw error;
    if (names.length === 1) return names.map((name): NamedEntity => [name, 'refused']);
    return inChunks(names, Math.ceil(names.length / 2), async (half) => resolvePart(calls, half, entityType));
  }
}

/** A refusal with another status is of the call, not of a name in it. UiPath also refuses with 200 and `succeeded: false`. */
function isInvalidName(error: unknown): boolean {
  return (
    error instanceof UpstreamError && error.code === 'uipath-rejected' && [200, 400].includes(error.status)
  );
}

/** UiPath may answer with its own spelling of the name. */
function entryOf(found: ReadonlyMap<string, WireEntity | null>, name: string): WireEntity | null {
  const exact = found.get(name);
  if (exact !== undefined) return exact;
  const [entry, ...others] = [...found].filter(([key]) => isSame(key, name));
  return others.length === 0 ? (entry?.[1] ?? null) : null;
}

/** An entry whose id no group takes may have another one that Resolve tells. */
async function withUsableId(
  calls: NameLookUpCalls,
  entity: WireEntity,
  entityType: DirectoryEntityType,
): Promise<DirectoryResolution> {
  const direct = toResolution(entity, entityType);
  if (direct.kind === 'found' || entity.identifier === null) return direct;
  return resolveKnown(calls, entity.identifier, entityType);
}

async function findInAnyCase(
  calls: NameLookUpCalls,
  name: string,
  entityType: DirectoryEntityType,
): Promise<DirectoryResolution> {
  const hits = await calls.search(name, entityType);
  const identifiers = new Set(hits.filter((hit) => isNamed(hit, name)).map(({ identifier }) => identifier));
  const [identifier, ...others] = identifiers;
  if (identifier === undefined) return NOT_FOUND;
  if (others.length > 0)
    return { kind: 'ambiguous', candidates: identifiers.size, identifiers: [...identifiers] };
  return resolveKnown(calls, identifier, entityType);
}

/** It was seen, so "not found" now only means that it has no id for us. */
async function resolveKnown(
  calls: NameLookUpCalls,
  identifier: string,
  entityType: DirectoryEntityType,
): Promise<DirectoryResolution> {
  const resolution = await calls.resolve(identifier, entityType);
  return resolution.kind === 'not-found' ? UNRESOLVABLE : resolution;
}

function isBlank(name: string): boolean {
  return name.trim() === '';
}

function isNamed({ identityName, email }: DirectoryHit, name: string): boolean {
  return [identityName, email].some((text) => text !== null && isSame(text, name));
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
