import type { TableClient, TransactionAction } from '@azure/data-tables';
import { DAY_MS, HOUR_MS } from '../domain/durations';
import type { Feed } from '../domain/policy';
import { blobOf, bodyRowKey, partitionOf, stateOf, type StoredDelivery } from './delivery-rows';
import { rowsInPages } from './rows-in-pages';
import { isConflict, isNotFound, undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { timeKey } from './time-key';

/** Bodies of one call. */
const FORGOTTEN_TOGETHER = 100;
/** Rows of an earlier version that one call rewrites, and how many of them go in one transaction with what replaces them. */
const REWRITTEN_TOGETHER = 500;
const PAIRS_IN_A_TRANSACTION = 50;
/** A delivery that needs its body still is looked at again so much later. */
const LOOK_AGAIN_MS = DAY_MS;

/** Forgets bodies by the rows `t:<time>:<id>`: those that are younger are not read. Returns how many. */
export function createBodyRetention(
  storage: Pick<StorageAccount, 'table' | 'container'>,
): (feed: Feed, source: string, beforeMs: number) => Promise<number> {
  const table = async (): Promise<TableClient> => storage.table('deliveries');
  const rewrittenAtMs = new Map<string, number>();

  const listRows = async (partitionKey: string, from: string, to: string, most: number) => {
    const found: { rowKey: string; receivedAtMs?: number }[] = [];
    const filter = `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${to}'`;
    const rows = (await table()).listEntities<{ rowKey: string; receivedAtMs?: number }>({
      queryOptions: { filter },
    });
    for await (const row of rowsInPages(rows, most)) {
      if (found.length >= most) break;
      found.push(row);
    }
    return found;
  };

  /** Another tick of the timer may have been here first. */
  const submit = async (actions: TransactionAction[]): Promise<boolean> => {
    try {
      await (await table()).submitTransaction(actions);
      return true;
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return false;
      throw error;
    }
  };

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

  return async (feed, source, beforeMs) => {
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
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<StoredDelivery & { bytes: number }>(partitionKey, `d:${deliveryId}`),
      );
      if (row === undefined) {
        await submit([gone]);
        continue;
      }
      const { receivedAtMs, contentType, bytes, outcome } = row;
      if (stateOf(outcome) !== 'done') {
        const later = bodyRowKey(beforeMs + LOOK_AGAIN_MS, deliveryId);
        await submit([gone, ['upsert', { partitionKey, rowKey: later }, 'Replace']]);
        continue;
      }
      const container = await storage.container('deliveries');
      await container.getBlockBlobClient(blobOf({ feed, source, deliveryId })).deleteIfExists();
      const kept = { partitionKey, rowKey: `d:${deliveryId}`, receivedAtMs, contentType, bytes };
      if (await submit([['update', { ...kept, outcome: 'forgotten' }, 'Replace'], gone])) forgotten += 1;
    }
    return forgotten;
  };
}
