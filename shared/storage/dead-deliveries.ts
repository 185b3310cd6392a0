import type { TableClient, TransactionAction } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import type { DeliveryKey } from '../domain/delivery';
import {
  addEvent,
  causeOf,
  lastFailureOf,
  type DeadDelivery,
  type RefusedDelivery,
} from '../domain/dead-delivery';
import type { Feed } from '../domain/policy';
import { AppError } from '../errors';
import {
  blobOf,
  bodyRowKey,
  partitionOf,
  placeOf,
  sealedText,
  resendRowOf,
  stateOf,
  storedBodyOf,
  DEAD_OUTCOME,
  type StoredDelivery,
} from './delivery-rows';
import { decodeRecord, encodeRecord } from './record-encoding';
import { undefinedIfMissing } from './storage-errors';
import { submitUnlessChanged } from './submit-unless-changed';
import type { StorageAccount } from './storage-account';
import { decodeListed, untold } from './unreadable-rows';
import type { DecidedBy } from '../domain/decider';
import { HistorySchema, MarkSchema } from './desk/dead-delivery-schema';

export type DeadDeliveries = Readonly<{
  /** Makes a pending delivery a dead one: its body stays until a person has decided, and nothing sends it again. */
  fail: (key: DeliveryKey, failure: Readonly<{ code: string; tries: number; atMs: number }>) => Promise<void>;
  /**
   * Keeps a refused delivery as a dead one. Of each cause the newest is kept, with how many there were since the last was decided.
   * Nothing is kept of one that was accepted under this id.
   * @throws AppError `storage-conflict` when others keep writing the same cause
   */
  keepRefused: (refused: RefusedDelivery, deliveryId?: string) => Promise<void>;
  list: (feed: Feed, source: string) => Promise<readonly DeadDelivery[]>;
  /** undefined: there is none of this id that is dead. */
  get: (key: DeliveryKey) => Promise<DeadDelivery | undefined>;
  /** Makes a dead delivery pending again. False when it is not dead any more: somebody else decided first. */
  reopen: (dead: DeadDelivery, retry: Readonly<{ by: DecidedBy; atMs: number }>) => Promise<boolean>;
  /** Ends a dead delivery unprocessed; its body is forgotten like that of any other. False when it is not dead any more. */
  close: (dead: DeadDelivery) => Promise<boolean>;
}>;

type CauseRow = { deliveryId: string; sinceMs: number; times: number };
const MOST_TRIES = 6;

/**
 * A delivery has one mark at a time: `p:<id>` while it is pending, `x:<id>` while it is dead, none when it is done. Each
 * change removes one mark and makes the other in one transaction, so that of two which come at once one is made. Of refused ones a
 * row `r:<cause>` names the one that is kept.
 */
