import type { Clock } from '../../clock';
import type { WorkerEvent } from '../../domain/ledger/worker-event';
import { AppError, errorCodeOf } from '../../errors';
import type { Log } from '../../log';
import type { Deliveries } from '../../storage/deliveries';
import type { DeliveryMessage, WorkQueues } from '../../storage/queues';
import type { Meaning, Meanings, WebhookSource } from '../../webhooks/webhook-source';
import { confirmAccessRequest } from './confirm-access-request';
import { chooseLane } from './delivery-lane';
import { lookUpWorker, mayWait, type LookUpDeps } from './look-up-worker';
import { recordAccessRequest, type RecordRequestDeps } from './record-access-request';
import { recordWorkerEvent, type DeliveryContext, type RecordWorkerEventDeps } from './record-worker-event';
import type { Lane } from '../../domain/lane';

export type RecordDeliveryStatementsDeps = RecordWorkerEventDeps &
  RecordRequestDeps &
  LookUpDeps &
  Readonly<{
    deliveries: Pick<Deliveries, 'touch' | 'progress'>;
    queues: Pick<WorkQueues, 'enqueueDelivery'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/** Sooner than the sweep takes a message for lost. */
const LONGEST_COME_BACK_MS = 110_000;
/** As often, a delivery that takes long says how far it has come, so that the sweep does not take its message for lost. */
const KEEP_EVERY_MS = 60_000;
/** A message that waits is not joined with others: what takes long has one of its own. */
const HAND_OVER_MS = 1_000;

type StatementContext = DeliveryContext & Readonly<{ format: WebhookSource; receivedAtMs: number }>;

/**
 * What became of each statement; those that were settled before are not asked about again. `left`: the others come with a later
 * message, as the time is up or a look-up has to wait. A delivery that gets on may go on for as long as it does; one that does not
 * has the source's patience.
 */
export async function recordDeliveryStatements(
  deps: RecordDeliveryStatementsDeps,
  message: DeliveryMessage,
  context: StatementContext,
  meanings: Meanings,
  endsAtMs: number,
): Promise<readonly string[] | 'left'> {
  const { clock, deliveries } = deps;
  const { policy, receivedAtMs } = context;
  const statements = meanings === 'ignored' ? [] : meanings;
  const before = statements.length > 1 ? await deliveries.progress(message) : undefined;
  const settled = before?.policyHash === policy.hash ? before.outcomes : [];
  const outcomes = [...settled];
  let keptAtMs = clock.now();
  const keep = async (): Promise<void> => {
    keptAtMs = clock.now();
    const progress = outcomes.length === 0 ? undefined : { policyHash: policy.hash, outcomes };
    await deliveries.touch(message, keptAtMs, progress);
  };
  try {
    for (const meaning of statements.slice(settled.length)) {
      if (outcomes.length > settled.length && clock.now() >= endsAtMs) {
        await keep();
        await handOver(deps, message, chooseLane(meanings));
        return 'left';
      }
      if (clock.now() - keptAtMs >= KEEP_EVERY_MS) await keep();
      outcomes.push(await record(deps, context, meaning));
    }
    return outcomes;
  } catch (error) {
    const getsOn = outcomes.length > settled.length;
    const waits = mayWait(error, getsOn ? clock.now() : receivedAtMs, clock.now());
    if (waits || getsOn) await keep();
    if (!waits) throw error;
    await comeBack(deps, message, chooseLane(meanings), error);
    const { feed, source, deliveryId } = message;
    deps.log({ event: 'look-up-waits', feed, source, deliveryId, code: errorCodeOf(error) });
    return 'left';
  }
}

/** Has another message go on with a delivery. */
export async function handOver(
  deps: Pick<RecordDeliveryStatementsDeps, 'queues' | 'log'>,
  { feed, source, deliveryId }: DeliveryMessage,
  lane: Lane,
): Promise<void> {
  deps.log({ event: 'delivery-goes-on', feed, source, deliveryId });
  await deps.queues.enqueueDelivery({ feed, source, deliveryId }, lane, HAND_OVER_MS);
}

/** Where the source says when to come back, the delivery does; where it does not, or for longer, the sweep sends its message again. */
async function comeBack(
  deps: Pick<RecordDeliveryStatementsDeps, 'queues' | 'clock'>,
  message: DeliveryMessage,
  lane: Lane,
  error: unknown,
): Promise<void> {
  const retryAtMs = error instanceof AppError ? error.retryAtMs : undefined;
  const waitMs = (retryAtMs ?? Infinity) - deps.clock.now();
  if (waitMs <= LONGEST_COME_BACK_MS) await deps.queues.enqueueDelivery(message, lane, Math.max(0, waitMs));
}

/** What became of one statement, in a word. The policy decides what a source may cause, whoever it is. */
async function record(
  deps: RecordDeliveryStatementsDeps,
  context: StatementContext,
  meaning: Meaning,
): Promise<string> {
  switch (meaning.kind) {
    case 'worker-event':
      return recordIfAllowed(deps, context, meaning.event);
    case 'access-request':
      return recordAccessRequest(deps, context, meaning.request);
    case 'look-up': {
      const found = await lookUpWorker(deps, context, meaning.lookUp);
      if (found === 'worker-unknown') return found;
      const outcomes: string[] = [];
      for (const event of found) outcomes.push(await recordIfAllowed(deps, context, event));
      return outcomes.join(', ') || 'nothing-said';
    }
    case 'ticket-look-up': {
      const confirmed = await confirmAccessRequest(deps, context, meaning.ticketId);
      return typeof confirmed === 'string' ? confirmed : recordAccessRequest(deps, context, confirmed);
    }
    case 'unusable':
      return 'unusable';
  }
}

async function recordIfAllowed(
  deps: RecordDeliveryStatementsDeps,
  context: DeliveryContext,
  event: WorkerEvent,
): Promise<string> {
  return context.source.may.has(event.kind) ? recordWorkerEvent(deps, context, event) : 'source-not-allowed';
}
