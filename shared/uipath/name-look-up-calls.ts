import { z } from 'zod';
import { errorCodeOf } from '../errors';
import type { DirectoryEntityType, DirectoryHit, DirectoryResolution } from './directory-entity';
import { EntitySchema, HitSchema, toResolution, type WireEntity } from './directory-schemas';
import type { Transport } from './transport';

const NamedSchema = z.record(z.string(), EntitySchema.nullable());

/** The calls that finding a name is made of. */
export type NameLookUpCalls = Readonly<{
  resolve: (entityId: string, entityType: DirectoryEntityType) => Promise<DirectoryResolution>;
  search: (startsWith: string, entityType: DirectoryEntityType) => Promise<readonly DirectoryHit[]>;
  /** Keyed as UiPath answers; null for a name it does not know. */
  resolveNames: (
    names: readonly string[],
    entityType: DirectoryEntityType,
  ) => Promise<ReadonlyMap<string, WireEntity | null>>;
}>;

export function createNameLookUpCalls(transport: Transport): NameLookUpCalls {
  const { identityBaseUrl, partitionGlobalId } = transport.address;
  const urlOf = (call: string): string => `${identityBaseUrl}/api/Directory/${call}/${partitionGlobalId}`;
  const lookUp = { area: 'directory', effect: 'read' } as const;

  return {
    resolve: async (entityId, entityType) => {
      const url = urlOf('Resolve');
      const body = { entityId, entityType };
      try {
        const entity = await transport.send(
          { ...lookUp, what: 'resolve a directory entry', method: 'POST', url, body },
          EntitySchema,
        );
        return toResolution(entity, entityType);
      } catch (error) {
        if (errorCodeOf(error) === 'uipath-not-found') return { kind: 'not-found' };
        throw error;
      }
    },

    search: async (startsWith, entityType) => {
      const url = `${urlOf('Search')}?${new URLSearchParams({ startsWith, entityType }).toString()}`;
      return transport.send(
        { ...lookUp, what: 'search the directory', method: 'GET', url },
        z.array(HitSchema),
      );
    },

    resolveNames: async (entityNames, entityType) => {
      const url = urlOf('BulkResolveByName');
      const body = { entityNames, entityType };
      const answer = await transport.send(
        { ...lookUp, what: 'resolve directory names', method: 'POST', url, body },
        NamedSchema,
      );
      return new Map(Object.entries(answer));
    },
  };
}
