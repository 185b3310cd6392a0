import type { DirectoryEntityType, DirectoryHit, DirectoryResolution } from './directory-entity';

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
