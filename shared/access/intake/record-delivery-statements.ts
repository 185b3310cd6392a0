import type { Clock } from '../../clock';
import type { WorkerEvent } from '../../domain/ledger/worker-event';
import type { FieldProblem } from '../../domain/field-problem';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { Log } from '../../log-interface';
import type { Deliveries } from '../../storage/deliveries';
import type { DeliveryProgress } from '../../storage/delivery-rows';
import type { DeliveryMessage, WorkQueues } from '../../storage/queues';
import type { Meaning, Meanings, WebhookFormat } from '../../webhooks/webhook-format';
import { confirmAccessRequests } from './confirm-access-request';
import { chooseLane } from './delivery-lane';
import { lookUpWorker, isRetryable, type LookUpDeps } from './look-up-worker';
import { recordAccessRequest, type RecordRequestDeps } from './record-access-request';
import { recordWithdrawal } from './record-withdrawal';
import {
  recordWorkerEvent,
  type DeliveryContext,
  type RecordWorkerEventDeps,
} from '../ledger/record-worker-event';
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
const LONGEST_RETRY_DELAY_MS = 110_000;
/** Interval at which a long delivery stores its progress, so that the sweep does not take its message for lost. */
const PROGRESS_EVERY_MS = 60_000;
/** A delayed message is not coalesced with others: a long delivery gets one of its own. */
const CONTINUATION_DELAY_MS = 1_000;

type StatementContext = DeliveryContext &
  Readonly<{
    format: WebhookFormat;
    receivedAtMs: number;
    /** Keeps the delivery as a dead one because of a part that is not followed. */
    keepUnusable: (fields: readonly FieldProblem[]) => Promise<void>;
  }>;

/** What is wrong with one statement, or its person, and nothing to the others. */
const OF_ONE_STATEMENT: ReadonlySet<ErrorCode> = new Set([
  'body-invalid',
  'record-too-large',
  'record-unreadable',
]);

/**
 * Records the statements of a delivery one after the other and returns their outcomes. Statements that were settled by
 * an earlier message are skipped, and one that fails or waits keeps none of the others. `left`: another message goes on,
 * because the deadline has passed or a look-up has to wait. A delivery that makes progress may take as long as it needs;
 * one that makes none fails after the source's patience.
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
  const outcomes = settledIn(before?.policyHash === policy.hash ? before : undefined);
  const settledBefore = outcomes.size;
  let keptAtMs = clock.now();
  const storeProgress = async (): Promise<void> => {
    keptAtMs = clock.now();
    await deliveries.touch(
      message,
      keptAtMs,
      outcomes.size === 0 ? undefined : progressOf(policy.hash, outcomes),
    );
  };
  let failure: unknown;
  let waiting: unknown;
  for (const [place, meaning] of statements.entries()) {
    if (outcomes.has(place)) continue;
    const isTried = outcomes.size > settledBefore || failure !== undefined || waiting !== undefined;
    if (isTried && clock.now() >= endsAtMs) {
      await storeProgress();
      if (outcomes.size === settledBefore) break;
      await enqueueContinuation(deps, message, chooseLane(meanings));
      return 'left';
    }
    if (clock.now() - keptAtMs >= PROGRESS_EVERY_MS) await storeProgress();
    try {
      outcomes.set(place, await recordMeaning(deps, context, meaning));
    } catch (error) {
      const getsOn = outcomes.size > settledBefore;
      if (isRetryable(error, getsOn ? clock.now() : receivedAtMs, clock.now())) {
        waiting ??= error;
        // The source has asked for patience.
        if (retryAtMsOf(error) !== undefined) break;
      } else {
        failure ??= error;
        if (!OF_ONE_STATEMENT.has(errorCodeOf(error))) break;
      }
    }
  }
  if (failure === undefined && waiting === undefined)
    return statements.map((_, place) => outcomes.get(place) ?? '');
  if (waiting !== undefined || outcomes.size > settledBefore) await storeProgress();
  if (waiting === undefined) throw failure;
  await retryLookUpLater(deps, message, chooseLane(meanings), waiting);
  const { feed, source, deliveryId } = message;
  deps.log({ event: 'look-up-waits', feed, source, deliveryId, code: errorCodeOf(waiting) });
  return 'left';
}

function settledIn(progress: DeliveryProgress | undefined): Map<number, string> {
  return new Map([...(progress?.outcomes ?? []).entries(), ...(progress?.after ?? [])]);
}

function progressOf(policyHash: string, outcomes: ReadonlyMap<number, string>): DeliveryProgress {
  const settled = [...outcomes].toSorted(([a], [b]) => a - b);
  const first = settled.findIndex(([place], index) => place !== index);
  const count = first === -1 ? settled.length : first;
  return {
    policyHash,
    outcomes: settled.slice(0, count).map(([, outcome]) => outcome),
    ...(count === settled.length ? {} : { after: settled.slice(count) }),
  };
}

function retryAtMsOf(error: unknown): number | undefined {
  return error instanceof AppError ? error.retryAtMs : undefined;
}

/** Enqueues another message that goes on with a delivery. */
export async function enqueueContinuation(
  deps: Pick<RecordDeliveryStatementsDeps, 'queues' | 'log'>,
  { feed, source, deliveryId }: DeliveryMessage,
  lane: Lane,
): Promise<void> {
  deps.log({ event: 'delivery-goes-on', feed, source, deliveryId });
  await deps.queues.enqueueDelivery({ feed, source, deliveryId }, lane, CONTINUATION_DELAY_MS);
}

