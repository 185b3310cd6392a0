import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Delivery, DeliveryKey } from '../domain/delivery';
import { z } from 'zod';
import type { Feed } from '../domain/policy';
import { AppError } from '../errors';
import {
  blobOf,
  LAST_ROW,
  lastRowOf,
  partitionOf,
  placeOf,
  ROWS_EACH,
  rowsOf,
  sealedText,
  stateOf,
  storedBodyOf,
  type DeliveryProgress,
  type StoredDelivery,
} from './delivery-rows';
import { createDeliveryRetention, type DeliveryRetention } from './delivery-retention';
import { coalesceWrites } from './coalesce-writes';
import { decodeRecord, encodeRecord } from './record-encoding';
import { createResendSchedule, listPendingMarks, type ResendSchedule } from './delivery-resend-schedule';
import { undefinedIfMissing, isConflict, isNotFound } from './storage-errors';
import type { StorageAccount } from './storage-account';

type Duplicate = 'duplicate-pending' | 'duplicate-done' | 'reused-pending' | 'reused-done';
type Inserted = 'inserted' | Duplicate;

export type Deliveries = ResendSchedule &
  DeliveryRetention &
  Readonly<{
    /** Keeps a delivery once. `-pending`: one of its id was accepted before and is not processed yet; `reused-`: that one said something else. */
    insert: (delivery: Delivery) => Promise<Inserted>;
    /** `done`: it needs no more work. @throws AppError `record-unreadable` when the body of an open one is gone */
    read: (key: DeliveryKey) => Promise<Delivery | 'done' | undefined>;
    /** Marks a delivery as processed; doing it twice is harmless. What was processed after all is no dead letter any more. */
    complete: (key: DeliveryKey, outcome: string) => Promise<void>;
    /** Deliveries of a source whose message was last sent before `beforeMs` and that are not processed yet. */
    listPending: (feed: Feed, source: string, beforeMs: number) => Promise<readonly DeliveryKey[]>;
    /**
     * Renews the sweep deadline of a pending delivery, because it has a message or is being processed; stores its
     * progress where that is given.
     */
    touch: (key: DeliveryKey, nowMs: number, progress?: DeliveryProgress) => Promise<void>;
    /** How far a delivery has come; undefined: it is at its beginning, or not pending. */
    progress: (key: DeliveryKey) => Promise<DeliveryProgress | undefined>;
    /** When a source last sent something authentic, also where that asked for nothing; undefined: never. */
    lastReceivedMs: (feed: Feed, source: string) => Promise<number | undefined>;
  }>;

const ProgressSchema: z.ZodType<DeliveryProgress> = z.object({
  policyHash: z.string(),
  outcomes: z.array(z.string()),
  after: z.array(z.tuple([z.number(), z.string()])).optional(),
});

/** Its rows are made and sealed while others are being written. */
type SealedDelivery = Readonly<{ delivery: Delivery; rows: readonly TransactionAction[] }>;

/** A transaction holds 100 rows and 4 MiB: the rows of each delivery, its body in Base64, and one row of the source. */
const INSERTS_TOGETHER = Math.floor(99 / ROWS_EACH);

/**
 * One partition per source: the delivery `d:<id>`, its pending mark `p:<id>`, which also tells how far it has come, and two rows that
 * sort by time, `q:` of when its message is sent again and `t:` of when its body is forgotten, written in one transaction; a dead
 * letter `x:<id>`. So what is due is found without reading the rest.
 */