export function createDeadDeliveries(
  storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>,
  onUnreadable = untold,
): DeadDeliveries {
  const table = async (): Promise<TableClient> => storage.table('deliveries');
  const sealing = async () => ({ table: 'deliveries', seal: await storage.seal() });
  const rowOf = async (place: Readonly<{ partitionKey: string; rowKey: string }>, value: unknown) => ({
    ...place,
    ...encodeRecord(value, { ...(await sealing()), ...place }),
  });

  /** False when the mark that goes is not there. */
  const change = async (actions: readonly TransactionAction[]): Promise<boolean> =>
    submitUnlessChanged(await table(), actions);

  /** False when another was kept, or a person decided, meanwhile. */
  const keepOnce = async (refused: RefusedDelivery): Promise<boolean> => {
    const { feed, source, receivedAtMs, contentType, body, code, fields } = refused;
    const partitionKey = partitionOf(feed, source);
    const causeKey = `r:${causeOf(refused)}`;
    const client = await table();
    const last = await undefinedIfMissing(async () => client.getEntity<CauseRow>(partitionKey, causeKey));
    const kept =
      last === undefined
        ? undefined
        : await undefinedIfMissing(async () =>
            client.getEntity<StoredDelivery>(partitionKey, `d:${last.deliveryId}`),
          );
    const dead = kept !== undefined && stateOf(kept.outcome) === 'dead' ? last : undefined;
    const deliveryId = dead?.deliveryId ?? nextIdOf(causeKey, refused, last?.deliveryId);
    const times = (dead?.times ?? 0) + 1;
    const sinceMs = dead?.sinceMs ?? receivedAtMs;
    const stored = storedBodyOf(body);
    const key = { feed, source, deliveryId };
    if (stored.blob !== undefined)
      await (
        await storage.container('deliveries')
      )
        .getBlockBlobClient(blobOf(key, stored.blob))
        .uploadData(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    const history = [{ kind: 'refused', atMs: receivedAtMs, sinceMs, code, times, fields }] as const;
    const row = {
      partitionKey,
      rowKey: `d:${deliveryId}`,
      receivedAtMs,
      contentType,
      bytes: body.byteLength,
      outcome: `${DEAD_OUTCOME}${code}`,
      ...stored,
      bodySeal: (await storage.seal()).of(placeOf(key), sealedText(refused)),
    };
    const cause = { partitionKey, rowKey: causeKey, deliveryId, sinceMs, times };
    const mark = await rowOf({ partitionKey, rowKey: `x:${deliveryId}` }, { receivedAtMs, history });
    const ofBody = { partitionKey, rowKey: bodyRowKey(receivedAtMs, deliveryId) };
    const rows: readonly TransactionAction[] =
      dead === undefined || kept === undefined
        ? [
            ['create', row],
            ['upsert', ofBody, 'Replace'],
          ]
        : [['update', row, 'Replace', { etag: kept.etag }]];
    const isKept = await change([
      ...rows,
      last === undefined ? ['create', cause] : ['update', cause, 'Replace', { etag: last.etag }],
      ['upsert', mark, 'Replace'],
    ]);
    const isReplaced = isKept && dead !== undefined && kept !== undefined && kept.body === undefined;
    if (isReplaced && kept.blob !== stored.blob)
      await (
        await storage.container('deliveries')
      )
        .getBlockBlobClient(blobOf(key, kept.blob))
        .deleteIfExists();
    return isKept;
  };

  return {
    fail: async (key, { code, tries, atMs }) => {
      const partitionKey = partitionOf(key.feed, key.source);
      const rowKey = `d:${key.deliveryId}`;
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<StoredDelivery>(partitionKey, rowKey),
      );
      if (row === undefined || stateOf(row.outcome) !== 'pending') return;
      const place = { ...(await sealing()), partitionKey, rowKey };
      const before = !('json0' in row) ? [] : decodeRecord(HistorySchema, row, place).history;
      const history = addEvent(before, { kind: 'failed', atMs, code, tries });
      await change([
        ['update', { partitionKey, rowKey, outcome: `${DEAD_OUTCOME}${code}` }, 'Merge', { etag: row.etag }],
        ['delete', { partitionKey, rowKey: `p:${key.deliveryId}` }],
        [
          'upsert',
          await rowOf(
            { partitionKey, rowKey: `x:${key.deliveryId}` },
            { receivedAtMs: row.receivedAtMs, history },
          ),
          'Replace',
        ],
      ]);
    },

    keepRefused: async (refused, acceptedAs) => {
      const partitionKey = partitionOf(refused.feed, refused.source);
      const accepted =
        acceptedAs === undefined
          ? undefined
          : await undefinedIfMissing(async () => (await table()).getEntity(partitionKey, `d:${acceptedAs}`));
      if (accepted !== undefined) return;
      for (let tries = 0; tries < MOST_TRIES; tries += 1) if (await keepOnce(refused)) return;
      throw new AppError('storage-conflict', 'Others keep refusing the same');
    },

    list: async (feed, source) => {
      const dead: DeadDelivery[] = [];
      const told = { ...(await sealing()), onUnreadable };
      const rows = (await table()).listEntities<{ rowKey: string }>({
        queryOptions: {
          filter: `PartitionKey eq '${partitionOf(feed, source)}' and RowKey ge 'x:' and RowKey lt 'x;'`,
        },
      });
      for await (const row of rows) {
        const mark = decodeListed(MarkSchema, row, told);
        if (mark !== undefined) dead.push({ feed, source, deliveryId: row.rowKey.slice(2), ...mark });
      }
      return dead;
    },

    get: async ({ feed, source, deliveryId }) => {
      const [partitionKey, rowKey] = [partitionOf(feed, source), `x:${deliveryId}`];
      const row = await undefinedIfMissing(async () => (await table()).getEntity(partitionKey, rowKey));
      if (row === undefined) return undefined;
      const mark = decodeRecord(MarkSchema, row, { ...(await sealing()), partitionKey, rowKey });
      return { feed, source, deliveryId, ...mark };
    },

    reopen: async ({ feed, source, deliveryId, history }, { by, atMs }) => {
      const partitionKey = partitionOf(feed, source);
      const next = addEvent(history, { kind: 'retried', atMs, by });
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<StoredDelivery>(partitionKey, `d:${deliveryId}`),
      );
      // Whose lane an earlier version did not note may be a leaver.
      const lane = row?.lane === 'normal' ? 'normal' : 'urgent';
      return change([
        ['delete', { partitionKey, rowKey: `x:${deliveryId}` }],
        ['create', { partitionKey, rowKey: `p:${deliveryId}`, receivedAtMs: atMs }],
        [
          'upsert',
          resendRowOf({ feed, source, deliveryId }, { sentAtMs: atMs, resends: 0, lane }),
          'Replace',
        ],
        [
          'update',
          {
            ...(await rowOf({ partitionKey, rowKey: `d:${deliveryId}` }, { history: next })),
            outcome: '',
          },
          'Merge',
        ],
      ]);
    },

    close: async (dead) => {
      const { feed, source, deliveryId } = dead;
      const partitionKey = partitionOf(feed, source);
      const outcome = `closed: ${lastFailureOf(dead).code}`;
      return change([
        ['delete', { partitionKey, rowKey: `x:${deliveryId}` }],
        ['update', { partitionKey, rowKey: `d:${deliveryId}`, outcome }, 'Merge'],
      ]);
    },
  };
}

/** The id of the next that is kept of a cause: another than the last, which a person decided on. */
function nextIdOf(causeKey: string, refused: RefusedDelivery, last = ''): string {
  const { feed, source, receivedAtMs, body } = refused;
  return createHash('sha256')
    .update(JSON.stringify([feed, source, causeKey, receivedAtMs, last]))
    .update(body)
    .digest('hex');
}
