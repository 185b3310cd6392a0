import { hashOf } from './canonical-json-hash';
import type { DecidedBy } from './decider';
import type { Delivery } from './delivery';
import type { FieldProblem } from './field-problem';
import type { Feed } from './policy';

/**
 * An event in the history of a dead delivery: it failed its last try, a person retried it, or it is the newest of so many of one
 * cause that were refused, or of which a part was not followed.
 */
export type DeliveryEvent =
  | Readonly<{ kind: 'failed'; atMs: number; code: string; tries: number }>
  | Readonly<{ kind: 'retried'; atMs: number; by: DecidedBy }>
  | Readonly<{
      kind: 'refused';
      atMs: number;
      /** When the first of them came. */
      sinceMs: number;
      code: string;
      times: number;
      fields: readonly FieldProblem[];
    }>;

/** An authentic delivery that is not followed, or not all of it, and why. */
export type RefusedDelivery = Omit<Delivery, 'deliveryId' | 'lane'> &
  Readonly<{ code: string; fields: readonly FieldProblem[] }>;

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

/** The last failure's code and time, and how often the delivery was tried, or its like refused, in all. */
export function lastFailureOf({
  history,
}: Pick<DeadDelivery, 'history'>): Readonly<{ code: string; atMs: number; tries: number }> {
  const failures = history.flatMap((event) => (event.kind === 'retried' ? [] : [event]));
  const { code = 'internal', atMs = 0 } = failures.at(-1) ?? {};
  const countOf = (event: (typeof failures)[number]): number =>
    event.kind === 'failed' ? event.tries : event.times;
  return { code, atMs, tries: failures.reduce((sum, event) => sum + countOf(event), 0) };
}

/** Since when what a dead delivery stands for is not followed. */
export function deadSinceMs({ history, receivedAtMs }: DeadDelivery): number {
  return history.find((event) => event.kind === 'refused')?.sinceMs ?? receivedAtMs;
}

/** How many deliveries of its cause were refused, or had a part refused, of which it is the newest. */
export function timesRefused({ history }: Pick<DeadDelivery, 'history'>): number {
  return history.findLast((event) => event.kind === 'refused')?.times ?? 0;
}

/** The fields for which a delivery, or a part of it, was refused. */
export function unusableFieldsOf({ history }: Pick<DeadDelivery, 'history'>): readonly FieldProblem[] {
  return history.findLast((event) => event.kind === 'refused')?.fields ?? [];
}

const MOST_CAUSES_DIGITS = 2;

/** Names the cause of a refusal: alike for every entry of a list, and one of 256, however many a sender finds. */
export function causeOf({ code, fields }: Pick<RefusedDelivery, 'code' | 'fields'>): string {
  const faults = fields.map(({ field, problem }) => `${field.replaceAll(/\[\d+\]/g, '[]')}: ${problem}`);
  return hashOf([code, [...new Set(faults)].toSorted()]).slice(0, MOST_CAUSES_DIGITS);
}
