import type { TableClient, TransactionAction } from '@azure/data-tables';
import { removeRows } from './record-table';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';

/** Somebody of the ledger and the directory id that they were resolved to. */
type AccountOfPerson = Readonly<{ memberId: string; personKey: string }>;

/**
 * Index of people by account, by worker record and by address: several people have one account where an address changed. A row
 * may be out of date; what the ledger says of the person counts.
 */
export type PeopleIndex = Readonly<{
  /** Idempotent; a transaction for each fifty people. */
  note: (organization: string, found: readonly AccountOfPerson[], atMs: number) => Promise<void>;
  /** Person keys. */
  list: (organization: string, memberId: string) => Promise<readonly string[]>;
  /** The account that a person was last resolved to, and when; undefined: never. */
  accountOf: (
    organization: string,
    personKey: string,
  ) => Promise<Readonly<{ memberId: string; atMs: number }> | undefined>;
  /** The person that a key leads to; undefined: nobody that is noted. */
  personOf: (organization: string, key: IndexKey) => Promise<string | undefined>;
  /** All that leads to somebody in an organization, read at once: whoever asks for thousands waits for pages, and not for each. */
  whoIsNoted: (organization: string) => Promise<(key: IndexKey) => string | undefined>;
  /** Idempotent; a transaction for each hundred keys, of which the size of a ledger allows a few thousand. */
  notePerson: (organization: string, personKey: string, keys: readonly IndexKey[]) => Promise<void>;
  /** Removes all that leads to a person. It reads every row of the organization. */
  forgetPerson: (organization: string, personKey: string) => Promise<void>;
}>;

/**
 * What leads to a person: a worker record, a source's own id of the human, an address, or one that has a ledger of its own and that a
 * record of the person is under, as a hash that shows none of them.
 */
export type IndexKey = Readonly<{ kind: 'record' | 'person' | 'address' | 'claim'; hash: string }>;

type PersonRow = { memberId: string; atMs: number };

/** Two rows each, and a transaction holds a hundred. */
const PEOPLE_TOGETHER = 50;
const KEYS_TOGETHER = 100;

const PREFIX = { record: 'r', person: 'h', address: 'a', claim: 'c' } as const satisfies Record<
  IndexKey['kind'],
  string
>;

const rowKeyOf = ({ kind, hash }: IndexKey): string => `${PREFIX[kind]}:${hash}`;

/**
 * One partition per organization: `<member id>:<person key>` for who has an account, `p:<person key>` for a person's own,
 * `r:<hash>`, `h:<hash>`, `a:<hash>` and `c:<hash>` for whose a worker record, a human's id or an address is, and who claims one.
 */
export function createPeopleIndex(storage: Pick<StorageAccount, 'table'>): PeopleIndex {
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
    personOf: async (organization, key) => {
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<{ personKey: string }>(organization, rowKeyOf(key)),
      );
      return row?.personKey;
    },
    whoIsNoted: async (organization) => {
      const people = new Map<string, string>();
      const queryOptions = { filter: `PartitionKey eq '${organization}'`, select: ['RowKey', 'personKey'] };
      for await (const { rowKey, personKey } of (await table()).listEntities<{
        rowKey: string;
        personKey?: string;
      }>({ queryOptions }))
        if (typeof personKey === 'string') people.set(rowKey, personKey);
      return (key) => people.get(rowKeyOf(key));
    },
    notePerson: async (organization, personKey, keys) => {
      const rowKeys = [...new Set(keys.map(rowKeyOf))];
      for (let at = 0; at < rowKeys.length; at += KEYS_TOGETHER)
        await (
          await table()
        ).submitTransaction(
          rowKeys
            .slice(at, at + KEYS_TOGETHER)
            .map((rowKey) => ['upsert', { partitionKey: organization, rowKey, personKey }, 'Replace']),
        );
    },
    forgetPerson: async (organization, key) => {
      const rowKeys: string[] = [];
      const filter = `PartitionKey eq '${organization}'`;
      const queryOptions = { filter, select: ['RowKey', 'personKey'] };
      for await (const { rowKey, personKey } of (await table()).listEntities<{
        rowKey: string;
        personKey?: string;
      }>({ queryOptions }))
        // Rows of accounts name their person in their key alone.
        if (typeof personKey === 'string' ? personKey === key : rowKey.endsWith(`:${key}`))
          rowKeys.push(rowKey);
      await removeRows(await table(), organization, rowKeys);
    },
  };
}
