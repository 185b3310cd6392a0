import type { TokenCredential } from '@azure/identity';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import type { RecordSeal } from '../domain/evidence/record-seal';
import { throwCoded, undefinedIfMissing } from './storage-errors';

/** Where the account is: a connection string (local), or service addresses reached with an identity (Azure). */
type StorageLocation =
  | Readonly<{ kind: 'connection-string'; connectionString: string }>
  | Readonly<{
      kind: 'identity';
      blobUrl: string;
      queueUrl: string;
      tableUrl: string;
      credential: TokenCredential;
    }>;

/** The three services of one account. Tables, queues and containers are made on first use. */
export type StorageAccount = Readonly<{
  table: (name: string) => Promise<TableClient>;
  queue: (name: string) => Promise<QueueClient>;
  container: (name: string) => Promise<ContainerClient>;
  /** What rows are sealed with. @throws AppError where the vault does not give the key */
  seal: () => Promise<RecordSeal>;
  /** Succeeds when Blob, Queue and Table answer. @throws AppError `storage-unavailable`, which names those that do not */
  check: (abortSignal: AbortSignal) => Promise<void>;
}>;

/** Short, all tries together: senders of webhooks wait three seconds, and a queue message comes back by itself. */
const RETRIES = 3;
const retryDelay = { retryDelayInMs: 200, maxRetryDelayInMs: 800 } as const;
const blobAndQueueOptions = { retryOptions: { maxTries: RETRIES + 1, ...retryDelay } } as const;
const tableOptions = { retryOptions: { maxRetries: RETRIES, ...retryDelay } } as const;

/** Opens an account; nothing is called before the first use. */
export function openStorage(place: StorageLocation, seal: StorageAccount['seal']): StorageAccount {
  const blobs =
    place.kind === 'connection-string'
      ? BlobServiceClient.fromConnectionString(place.connectionString, blobAndQueueOptions)
      : new BlobServiceClient(place.blobUrl, place.credential, blobAndQueueOptions);
  const queues =
    place.kind === 'connection-string'
      ? QueueServiceClient.fromConnectionString(place.connectionString, blobAndQueueOptions)
      : new QueueServiceClient(place.queueUrl, place.credential, blobAndQueueOptions);
  const openTable = (name: string): TableClient =>
    place.kind === 'connection-string'
      ? TableClient.fromConnectionString(place.connectionString, name, {
          ...tableOptions,
          allowInsecureConnection: /=http:/.test(place.connectionString),
        })
      : new TableClient(place.tableUrl, name, place.credential, tableOptions);
  return {
    table: onceEach(async (name) => {
      const client = openTable(name);
      await client.createTable();
      return client;
    }),
    queue: onceEach(async (name) => {
      const client = queues.getQueueClient(name);
      await client.createIfNotExists();
      return client;
    }),
    container: onceEach(async (name) => {
      const client = blobs.getContainerClient(name);
      await client.createIfNotExists();
      return client;
    }),
    seal,
    check: async (abortSignal) =>
      requireAll({
        Blob: blobs.getContainerClient('policy').getBlobClient('none').getProperties({ abortSignal }),
        Queue: queues.getQueueClient('deliveries').getProperties({ abortSignal }),
        Table: openTable('quota').getEntity('none', 'none', { abortSignal }),
      }),
  };
}

/** What is not there was looked for: the service answers. The data roles do not allow to read the properties of a service itself. */
async function requireAll(asked: Readonly<Record<string, Promise<unknown>>>): Promise<void> {
  const failed = await Promise.all(
    Object.entries(asked).map(async ([service, answer]) => {
      try {
        await undefinedIfMissing(async () => answer);
        return [];
      } catch (error) {
        return [{ service, error }];
      }
    }),
  );
  const [first] = failed.flat();
  if (first !== undefined)
    throwCoded(
      first.error,
      failed
        .flat()
        .map(({ service }) => service)
        .join(', '),
    );
}

/** One opening per name; a failed one is tried again by the next caller. */
function onceEach<T>(open: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const opened = new Map<string, Promise<T>>();
  return async (name) => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const opening = open(name);
    opened.set(name, opening);
    try {
      return await opening;
    } catch (error) {
      opened.delete(name);
      throw error;
    }
  };
}
