import type { SourcePolicy } from '../../domain/policy';
import type { WorkerEvent } from '../../domain/ledger/worker-event';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { FetchBack } from '../../fetch-back/vendor-adapter-interface';
import type { LookUp, Meanings } from '../../webhooks/webhook-format';
import { deriveWorkerEvents } from '../../webhooks/derive-worker-events';
import { HOUR_MS } from '../../domain/durations';

export type LookUpDeps = Readonly<{
  /** The way back to a source. @throws AppError `policy-invalid` when it has none */
  fetchBackOf: (source: SourcePolicy) => FetchBack;
}>;

/** Read-after-write lag: a record may appear at the source's API later than its event. Milliseconds. */
const UNKNOWN_FOR_MS = 24 * HOUR_MS;
/** Deadline of a look-up, as long as senders themselves retry. What takes longer is for a person. */
const PATIENCE_MS = 72 * HOUR_MS;

/** Milliseconds until the source has settled and can be looked up; 0: at once. */
export function settlingMs(meanings: Meanings, nowMs: number): number {
  const settled = (meanings === 'ignored' ? [] : meanings).map((meaning) =>
    meaning.kind === 'look-up' ? meaning.lookUp.settledAtMs - nowMs : 0,
  );
  return Math.max(0, ...settled);
}

/**
 * Looks a worker up at the source. What is recorded is the record as it is now, under the time of the event.
 * `worker-unknown`: after a day the source still knows no such worker.
 * @throws AppError `source-unavailable`, also for a worker who is not there yet; `source-refused`,
 * `source-answer-invalid`, `secret-missing`, `secret-invalid`, `vault-unavailable`, `policy-invalid`, `body-invalid`
 */
export async function lookUpWorker(
  deps: LookUpDeps,
  about: Readonly<{ source: SourcePolicy; receivedAtMs: number; nowMs: number }>,
  lookUp: LookUp,
): Promise<readonly WorkerEvent[] | 'worker-unknown'> {
  const { source, receivedAtMs, nowMs } = about;
  const fetchBack = deps.fetchBackOf(source);
  const record = await fetchBack.worker(lookUp.workerId, lookUp.said.effectiveDay);
  if (record === undefined) {
    if (nowMs - receivedAtMs >= UNKNOWN_FOR_MS) return 'worker-unknown';
    throw new AppError('source-unavailable', "The source's own API does not know the worker yet");
  }
  const { id, said, occurredAtMs } = lookUp;
  return deriveWorkerEvents(
    {
      id,
      said,
      // The record gives access and not the delivery, whose time, at most its arrival, says only what came first.
      occurredAtMs: Math.min(occurredAtMs, receivedAtMs),
      receivedAtMs: nowMs,
      record,
      places: fetchBack.places,
    },
    source.mapping,
  );
}

/** Transient failures: they pass by themselves or after an operator acted. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'source-unavailable',
  'source-refused',
  'source-answer-invalid',
  'secret-missing',
  'secret-invalid',
  'vault-unavailable',
]);

/** True for a look-up that failed for now: the delivery stays pending, and the sweep for due work enqueues it again. */
export function isRetryable(error: unknown, receivedAtMs: number, nowMs: number): boolean {
  return PASSING.has(errorCodeOf(error)) && nowMs - receivedAtMs < PATIENCE_MS;
}
