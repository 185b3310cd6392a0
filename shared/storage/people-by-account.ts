import type { TableClient, TransactionAction } from '@azure/data-tables';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';

/** Somebody of the ledger and the directory id that they were resolved to. */
type AccountOfPerson = Readonly<{ memberId: string; personKey: string }>;

/**
 * Index of people and accounts, both ways: several people have one account where an address changed. A row may be out of
 * date; what the ledger says of the person counts.
 */
export type PeopleByAccount = Readonly<{
  /** Idempotent; a transaction for each fifty people. */
  note: (organization: string, found: readonly AccountOfPerson[], atMs: number) => Promise<void>;
  /** Person keys. */
  list: (organization: string, memberId: string) => Promise<readonly string[]>;
  /** The account that a person was last resolved to, and when; undefined: never. */
  accountOf: (
    organization: string,
    personKey: string,
  ) => Promise<Readonly<{ memberId: string; atMs: number }> | undefined>;
}>;

type PersonRow = { memberId: string; atMs: number };

/** Two rows each, and a transaction holds a hundred. */
const PEOPLE_TOGETHER = 50;

/** One partition per organization: `<member id>:<person key>` for who has an account, `p:<person key>` for a person's own. */
export function createPeopleByAccount(storage: Pick<StorageAccount, 'table'>): PeopleByAccount {
  const table = async (): Promise<TableClient> => storage.table('accounts');
  return {
    note: async (organization, found, atMs) => {
      const people = [...new Map(found.map((one) => [one.personKey, one])).values()];
      for (let at = 0; at < people.length; at += PEOPLE_TOGETHER)
        await (
          await table()
        ).submitTransaction(
          people.slice(at, at + PEOPLE_TOGETHER).flatMap(({ memberId, personKey }): TransactionAction[] => [
            ['upsert', { partitionKey: organization, rowKey: `${memberId}:${personKey}` }, 'Replace'],
            ['upsert', { partitionKey: organization, rowKey: `p:${personKey}`, memberId, atMs }, 'Replace'],
          ]),
        );
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
    accountOf: async (organization, personKey) => {
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<PersonRow>(organization, `p:${personKey}`),
      );
      return row === undefined ? undefined : { memberId: row.memberId, atMs: row.atMs };
    },
  };
}
