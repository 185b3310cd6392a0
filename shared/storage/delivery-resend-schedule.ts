import type { TableClient, TransactionAction } from '@azure/data-tables';
import { resendWaitMs, type DeliveryKey } from '../domain/delivery';
import { HOUR_MS } from '../domain/durations';
import type { Lane } from '../domain/lane';
import type { Feed } from '../domain/policy';
import { partitionOf, resendRowOf } from './delivery-rows';
import { removeRows } from './record-table';
import { listRowsInPages } from './list-rows-in-pages';
import { undefinedIfMissing } from './storage-errors';
import { submitUnlessChanged } from './submit-unless-changed';
import { timeKey } from './time-key';

/** A pending delivery whose message may be lost. `resends`: so often it was sent again already. */
export type DueResend = Readonly<{ key: DeliveryKey; lane: Lane; resends: number; rowKey: string }>;

export type ResendSchedule = Readonly<{
  /**
   * Deliveries of a source whose message is to be sent again now, longest waiting first. It costs what is due: rows of
   * deliveries that were processed are removed, those of deliveries that were looked at meanwhile wait on.
   */
  listResends: (feed: Feed, source: string, nowMs: number, most: number) => Promise<readonly DueResend[]>;
  /** Takes one of them, whose message is then the caller's to send. False when it is processed by now, or another took it. */
  claimResend: (due: DueResend, nowMs: number) => Promise<boolean>;
}>;

type PendingMark = Readonly<{ deliveryId: string; sentAtMs: number }>;
type ResendRow = { rowKey: string; resends?: number; lane?: string };

/** Of so few rows each is asked for its mark; of more, the marks are listed. */
const MARKS_ONE_BY_ONE = 20;
/** Rows of one call: most of them are of deliveries that were processed within two minutes. */
const ROWS_LOOKED_AT = 1_000;
/** Marks without a row by time that one call gives theirs. */
const ADOPTED_TOGETHER = 500;

/** Rows `q:<time>:<id>`, written with the delivery and beside its pending mark `p:<id>`. */
export function createResendSchedule(table: () => Promise<TableClient>): ResendSchedule {
  const adoptedAtMs = new Map<string, number>();

  const listRows = async (feed: Feed, source: string, beforeMs: number, most: number) => {
    const rows: ResendRow[] = [];
    const filter = `PartitionKey eq '${partitionOf(feed, source)}' and RowKey ge 'q:' and RowKey lt 'q:${timeKey(beforeMs)}'`;
    const listed = (await table()).listEntities<ResendRow>({ queryOptions: { filter } });
    for await (const row of listRowsInPages(listed, most)) {
      if (rows.length >= most) break;
      rows.push(row);
    }
    return rows;
  };

  /** When the message of each was sent last; those that are not pending any more are left out. */
  const sentTimes = async (
    feed: Feed,
    source: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, number>> => {
    const client = await table();
    const isMany = ids.length > MARKS_ONE_BY_ONE;
    const marks: PendingMark[] = isMany ? [...(await listPendingMarks(client, feed, source))] : [];
    if (!isMany)
      for (const deliveryId of ids) {
        const mark = await undefinedIfMissing(async () =>
          client.getEntity<{ receivedAtMs?: number }>(partitionOf(feed, source), `p:${deliveryId}`),
        );
        if (mark !== undefined) marks.push({ deliveryId, sentAtMs: mark.receivedAtMs ?? 0 });
      }
    return new Map(marks.map((mark) => [mark.deliveryId, mark.sentAtMs]));
  };

  /** Has a delivery wait on. False when it is processed, or another moved it. */
  const move = async (
    { key, lane, rowKey }: DueResend,
    next: Readonly<{ sentAtMs: number; resends: number }>,
    more: readonly TransactionAction[] = [],
  ): Promise<boolean> => {
    const partitionKey = partitionOf(key.feed, key.source);
    return submitUnlessChanged(await table(), [
      ['delete', { partitionKey, rowKey }],
      ['upsert', resendRowOf(key, { ...next, lane }), 'Replace'],
      ...more,
    ]);
  };

  /**
   * Gives a row by time to pending deliveries without one, as an earlier version left them, once an hour. Whose lane nobody noted
   * may be a leaver.
   */
  const adopt = async (feed: Feed, source: string, nowMs: number): Promise<void> => {
    const partitionKey = partitionOf(feed, source);
    const lastMs = adoptedAtMs.get(partitionKey);
    if (lastMs !== undefined && nowMs - lastMs < HOUR_MS) return;
    const client = await table();
    const scheduled = new Set(
      (await listRows(feed, source, Number.MAX_SAFE_INTEGER, Infinity)).map(({ rowKey }) => idOf(rowKey)),
    );
    const without = (await listPendingMarks(client, feed, source)).filter(
      ({ deliveryId, sentAtMs }) => sentAtMs < nowMs - resendWaitMs(0) && !scheduled.has(deliveryId),
    );
    for (const { deliveryId, sentAtMs } of without.slice(0, ADOPTED_TOGETHER))
      await client.upsertEntity(
        resendRowOf({ feed, source, deliveryId }, { sentAtMs, resends: 0, lane: 'urgent' }),
        'Replace',
      );
    if (without.length <= ADOPTED_TOGETHER) adoptedAtMs.set(partitionKey, nowMs);
  };

  return {
    listResends: async (feed, source, nowMs, most) => {
      await adopt(feed, source, nowMs);
      const rows = await listRows(feed, source, nowMs, ROWS_LOOKED_AT);
      const sentAtMs = await sentTimes(
        feed,
        source,
        rows.map(({ rowKey }) => idOf(rowKey)),
      );
      const settled: string[] = [];
      const due: DueResend[] = [];
      for (const { rowKey, resends = 0, lane } of rows) {
        const deliveryId = idOf(rowKey);
        const sentMs = sentAtMs.get(deliveryId);
        const one: DueResend = {
          key: { feed, source, deliveryId },
          lane: lane === 'normal' ? 'normal' : 'urgent',
          resends,
          rowKey,
        };
        if (sentMs === undefined) settled.push(rowKey);
        else if (sentMs + resendWaitMs(resends) >= nowMs) await move(one, { sentAtMs: sentMs, resends });
        else if (due.length < most) due.push(one);
      }
      await removeRows(await table(), partitionOf(feed, source), settled);
      return due;
    },

    claimResend: async (due, nowMs) => {
      const { feed, source, deliveryId } = due.key;
      const mark = {
        partitionKey: partitionOf(feed, source),
        rowKey: `p:${deliveryId}`,
        receivedAtMs: nowMs,
      };
      return move(due, { sentAtMs: nowMs, resends: due.resends + 1 }, [['update', mark, 'Merge']]);
    },
  };
}

/** Every pending delivery of a source, and when its message was sent or it was looked at last. */
export async function listPendingMarks(
  client: Pick<TableClient, 'listEntities'>,
  feed: Feed,
  source: string,
): Promise<readonly PendingMark[]> {
  const marks: PendingMark[] = [];
  const rows = client.listEntities<{ rowKey: string; receivedAtMs?: number }>({
    queryOptions: {
      filter: `PartitionKey eq '${partitionOf(feed, source)}' and RowKey ge 'p:' and RowKey lt 'p;'`,
      select: ['RowKey', 'receivedAtMs'],
    },
  });
  for await (const row of rows)
    marks.push({ deliveryId: row.rowKey.slice(2), sentAtMs: row.receivedAtMs ?? 0 });
  return marks;
}

function idOf(rowKey: string): string {
  return rowKey.slice('q:'.length + 16);
}
