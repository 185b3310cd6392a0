import type { Feed } from './policy';

/** A verified request of a source, kept as the bytes that were signed until it has been processed. */
export type Delivery = Readonly<{
  feed: Feed;
  source: string;
  /** SHA-256, hex: equal for every repetition of the delivery. */
  deliveryId: string;
  receivedAtMs: number;
  contentType: string;
  body: Uint8Array;
}>;

export type DeliveryKey = Pick<Delivery, 'feed' | 'source' | 'deliveryId'>;
