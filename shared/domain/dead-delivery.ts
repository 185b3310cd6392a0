import type { Feed } from './policy';

/** What happened to a delivery that could not be processed: it was given up after so many tries, or a person put it back. */
export type DeliveryEvent =
  | Readonly<{ kind: 'failed'; atMs: number; code: string; tries: number }>
  | Readonly<{ kind: 'retried'; atMs: number; by: string }>;

/** A delivery that nothing tries any more until a person decides. Its body is kept, and is no part of this. */
export type DeadDelivery = Readonly<{
  feed: Feed;
  source: string;
  deliveryId: string;
  receivedAtMs: number;
  /** Oldest first. The last event is a failure. */
  history: readonly DeliveryEvent[];
}>;

const LONGEST_HISTORY = 50;

/** Adds to the history of a delivery; a very long one loses its beginning. */
export function addEvent(history: readonly DeliveryEvent[], event: DeliveryEvent): readonly DeliveryEvent[] {
  return [...history, event].slice(-LONGEST_HISTORY);
}

/** The last failure's code and time, and how often the delivery was tried in all. */
export function lastFailureOf({
  history,
}: Pick<DeadDelivery, 'history'>): Readonly<{ code: string; atMs: number; tries: number }> {
  const failures = history.flatMap((event) => (event.kind === 'failed' ? [event] : []));
  const { code = 'internal', atMs = 0 } = failures.at(-1) ?? {};
  return { code, atMs, tries: failures.reduce((sum, { tries }) => sum + tries, 0) };
}
