import type { TokenCredential } from '@azure/identity';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import type { RecordSeal } from '../domain/evidence/record-seal';

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
  /** Succeeds when the account answers. */
  check: () => Promise<void>;
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
    check: async () => {
      await blobs.getProperties();
    },
  };
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