export function createDeliveries(storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>): Deliveries {
  const table = async (): Promise<TableClient> => storage.table('deliveries');
  const bodies = async () => storage.container('deliveries');

  const duplicateOf = async (delivery: Omit<Delivery, 'body'>): Promise<Duplicate | undefined> => {
    const client = await table();
    const rowOf = async (kind: 'd' | 'p') =>
      undefinedIfMissing(async () =>
        client.getEntity<StoredDelivery>(
          partitionOf(delivery.feed, delivery.source),
          `${kind}:${delivery.deliveryId}`,
        ),
      );
    const isPending = (await rowOf('p')) !== undefined;
    const { contentHash } = delivery;
    const first = isPending && contentHash === undefined ? undefined : await rowOf('d');
    if (!isPending && first === undefined) return undefined;
    const isReused = contentHash !== (first?.contentHash ?? contentHash);
    return `${isReused ? 'reused' : 'duplicate'}-${isPending ? 'pending' : 'done'}`;
  };

  /** False when the delivery does not have this mark. */
  const complete = async (
    { feed, source, deliveryId }: DeliveryKey,
    outcome: string,
    mark: 'p' | 'x',
  ): Promise<boolean> => {
    const partitionKey = partitionOf(feed, source);
    try {
      await (
        await table()
      ).submitTransaction([
        ['update', { partitionKey, rowKey: `d:${deliveryId}`, outcome }, 'Merge'],
        ['delete', { partitionKey, rowKey: `${mark}:${deliveryId}` }],
      ]);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };

  const insertOne = async ({ delivery, rows }: SealedDelivery): Promise<Inserted> => {
    try {
      await (await table()).submitTransaction([...rows, lastRowOf(delivery)]);
      return 'inserted';
    } catch (error) {
      const known = isConflict(error) ? await duplicateOf(delivery) : undefined;
      // A conflict may also be that of a table which is being deleted: what is not there was not kept.
      if (known === undefined) throw error;
      return known;
    }
  };
  /** All or nothing: where one of them is a duplicate, each goes by itself. */
  const insertTogether = async (sealed: readonly SealedDelivery[]): Promise<readonly Inserted[]> => {
    const deliveries = sealed.map(({ delivery }) => delivery);
    const ids = new Set(deliveries.map(({ deliveryId }) => deliveryId));
    if (deliveries.length > 1 && ids.size === deliveries.length)
      try {
        const [last] = deliveries.toSorted((a, b) => b.receivedAtMs - a.receivedAtMs).map(lastRowOf);
        const rows = sealed.flatMap((one) => one.rows);
        await (await table()).submitTransaction(last === undefined ? rows : [...rows, last]);
        return deliveries.map(() => 'inserted');
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    return Promise.all(sealed.map(insertOne));
  };
  const insertIn = new Map<string, (delivery: SealedDelivery) => Promise<Inserted>>();

  return {
    insert: async (delivery) => {
      const partitionKey = partitionOf(delivery.feed, delivery.source);
      const { body } = delivery;
      const { blob } = storedBodyOf(body);
      if (blob !== undefined) {
        const known = await duplicateOf(delivery);
        if (known !== undefined) return known;
        await (
          await bodies()
        )
          .getBlockBlobClient(blobOf(delivery, blob))
          .uploadData(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
      }
      const insert = insertIn.get(partitionKey) ?? coalesceWrites(INSERTS_TOGETHER, insertTogether);
      insertIn.set(partitionKey, insert);
      return insert({ delivery, rows: rowsOf(delivery, await storage.seal()) });
    },

    read: async (key) => {
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<StoredDelivery>(partitionOf(key.feed, key.source), `d:${key.deliveryId}`),
      );
      if (row === undefined) return undefined;
      if (stateOf(row.outcome) !== 'pending') return 'done';
      const body =
        row.body ??
        (await undefinedIfMissing(async () =>
          (await bodies()).getBlockBlobClient(blobOf(key, row.blob)).downloadToBuffer(),
        ));
      if (body === undefined)
        throw new AppError('record-unreadable', `The body of delivery ${key.deliveryId} is gone`);
      const { receivedAtMs, contentType, bodySeal } = row;
      const text = sealedText({ receivedAtMs, contentType, body });
      if (!(await storage.seal()).fits(placeOf(key), text, bodySeal))
        throw new AppError('record-unreadable', `Delivery ${key.deliveryId} is not as it was received`);
      return { ...key, receivedAtMs, contentType, body };
    },

    complete: async (key, outcome) => {
      if (!(await complete(key, outcome, 'p'))) await complete(key, outcome, 'x');
    },

    touch: async (key, nowMs, progress) => {
      const mark = {
        partitionKey: partitionOf(key.feed, key.source),
        rowKey: `p:${key.deliveryId}`,
        receivedAtMs: nowMs,
      };
      await undefinedIfMissing(async () =>
        progress === undefined
          ? (await table()).updateEntity(mark, 'Merge')
          : (await table()).updateEntity(
              {
                ...mark,
                ...encodeRecord(progress, { table: 'deliveries', ...mark, seal: await storage.seal() }),
              },
              'Replace',
            ),
      );
    },

    progress: async (key) => {
      const [partitionKey, rowKey] = [partitionOf(key.feed, key.source), `p:${key.deliveryId}`];
      const mark = await undefinedIfMissing(async () => (await table()).getEntity(partitionKey, rowKey));
      if (mark === undefined || !('json0' in mark)) return undefined;
      const seal = await storage.seal();
      return decodeRecord(ProgressSchema, mark, { table: 'deliveries', partitionKey, rowKey, seal });
    },

    lastReceivedMs: async (feed, source) => {
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<{ receivedAtMs: number }>(partitionOf(feed, source), LAST_ROW),
      );
      return row?.receivedAtMs;
    },

    listPending: async (feed, source, beforeMs) =>
      (await listPendingMarks(await table(), feed, source)).flatMap(({ deliveryId, sentAtMs }) =>
        sentAtMs < beforeMs ? [{ feed, source, deliveryId }] : [],
      ),

    ...createResendSchedule(table),

    ...createDeliveryRetention(storage),
  };
}
