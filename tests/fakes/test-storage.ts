import { sandboxEvidenceKeys, sandboxSeal } from '../../sandbox/evidence-key';
import { afterAll, beforeAll } from '@jest/globals';
import { startAzurite, type Azurite } from '../../sandbox/azurite';
import { createSealReader } from '../../shared/domain/evidence/record-seal';
import { openStorage, type StorageAccount } from '../../shared/storage/storage-account';

/** One storage emulator for all tests of a file; what it holds is kept apart by the names the tests give. */
export function useStorage(): () => StorageAccount {
  let azurite: Azurite | undefined;
  let storage: StorageAccount | undefined;
  beforeAll(async () => {
    azurite = await startAzurite();
    storage = openStorage(
      { kind: 'connection-string', connectionString: azurite.connectionString },
      sandboxSeal,
    );
  }, 60_000);
  afterAll(async () => {
    await azurite?.close();
  });
  return () => {
    if (storage === undefined) throw new Error('The storage emulator is not running yet');
    return storage;
  };
}

/** The same storage as a deployment opens it that takes rows of a version which sealed none. */
export function takingUnsealed<T extends Pick<StorageAccount, 'seal'>>(storage: T): T {
  return {
    ...storage,
    seal: createSealReader(
      async () => sandboxEvidenceKeys,
      () => true,
    ),
  };
}

let names = 0;

/** A name that no other test of this file uses. */
export function newName(prefix: string): string {
  names += 1;
  return `${prefix}${names}`;
}