/** Retries when the source's Retry-After says so. Without one, or for longer, the sweep enqueues the message again. */
async function retryLookUpLater(
  deps: Pick<RecordDeliveryStatementsDeps, 'queues' | 'clock'>,
  message: DeliveryMessage,
  lane: Lane,
  error: unknown,
): Promise<void> {
  const waitMs = (retryAtMsOf(error) ?? Infinity) - deps.clock.now();
  if (waitMs <= LONGEST_RETRY_DELAY_MS) await deps.queues.enqueueDelivery(message, lane, Math.max(0, waitMs));
}

/** Records one statement and returns its outcome as one word. The policy decides what a source may cause. */
async function recordMeaning(
  deps: RecordDeliveryStatementsDeps,
  context: StatementContext,
  meaning: Meaning,
): Promise<string> {
  switch (meaning.kind) {
    case 'worker-event':
      return recordIfAllowed(deps, context, meaning.event);
    case 'access-request':
      if (meaning.request.unusable !== undefined) await context.keepUnusable(meaning.request.unusable);
      return keptIfLost(context, await recordAccessRequest(deps, context, meaning.request));
    case 'look-up': {
      const found = await lookUpWorker(deps, context, meaning.lookUp);
      if (found === 'worker-unknown') return keptIfLost(context, found);
      const outcomes: string[] = [];
      for (const event of found) outcomes.push(await recordIfAllowed(deps, context, event));
      return outcomes.join(', ') || 'nothing-said';
    }
    case 'ticket-look-up': {
      const confirmed = await confirmAccessRequests(deps, context, meaning.ticketId);
      if (typeof confirmed === 'string') return keptIfLost(context, confirmed);
      const outcomes: string[] = [];
      let failure: unknown;
      for (const one of confirmed)
        try {
          outcomes.push(await recordMeaning(deps, context, one));
        } catch (error) {
          if (!OF_ONE_STATEMENT.has(errorCodeOf(error))) throw error;
          failure ??= error;
        }
      if (outcomes.length < confirmed.length) throw failure;
      return outcomes.join(', ');
    }
    case 'withdrawal':
      return recordWithdrawal(deps, context, meaning.withdrawal);
    case 'unusable':
      await context.keepUnusable(meaning.fields);
      return 'unusable';
  }
}

/** What is followed nowhere though it was accepted: of the others the evidence tells, or that nothing was asked for. */
const LOST: Readonly<Record<string, FieldProblem>> = {
  'organization-not-allowed': {
    field: 'organization',
    problem: 'Must name one of the organizations that this source feeds',
  },
  'worker-unknown': { field: 'workerId', problem: "Is not known to the source's own API" },
  'ticket-unknown': { field: 'ticketId', problem: "Is not known to the source's own API" },
};

/** Has a delivery of a lost statement kept as a dead one, and returns the outcome. */
async function keptIfLost(context: StatementContext, outcome: string): Promise<string> {
  const problem = LOST[outcome];
  if (problem !== undefined) await context.keepUnusable([problem]);
  return outcome;
}

async function recordIfAllowed(
  deps: RecordDeliveryStatementsDeps,
  context: StatementContext,
  event: WorkerEvent,
): Promise<string> {
  if (event.unusable !== undefined) await context.keepUnusable(event.unusable);
  return context.source.may.has(event.kind)
    ? keptIfLost(context, await recordWorkerEvent(deps, context, event))
    : 'source-not-allowed';
}
