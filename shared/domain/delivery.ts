import { HOUR_MS } from './durations';
import type { Lane } from './lane';
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
  /** Of what it says, where its id is the sender's own: two that have one id and say different things are told apart. */
  contentHash?: string;
  /** In which its message is sent, and sent again. Left out: the normal one. */
  lane?: Lane;
}>;

export type DeliveryKey = Pick<Delivery, 'feed' | 'source' | 'deliveryId'>;

const FIRST_WAIT_MS = 120_000;
const LONGEST_WAIT_MS = HOUR_MS;

/** So long after its message was sent for the last of so many times again, a pending delivery may have lost it. Doubles, up to an hour. */
export function resendWaitMs(resends: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(resends, 10));
}
