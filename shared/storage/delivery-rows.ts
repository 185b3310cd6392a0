import type { TransactionAction } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import type { RecordPlace, RecordSeal } from '../domain/evidence/record-seal';
import type { Feed } from '../domain/policy';
import { resendWaitMs, type Delivery, type DeliveryKey } from '../domain/delivery';
import type { Lane } from '../domain/lane';
import { timeKey } from './time-key';

/**
 * How far a pending delivery of several statements has come, under the policy of this hash: the outcomes of the first, and of those
 * after the first one that waits, each with its place.
 */
export type DeliveryProgress = Readonly<{
  policyHash: string;
  outcomes: readonly string[];
  after?: ReadonlyArray<readonly [place: number, outcome: string]> | undefined;
}>;

/** The row `d:<id>`. */
export type StoredDelivery = {
  receivedAtMs: number;
  contentType: string;
  body?: Uint8Array;
  /** Which blob of the delivery holds the body, where the row does not; an earlier version had one blob for each. */
  blob?: string;
  outcome?: string;
  lane?: string;
  contentHash?: string;
  bodySeal?: string;
};

/** How the outcome of a dead delivery begins; its code follows. */
export const DEAD_OUTCOME = 'failed: ';

/** What an outcome says of its delivery. One that was put back has an empty outcome: a merge removes no property. */
export function stateOf(outcome: string | undefined): 'pending' | 'dead' | 'done' {
  if (outcome === undefined || outcome === '') return 'pending';
  return outcome.startsWith(DEAD_OUTCOME) ? 'dead' : 'done';
}

/** Bodies up to this size travel in the row; larger ones in a blob. A binary property holds 64 KiB. */
const INLINE_BYTES = 60 * 1024;

/** Whether a body travels in the row. */
function isInline(body: Uint8Array): boolean {
  return body.byteLength <= INLINE_BYTES;
}

/** Rows of a delivery, beside the one of its source. */
export const ROWS_EACH = 4;

/** The rows of a new delivery, to be written in one transaction. Those that sort by time may have outlived one that was forgotten. */
export function rowsOf(delivery: Delivery, seal: RecordSeal): TransactionAction[] {
  const {
    feed,
    source,
    deliveryId,
    receivedAtMs,
    contentType,
    body,
    lane = 'normal',
    contentHash,
  } = delivery;
  const partitionKey = partitionOf(feed, source);
  return [
    [
      'create',
      {
        partitionKey,
        rowKey: `d:${deliveryId}`,
        receivedAtMs,
        contentType,
        bytes: body.byteLength,
        lane,
        ...(contentHash === undefined ? {} : { contentHash }),
        ...storedBodyOf(body),
        bodySeal: seal.of(placeOf(delivery), sealedText(delivery)),
      },
    ],
    ['create', { partitionKey, rowKey: `p:${deliveryId}`, receivedAtMs }],
    ['upsert', { partitionKey, rowKey: bodyRowKey(receivedAtMs, deliveryId) }, 'Replace'],
    [
      'upsert',
      resendRowOf({ feed, source, deliveryId }, { sentAtMs: receivedAtMs, resends: 0, lane }),
      'Replace',
    ],
  ];
}

/** The row by whose time a body is forgotten. */
export function bodyRowKey(atMs: number, deliveryId: string): string {
  return `t:${timeKey(atMs)}:${deliveryId}`;
}

/** The row by whose time a pending delivery is looked at, and its message sent again. It may outlive the delivery's pending mark. */
export function resendRowOf(
  { feed, source, deliveryId }: DeliveryKey,
  { sentAtMs, resends, lane }: Readonly<{ sentAtMs: number; resends: number; lane: Lane }>,
) {
  const rowKey = `q:${timeKey(sentAtMs + resendWaitMs(resends))}:${deliveryId}`;
  return { partitionKey: partitionOf(feed, source), rowKey, resends, lane };
}

/** When a source was last heard: one row per source, replaced with every authentic delivery. */
export const LAST_ROW = 'last';

export function lastRowOf({
  feed,
  source,
  receivedAtMs,
}: Pick<Delivery, 'feed' | 'source' | 'receivedAtMs'>): TransactionAction {
  return ['upsert', { partitionKey: partitionOf(feed, source), rowKey: LAST_ROW, receivedAtMs }, 'Replace'];
}

export function partitionOf(feed: Feed, source: string): string {
  return `${feed}:${keyOf(source)}`;
}

/** What was received, for its seal: nobody puts a delivery into storage that no sender was proven for, or changes one. */
export function sealedText({
  receivedAtMs,
  contentType,
  body,
}: Pick<Delivery, 'receivedAtMs' | 'contentType' | 'body'>): string {
  return JSON.stringify([receivedAtMs, contentType, createHash('sha256').update(body).digest('hex')]);
}

export function placeOf({ feed, source, deliveryId }: DeliveryKey): RecordPlace {
  return { table: 'deliveries', partitionKey: partitionOf(feed, source), rowKey: `d:${deliveryId}` };
}

/**
 * What a row holds of a body: the body, or which blob does. A blob is named by its content: one that is stored before its row, and then
 * not written, takes the place of no other.
 */
export function storedBodyOf(body: Uint8Array): Pick<StoredDelivery, 'body' | 'blob'> {
  return isInline(body) ? { body } : { blob: createHash('sha256').update(body).digest('hex') };
}

/** Where a large body is. Without the name of its blob, how the names of all blobs of a delivery begin. */
export function blobOf(key: DeliveryKey, blob?: string): string {
  const all = `${key.feed}/${keyOf(key.source)}/${key.deliveryId}`;
  return blob === undefined ? all : `${all}/${blob}`;
}

/** A policy may name a source as it likes; keys, filters and paths take plain names only, so any other becomes its hash. */
function keyOf(source: string): string {
  return /^[A-Za-z0-9][\w-]{0,62}$/.test(source)
    ? source
    : `~${createHash('sha256').update(source).digest('hex')}`;
}
