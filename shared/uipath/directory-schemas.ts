import { z } from 'zod';
import { isGuid } from '../domain/guid';
import type {
  DirectoryEntity,
  DirectoryEntityType,
  DirectoryHit,
  DirectoryResolution,
} from './directory-entity';
import { OBJECT_TYPES, TextSchema } from './wire-schemas';

/** An entity as Resolve answers it; whether its identifier can be used is decided later. */
export const EntitySchema = z.object({
  objectType: z.string(),
  source: TextSchema,
  identifier: TextSchema,
  name: TextSchema,
  email: TextSchema,
  displayName: TextSchema,
  applicationId: TextSchema,
});

export type WireEntity = Readonly<z.output<typeof EntitySchema>>;

export const HitSchema = z
  .object({
    identifier: z.string(),
    identityName: TextSchema,
    displayName: TextSchema,
    email: TextSchema,
    source: TextSchema,
    objectType: TextSchema,
  })
  .transform((hit): DirectoryHit => ({ ...hit, source: hit.source ?? 'unknown' }));

/** Only a bare GUID is an id that a group takes, and only an entity of the type asked for is the one meant. */
export function toResolution(entity: WireEntity, entityType: DirectoryEntityType): DirectoryResolution {
  const { identifier, objectType, name, email, displayName, source, applicationId } = entity;
  if (objectType !== OBJECT_TYPES[entityType] || identifier === null || !isGuid(identifier))
    return { kind: 'unresolvable' };
  const found: DirectoryEntity = {
    identifier: identifier.toLowerCase(),
    name: name ?? '',
    email,
    displayName,
    source: source ?? 'unknown',
    objectType,
    ...(applicationId === null ? {} : { applicationId: applicationId.toLowerCase() }),
  };
  return { kind: 'found', entity: found };
}
