import type { Feed } from './policy';

/** An event in the history of a dead delivery: it failed its last try, or a person retried it. */
export type DeliveryEvent =
  | Readonly<{ kind: 'failed'; atMs: number; code: string; tries: number }>
  | Readonly<{ kind: 'retried'; atMs: number; by: string }>;

/** A dead delivery (dead letter): not retried until a person decides. Its body is stored apart. */
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
