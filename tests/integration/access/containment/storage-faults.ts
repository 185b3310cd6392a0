import type { TableClient } from '@azure/data-tables';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { pagedRows } from '../../../fixtures/memory-storage/table';
import type { StorageAccount } from '../../../../shared/storage/storage-account';

/** A partition of a table that storage cannot get at now. */
type LostPartition = Readonly<{ table: string; partitionKey: string }>;

/** Tables in this process of which single partitions can be lost for a while. */
export type FaultyStorage = StorageAccount &
  Readonly<{
    /** Loses a partition; returns how to bring it back. */
    lose: (lost: LostPartition) => () => void;
  }>;

type Call = (...args: readonly unknown[]) => Promise<unknown>;

const CALLS = [
  'getEntity',
  'createEntity',
  'updateEntity',
  'upsertEntity',
  'deleteEntity',
  'submitTransaction',
];

export function openFaultyStorage(): FaultyStorage {
  const storage = openMemoryStorage();
  const lost = new Set<LostPartition>();
  const tables = new Map<string, TableClient>();
  const requireAll = (table: string, asked: string): void => {
    for (const one of lost)
      if (one.table === table && asked.includes(`'${one.partitionKey}'`))
        throw Object.assign(new Error('The partition is not available'), { statusCode: 503 });
  };
  const open = (table: TableClient, name: string): TableClient => {
    const call = (key: string): Call => {
      const method = Reflect.get(table, key) as Call;
      return async (...args) => {
        if (lost.size > 0) requireAll(name, `'${partitionOf(args[0])}'`);
        return Reflect.apply(method, table, args);
      };
    };
    const client = {
      ...Object.fromEntries(CALLS.map((key) => [key, call(key)])),
      listEntities: (options: Readonly<{ queryOptions?: Readonly<{ filter?: string }> }>) =>
        pagedRows(async function* (settings) {
          requireAll(name, options.queryOptions?.filter ?? '');
          yield* table.listEntities(options).byPage(settings);
        }),
    };
    return client as unknown as TableClient;
  };
  return {
    ...storage,
    table: async (name) => {
      const known = tables.get(name) ?? open(await storage.table(name), name);
      tables.set(name, known);
      return known;
    },
    lose: (one) => {
      lost.add(one);
      return () => void lost.delete(one);
    },
  };
}

/** Of a row, of its key, or of the rows of a transaction. */
function partitionOf(first: unknown): string {
  if (typeof first === 'string') return first;
  if (Array.isArray(first)) return partitionOf((first[0] as readonly unknown[] | undefined)?.[1]);
  return (first as Readonly<{ partitionKey: string }>).partitionKey;
}
