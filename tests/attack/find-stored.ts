import type { StorageAccount } from '../../shared/storage/storage-account';

const TABLES = ['deliveries', 'ledger', 'requests', 'subjects', 'plans', 'waivers'];
const CONTAINERS = ['deliveries', 'plans'];

/** Whether a text is in a row or a blob of what is stored about people. */
export async function findStored(storage: StorageAccount, text: string): Promise<boolean> {
  for (const table of TABLES)
    for await (const row of (await storage.table(table)).listEntities())
      if (Object.values(row).some((value) => textOf(value).includes(text))) return true;
  for (const name of CONTAINERS) {
    const container = await storage.container(name);
    for await (const { name: blob } of container.listBlobsFlat()) {
      const bytes = await container.getBlockBlobClient(blob).downloadToBuffer();
      if (blob.includes(text) || bytes.includes(text)) return true;
    }
  }
  return false;
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return typeof value === 'string' ? value : '';
}
