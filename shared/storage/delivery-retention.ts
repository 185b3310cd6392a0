import type { TableClient, TransactionAction } from '@azure/data-tables';
import { DAY_MS, HOUR_MS } from '../domain/durations';
import type { Feed } from '../domain/policy';
import { blobOf, bodyRowKey, partitionOf, stateOf, type StoredDelivery } from './delivery-rows';
import { removeRows } from './record-table';
import { listRowsInPages } from './list-rows-in-pages';
import { undefinedIfMissing } from './storage-errors';
import { submitUnlessChanged } from './submit-unless-changed';
import type { StorageAccount } from './storage-account';
import { timeKey } from './time-key';

/** Bodies of one call. */
const FORGOTTEN_TOGETHER = 100;
/** Rows of an earlier version that one call rewrites, and how many of them go in one transaction with what replaces them. */
const REWRITTEN_TOGETHER = 500;
const PAIRS_IN_A_TRANSACTION = 50;
/** A delivery that needs its body still is looked at again so much later. */
const LOOK_AGAIN_MS = DAY_MS;

export type DeliveryRetention = Readonly<{
  /**
   * Forgets bodies of processed deliveries received before `beforeMs`, oldest first, some at a time; the ids stay, so that a late
   * replay is still a duplicate. Pending ones and dead letters keep theirs and are looked at again a day later.
   */
  forgetBodies: (feed: Feed, source: string, beforeMs: number) => Promise<number>;
  /** Forgets the ids of deliveries whose body is forgotten and that came before `beforeMs`, some at a time. */
  forgetIds: (feed: Feed, source: string, beforeMs: number) => Promise<number>;
}>;

/** By rows that sort by time, `t:` while there is a body and `f:` when it is forgotten: those that are younger are not read. */
export function createDeliveryRetention(
  storage: Pick<StorageAccount, 'table' | 'container'>,
): DeliveryRetention {
  const table = async (): Promise<TableClient> => storage.table('deliveries');
  const rewrittenAtMs = new Map<string, number>();

  const listRows = async (partitionKey: string, from: string, to: string, most: number) => {
    const found: { rowKey: string; receivedAtMs?: number }[] = [];
    const filter = `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${to}'`;
    const rows = (await table()).listEntities<{ rowKey: string; receivedAtMs?: number }>({
      queryOptions: { filter },
    });
    for await (const row of listRowsInPages(rows, most)) {
      if (found.length >= most) break;
      found.push(row);
    }
    return found;
  };

  /** Another tick of the timer may have been here first. */
  const submit = async (actions: readonly TransactionAction[]): Promise<boolean> =>
    submitUnlessChanged(await table(), actions);

  /** An earlier version wrote `b:<id>`, which does not sort by time. Looked for until there is none, then once an hour. */
  const rewrite = async (partitionKey: string, beforeMs: number): Promise<void> => {
    const lastMs = rewrittenAtMs.get(partitionKey);
    if (lastMs !== undefined && beforeMs - lastMs < HOUR_MS) return;
    const old = await listRows(partitionKey, 'b:', 'b;', REWRITTEN_TOGETHER);
    for (let start = 0; start < old.length; start += PAIRS_IN_A_TRANSACTION)
      await submit(
        old
          .slice(start, start + PAIRS_IN_A_TRANSACTION)
          .flatMap(({ rowKey, receivedAtMs = 0 }): TransactionAction[] => [
            ['delete', { partitionKey, rowKey }],
            ['upsert', { partitionKey, rowKey: bodyRowKey(receivedAtMs, rowKey.slice(2)) }, 'Replace'],
          ]),
      );
    if (old.length < REWRITTEN_TOGETHER) rewrittenAtMs.set(partitionKey, beforeMs);
  };

  const forgetBodies: DeliveryRetention['forgetBodies'] = async (feed, source, beforeMs) => {
    const partitionKey = partitionOf(feed, source);
    await rewrite(partitionKey, beforeMs);
    let forgotten = 0;
    for (const { rowKey } of await listRows(
      partitionKey,
      't:',
      `t:${timeKey(beforeMs)}`,
      FORGOTTEN_TOGETHER,
    )) {
      const deliveryId = rowKey.slice('t:'.length + 16);
      const gone: TransactionAction = ['delete', { partitionKey, rowKey }];
      const id = { partitionKey, rowKey: `f:${rowKey.slice('t:'.length)}` };
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<StoredDelivery & { bytes: number }>(partitionKey, `d:${deliveryId}`),
      );
      if (row === undefined) {
        await submit([gone]);
        continue;
      }
      const { receivedAtMs, contentType, bytes, outcome, contentHash } = row;
      if (stateOf(outcome) !== 'done') {
        const later = bodyRowKey(beforeMs + LOOK_AGAIN_MS, deliveryId);
        await submit([gone, ['upsert', { partitionKey, rowKey: later }, 'Replace']]);
        continue;
      }
      // Also those of which no row tells, as another was kept instead.
      const container = await storage.container('deliveries');
      for await (const { name } of container.listBlobsFlat({ prefix: blobOf({ feed, source, deliveryId }) }))
        await container.getBlockBlobClient(name).deleteIfExists();
      const kept = { partitionKey, rowKey: `d:${deliveryId}`, receivedAtMs, contentType, bytes };
      const hash = contentHash === undefined ? {} : { contentHash };
      const update: TransactionAction = ['update', { ...kept, ...hash, outcome: 'forgotten' }, 'Replace'];
      if (await submit([update, gone, ['upsert', id, 'Replace']])) forgotten += 1;
    }
    return forgotten;
  };

  return {
    forgetBodies,
    forgetIds: async (feed, source, beforeMs) => {
      const partitionKey = partitionOf(feed, source);
      const old = await listRows(partitionKey, 'f:', `f:${timeKey(beforeMs)}`, FORGOTTEN_TOGETHER);
      const keys = old.map(({ rowKey }) => rowKey);
      const client = await table();
      await removeRows(
        client,
        partitionKey,
        keys.map((rowKey) => `d:${rowKey.slice('f:'.length + 16)}`),
      );
      await removeRows(client, partitionKey, keys);
      return keys.length;
    },
  };
}
