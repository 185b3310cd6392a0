import type { TableClient } from '@azure/data-tables';
import { addEvent } from '../../domain/dead-delivery';
import type { DecidedBy } from '../../domain/decider';
import type { DeliveryKey } from '../../domain/delivery';
import type { Lane } from '../../domain/lane';
import type { Feed } from '../../domain/policy';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { bodyRowKey, partitionOf, resendRowOf, stateOf, type StoredDelivery } from '../delivery-rows';
import { decodeRecord, encodeRecord } from '../record-encoding';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';
import { submitUnlessChanged } from '../submit-unless-changed';
import { timeKey } from '../time-key';
import { HistorySchema } from './dead-delivery-schema';

/** A delivery that was processed, and of which the body is kept still. */
export type KeptDelivery = DeliveryKey &
  Readonly<{ receivedAtMs: number; outcome: string; lane: Lane; place: string }>;

/** Deliveries of a source in the order in which they came. `next`: where the next part begins; undefined: this is the last. */
type ListedKeptDeliveries = Readonly<{ kept: readonly KeptDelivery[]; next: string | undefined }>;

export type KeptDeliveries = Readonly<{
  /** Those received from `fromMs` on, some at a time, from the place that an earlier part told. */
  list: (
    feed: Feed,
    source: string,
    from: Readonly<{ fromMs: number; place?: string }>,
  ) => Promise<ListedKeptDeliveries>;
  /** The one at a place; undefined: it is not kept, or that is no place. */
  get: (feed: Feed, source: string, place: string) => Promise<KeptDelivery | undefined>;
  /** Makes one pending again. False where it is not kept any more, or somebody did so first. */
  reopen: (kept: KeptDelivery, replay: Readonly<{ by: DecidedBy; atMs: number }>) => Promise<boolean>;
}>;

const TOGETHER = 100;
const BODY = 't:';
const TIME_DIGITS = 15;
const PLACE = /^t:\d{15}:[0-9a-f]{64}$/;

/**
 * By the rows that sort by time while a body is there. Closed and dead deliveries are not among them: those are decided about one
 * by one.
 */
export function createKeptDeliveries(storage: Pick<StorageAccount, 'table' | 'seal'>): KeptDeliveries {
  const table = async (): Promise<TableClient> => storage.table('deliveries');
  const get: KeptDeliveries['get'] = async (feed, source, place) => {
    if (!PLACE.test(place)) return undefined;
    const deliveryId = place.slice(BODY.length + TIME_DIGITS + 1);
    const row = await undefinedIfMissing(async () =>
      (await table()).getEntity<StoredDelivery>(partitionOf(feed, source), `d:${deliveryId}`, {
        queryOptions: { select: ['receivedAtMs', 'outcome', 'lane'] },
      }),
    );
    if (row === undefined || !isKept(row)) return undefined;
    const { receivedAtMs, outcome = '' } = row;
    const lane: Lane = row.lane === 'normal' ? 'normal' : 'urgent';
    return { feed, source, deliveryId, receivedAtMs, outcome, lane, place };
  };
  return {
    get,
    list: async (feed, source, { fromMs, place }) => {
      const partitionKey = partitionOf(feed, source);
      const from = place === undefined ? `ge '${BODY}${timeKey(fromMs)}'` : `gt '${place}'`;
      const filter = `PartitionKey eq '${partitionKey}' and RowKey ${from} and RowKey lt 't;'`;
      const client = await table();
      const pages = client
        .listEntities<{ rowKey: string }>({ queryOptions: { filter } })
        .byPage({ maxPageSize: TOGETHER });
      const places: string[] = [];
      for await (const page of pages) {
        places.push(...page.map(({ rowKey }) => rowKey));
        if (places.length >= TOGETHER) break;
      }
      const some = places.slice(0, TOGETHER);
      const found = await mapConcurrently(some, STORAGE_WIDTH, async (rowKey) => get(feed, source, rowKey));
      const kept = found.flatMap((one) => (one === undefined || one.receivedAtMs < fromMs ? [] : [one]));
      return { kept, next: some.length < TOGETHER ? undefined : some.at(-1) };
    },

    reopen: async ({ feed, source, deliveryId, lane, place }, { by, atMs }) => {
      const client = await table();
      const partitionKey = partitionOf(feed, source);
      const rowKey = `d:${deliveryId}`;
      const row = await undefinedIfMissing(async () =>
        client.getEntity<StoredDelivery>(partitionKey, rowKey),
      );
      if (row === undefined || !isKept(row)) return false;
      const sealed = { table: 'deliveries', seal: await storage.seal(), partitionKey, rowKey };
      const before = 'json0' in row ? decodeRecord(HistorySchema, row, sealed).history : [];
      const history = addEvent(before, { kind: 'retried', atMs, by });
      const bodyAtMs = Number(place.slice(BODY.length, BODY.length + TIME_DIGITS));
      // Whoever forgets the body at the same time removes the row of its time: one of both is done.
      return submitUnlessChanged(client, [
        ['delete', { partitionKey, rowKey: place }],
        ['upsert', { partitionKey, rowKey: bodyRowKey(bodyAtMs + 1, deliveryId) }, 'Replace'],
        ['create', { partitionKey, rowKey: `p:${deliveryId}`, receivedAtMs: atMs }],
        [
          'upsert',
          resendRowOf({ feed, source, deliveryId }, { sentAtMs: atMs, resends: 0, lane }),
          'Replace',
        ],
        [
          'update',
          { partitionKey, rowKey, outcome: '', ...encodeRecord({ history }, sealed) },
          'Merge',
          { etag: row.etag },
        ],
      ]);
    },
  };
}

function isKept({ outcome = '' }: Pick<StoredDelivery, 'outcome'>): boolean {
  return stateOf(outcome) === 'done' && outcome !== 'forgotten' && !outcome.startsWith('closed: ');
}
