import { z } from 'zod';
import { createNameLookUpCalls } from './name-look-up-calls';
import type { DirectoryEntityType, DirectoryHit, DirectoryResolution } from './directory-entity';
import { requireGuid, requireGuids } from './require-guid';
import { inChunks, requireAsked } from './chunked-look-up';
import { resolveNames } from './resolve-names';
import type { Transport } from './transport';

export type UiPathDirectory = Readonly<{
  /**
   * E-mail addresses or names become ids: one POST per 20 names, then one GET for each name that was not found as
   * written. The map has an entry for every name asked, keyed as asked.
   */
  resolveByNames: (
    names: readonly string[],
    entityType: DirectoryEntityType,
    options?: Readonly<{
      /** false saves the GETs: a name that UiPath writes in another case is then `not-found`. */
      searchMissing?: boolean;
    }>,
  ) => Promise<ReadonlyMap<string, DirectoryResolution>>;
  /** By POST. `unresolvable` when UiPath has no bare GUID for it. */
  resolve: (entityId: string, entityType: DirectoryEntityType) => Promise<DirectoryResolution>;
  /** Which of these groups the user is in, by POST. */
  groupMembership: (userId: string, groupIds: readonly string[]) => Promise<ReadonlySet<string>>;
  /** One GET; everything whose name or address starts so. */
  search: (startsWith: string, entityType: DirectoryEntityType) => Promise<readonly DirectoryHit[]>;
}>;

/** GroupMembership answers directory entries; only which of the groups asked are among them counts. */
const GroupsSchema = z.array(z.object({ identifier: z.string() }));

const GROUPS_PER_LOOKUP = 200;

export function createDirectory(transport: Transport): UiPathDirectory {
  const { identityBaseUrl, partitionGlobalId } = transport.address;
  const calls = createNameLookUpCalls(transport);
  return {
    resolve: calls.resolve,
    search: calls.search,
    resolveByNames: async (names, entityType, { searchMissing = true } = {}) =>
      resolveNames(calls, names, { entityType, searchMissing }),
    groupMembership: async (userId, groupIds) => {
      const url = `${identityBaseUrl}/api/Directory/GroupMembership/${partitionGlobalId}`;
      const what = 'look up the groups of a user';
      const user = requireGuid(userId, 'the user id');
      const asked = requireGuids(groupIds, 'a group id');
      const groups = await inChunks(asked, GROUPS_PER_LOOKUP, async (part) => {
        const body = { userId: user, groupIds: part };
        return transport.send(
          { what, area: 'directory', method: 'POST', effect: 'read', url, body },
          GroupsSchema,
        );
      });
      return requireAsked(groups, asked, { alias: transport.address.alias, what, area: 'directory' });
    },
  };
}
