import { sandboxSeal } from '../../sandbox/evidence-key';
import type { Azurite } from '../../sandbox/azurite';
import { openStorage, type StorageAccount } from '../../shared/storage/storage-account';
import { openMemoryStorage } from '../fixtures/memory-storage/open';

/** The storage of one history, which nothing else sees. */
export type HistoryStorage = StorageAccount & Readonly<{ forget: () => Promise<void> }>;
export type OpenStorage = () => HistoryStorage;

export function openHistoryInMemory(): HistoryStorage {
  return { ...openMemoryStorage(), forget: async () => undefined };
}

/** Tables and containers of their own in a shared emulator, deleted at the end: its look-ups slow down with what it holds. */
export function openEmulatedStorage(azurite: Azurite, prefix: string): HistoryStorage {
  const storage = openStorage(
    { kind: 'connection-string', connectionString: azurite.connectionString },
    sandboxSeal,
  );
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
