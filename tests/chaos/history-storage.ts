import type { TableClient } from '@azure/data-tables';
import type { ContainerClient } from '@azure/storage-blob';
import type { Azurite } from '../../sandbox/azurite';
import { openStorage, type StorageAccount } from '../../shared/storage/storage-account';
import { createMemoryContainer } from './memory-blobs';
import { createMemoryTable } from './memory-table';

/** The storage of one history, which nothing else sees. */
export type HistoryStorage = StorageAccount & Readonly<{ forget: () => Promise<void> }>;
export type OpenStorage = () => HistoryStorage;

/** Tables and blobs in this process: a hundred times as fast as the emulator, and checked against it. */
export function openMemoryStorage(): HistoryStorage {
  const tables = new Map<string, TableClient>();
  const containers = new Map<string, ContainerClient>();
  return {
    table: async (name) => known(tables, name, createMemoryTable),
    container: async (name) => known(containers, name, createMemoryContainer),
    queue: async () => {
      throw new Error('Messages go by the clock of the history');
    },
    check: async () => undefined,
    forget: async () => undefined,
  };
}

/** Tables and containers of their own in a shared emulator, deleted at the end: its look-ups slow down with what it holds. */
export function openEmulatedStorage(azurite: Azurite, prefix: string): HistoryStorage {
  const storage = openStorage({ kind: 'connection-string', connectionString: azurite.connectionString });
  const tables = new Set<string>();
  return {
    ...storage,
    table: async (name) => {
      tables.add(name);
      return storage.table(`${prefix}${name}`);
    },
    container: async (name) => storage.container(`${prefix}${name}`),
    forget: async () => {
      for (const name of tables) await (await storage.table(`${prefix}${name}`)).deleteTable();
    },
  };
}

function known<T>(map: Map<string, T>, name: string, create: () => T): T {
  const value = map.get(name) ?? create();
  map.set(name, value);
  return value;
}
