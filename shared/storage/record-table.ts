import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { z } from 'zod';
import { AppError } from '../errors';
import { decodeRecord, encodeRecord } from './record-encoding';
import { isConflict, isNotFound, undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { decodeListed, type OnUnreadable } from './unreadable-rows';
import { writeInTransactions } from './write-in-transactions';

const ATTEMPTS = 4;

/** As storage gives it. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** A table with a partition per organization and a row per record. */
export type RecordTable<T> = Readonly<{
  /** Every record of an organization. A row that cannot be read is told, also to `onPassedOver`, and passed over. */
  list: (organization: string, onPassedOver?: (key: string, row: StoredRow) => void) => Promise<readonly T[]>;
  /** @throws AppError `record-unreadable` */
  get: (organization: string, key: string) => Promise<T | undefined>;
  /** Replaces what is there. @throws AppError `record-too-large` */
  put: (organization: string, key: string, record: T) => Promise<void>;
  /**
   * Replaces what is there unless it is to be kept; one that cannot be read is. Returns whether it did.
   * @throws AppError `record-too-large`, or `storage-conflict` after several lost races
   */
  putUnless: (
    organization: string,
    key: string,
    record: T,
    isKept: (there: T) => boolean,
  ) => Promise<boolean>;
  /** The same for many, in transactions; where one fails some may be there. @throws AppError `record-too-large` */
  putAll: (
    organization: string,
    records: ReadonlyArray<Readonly<{ key: string; record: T }>>,
  ) => Promise<void>;
  /**
   * Changes a record that is still as `decide` sees it; a decision that returns undefined changes nothing.
   * @throws AppError `record-unreadable`, `record-too-large`, or `storage-conflict` when somebody else changed it at the same time
   */
  change: (
    organization: string,
    key: string,
    decide: (record: T) => T | undefined | Promise<T | undefined>,
  ) => Promise<T | undefined>;
  /** Removes rows; one that is gone already is no error. */
  remove: (organization: string, keys: readonly string[]) => Promise<void>;
}>;

/** Opens a table whose rows are of one schema. `noun` is what people call a record, for the message of a lost race. */
export function createRecordTable<T>(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  of: Readonly<{
    name: string;
    noun: string;
    schema: z.ZodType<T>;
    /** The form that the schema reads, where it is not that of the record. */
    toStored?: (record: T) => unknown;
    /** Properties beside it: they can be read where the record cannot. */
    beside?: (record: T) => Record<string, string | number | boolean>;
    onUnreadable: OnUnreadable;
  }>,
): RecordTable<T> {
  const { name, noun, schema, toStored = (record) => record, beside = () => ({}), onUnreadable } = of;
  const table = async (): Promise<TableClient> => storage.table(name);
  const sealing = async () => ({ table: name, seal: await storage.seal() });
  const rowOf = async (organization: string, rowKey: string, record: T) => {
    const place = { partitionKey: organization, rowKey };
    return {
      ...place,
      ...encodeRecord(toStored(record), { ...(await sealing()), ...place }),
      ...beside(record),
    };
  };
  return {
    list: async (organization, onPassedOver) => {
      const records: T[] = [];
      const told = { ...(await sealing()), onUnreadable };
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}'` },
      });
      for await (const row of rows) {
        const record = decodeListed(schema, row, told);
        if (record !== undefined) records.push(record);
        else onPassedOver?.(row.rowKey ?? '', row);
      }
      return records;
    },
    get: async (organization, key) => {
      const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, key));
      if (row === undefined) return undefined;
      return decodeRecord(schema, row, { ...(await sealing()), partitionKey: organization, rowKey: key });
    },
    put: async (organization, key, record) => {
      const row = await rowOf(organization, key, record);
      await (await table()).upsertEntity(row, 'Replace');
    },
    putUnless: async (organization, key, record, isKept) => {
      const client = await table();
      const next = await rowOf(organization, key, record);
      const told = { ...(await sealing()), onUnreadable };
      for (let attempt = 1; ; attempt += 1) {
        const row = await undefinedIfMissing(async () => client.getEntity(organization, key));
        const there = row === undefined ? undefined : decodeListed(schema, row, told);
        if (row !== undefined && (there === undefined || isKept(there))) return false;
        try {
          if (row === undefined) await client.createEntity(next);
          else await client.updateEntity(next, 'Replace', { etag: row.etag });
          return true;
        } catch (error) {
          if (!isConflict(error) && !isNotFound(error)) throw error;
          if (attempt === ATTEMPTS) throw conflict(noun, error);
        }
      }
    },
    putAll: async (organization, entries) => {
      const actions: TransactionAction[] = [];
      for (const { key, record } of entries)
        actions.push(['upsert', await rowOf(organization, key, record), 'Replace']);
      await writeInTransactions(await table(), actions);
    },
    change: async (organization, key, decide) => {
      const client = await table();
      const row = await undefinedIfMissing(async () => client.getEntity(organization, key));
      if (row === undefined) return undefined;
      const place = { ...(await sealing()), partitionKey: organization, rowKey: key };
      const next = await decide(decodeRecord(schema, row, place));
      if (next === undefined) return undefined;
      try {
        await client.updateEntity(await rowOf(organization, key, next), 'Replace', { etag: row.etag });
        return next;
      } catch (error) {
        if (!isConflict(error)) throw error;
        throw conflict(noun, error);
      }
    },
    remove: async (organization, keys) => removeRows(await table(), organization, keys),
  };
}

function conflict(noun: string, cause: unknown): AppError {
  return new AppError('storage-conflict', `Somebody else changed this ${noun} at the same time`, { cause });
}

/** Removes rows of one partition, a transaction at a time; where one of a transaction is gone already, one by one. */
export async function removeRows(
  client: Pick<TableClient, 'submitTransaction' | 'deleteEntity'>,
  partitionKey: string,
  rowKeys: readonly string[],
): Promise<void> {
  const actions = [...new Set(rowKeys)].map((rowKey): TransactionAction => [
    'delete',
    { partitionKey, rowKey },
  ]);
  await writeInTransactions(client, actions, async (refused, error) => {
    if (!isNotFound(error)) throw error;
    for (const [, { rowKey }] of refused)
      await undefinedIfMissing(async () => client.deleteEntity(partitionKey, rowKey));
  });
}
