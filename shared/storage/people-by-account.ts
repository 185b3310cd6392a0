import type { TableClient } from '@azure/data-tables';
import type { StorageAccount } from './storage-account';

/**
 * Index of people by directory account: several where an address changed. A row may be stale; the ledger of the person
 * counts.
 */
export type PeopleByAccount = Readonly<{
  /** Noting the same again is harmless. */
  note: (organization: string, memberId: string, personKey: string) => Promise<void>;
  /** Person keys. */
  list: (organization: string, memberId: string) => Promise<readonly string[]>;
}>;

export function createPeopleByAccount(storage: Pick<StorageAccount, 'table'>): PeopleByAccount {
  const table = async (): Promise<TableClient> => storage.table('accounts');
  return {
    note: async (organization, memberId, personKey) => {
      await (
        await table()
      ).upsertEntity({ partitionKey: organization, rowKey: `${memberId}:${personKey}` }, 'Replace');
    },
    list: async (organization, memberId) => {
      const keys: string[] = [];
      const filter = `PartitionKey eq '${organization}' and RowKey ge '${memberId}:' and RowKey lt '${memberId};'`;
      for await (const { rowKey } of (await table()).listEntities<{ rowKey: string }>({
        queryOptions: { filter },
      }))
        keys.push(rowKey.slice(memberId.length + 1));
      return keys;
    },
  };
}
