import type { StorageAccount } from '../../shared/storage/storage-account';
import { ARCHIVE_CONTAINER } from '../../shared/storage/evidence/policy-archive';
import { openMemoryStorage } from '../fixtures/memory-storage/open';

export type Row = Record<string, unknown> & { partitionKey: string; rowKey: string };

/** All that is stored, as somebody with access to the account has it. */
export type Contents = Readonly<{
  /** By table, partition and row, with blanks between. */
  rows: Map<string, Row>;
  blobs: Map<string, Buffer>;
}>;

const TABLES = ['ledger', 'evidence', 'subjects'];
const CONTAINERS = ['evidence', ARCHIVE_CONTAINER];

/** Blobs of the log are in a folder for each organization. */
function containerOf(name: string): string {
  return name.includes('/') ? 'evidence' : ARCHIVE_CONTAINER;
}

export async function contentsOf(storage: StorageAccount): Promise<Contents> {
  const rows = new Map<string, Row>();
  for (const table of TABLES)
    for await (const { etag: _etag, ...row } of (await storage.table(table)).listEntities())
      rows.set(`${table} ${row.partitionKey} ${row.rowKey}`, row as Row);
  const blobs = new Map<string, Buffer>();
  for (const named of CONTAINERS) {
    const container = await storage.container(named);
    for await (const { name } of container.listBlobsFlat({ prefix: '' }))
      blobs.set(name, await container.getBlockBlobClient(name).downloadToBuffer());
  }
  return { rows, blobs };
}

export async function storageWith({ rows, blobs }: Contents): Promise<StorageAccount> {
  const storage = openMemoryStorage();
  for (const [key, row] of rows)
    await (await storage.table(key.split(' ')[0] ?? '')).upsertEntity(row, 'Replace');
  for (const [name, bytes] of blobs)
    await (await storage.container(containerOf(name))).getBlockBlobClient(name).uploadData(bytes);
  return storage;
}

export function copyOf({ rows, blobs }: Contents): Contents {
  return {
    rows: new Map([...rows].map(([key, row]) => [key, { ...row }])),
    blobs: new Map([...blobs].map(([name, bytes]) => [name, Buffer.from(bytes)])),
  };
}
