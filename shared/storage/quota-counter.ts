import type { Clock } from '../clock';
import type { Lane } from '../domain/lane';
import {
  allowanceOf,
  block,
  bucketStart,
  giveBack,
  remainingOf,
  spend,
  type HttpMethod,
  type QuotaRules,
  type QuotaState,
} from '../domain/plan/quota';
import { AppError } from '../errors';
import type { QuotaRow, StoredQuota } from './read-and-write-quota-row';

/** Several instances may write one row: how often a write is tried again after another instance was faster. */
const MAX_CONFLICTS = 20;

/** Counts the calls of one organization and method, for every lane and caller of this process. */
export type QuotaCounter = Readonly<{
  spend: (lane: Lane, count: number) => Promise<void>;
  blockUntil: (untilMs: number) => Promise<void>;
  remaining: (lane: Lane) => Promise<number>;
}>;

/** A change of the count; `settle` tells its caller, after the change was stored. */
type QuotaStep = (state: QuotaState, nowMs: number) => Readonly<{ state: QuotaState; settle: () => void }>;
type QueuedStep = Readonly<{
  step: QuotaStep;
  reject: (reason: unknown) => void;
  /** Takes a call that was paid for, if there is one. */
  settlePrepaid: () => boolean;
  lane: Lane | undefined;
}>;

/** Calls paid for in one go. They are worth nothing once their bucket has ended. */
type Prepaid = { readonly startMs: number; readonly size: number; left: number };

const unchanged: QuotaStep = (state) => ({ state, settle: () => undefined });

/** How many times as large as the first a block of calls paid in advance may become. */
const LARGEST_BLOCK = 4;
/** And what part of the calls that are left: other lanes and instances need some, too. */
const LARGEST_PART = 0.1;

/**
 * Steps that come in while a write is on its way share the next one, so parallel callers neither fight for the row
 * nor pay a transaction each. `blockSize` calls are paid in advance whenever the row is written anyway, and twice as many as before
 * where those were used within their bucket. What was not used when it ended is given back with the next write.
 */
export function createQuotaCounter(
  row: QuotaRow,
  rules: QuotaRules,
  options: Readonly<{ method: HttpMethod; blockSize: number; clock: Pick<Clock, 'now'> }>,
): QuotaCounter {
  const { method, blockSize, clock } = options;
  const prepaid = new Map<Lane, Prepaid>();
  let waiting: QueuedStep[] = [];
  let draining = false;
  let known: StoredQuota | undefined;

  /** Runs the steps on the stored count and stores the result. A write that took too long has bought nothing: its bucket is over. */
  const store = async (steps: readonly QuotaStep[]): Promise<void> => {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const before = known ?? (await row.read());
      known = before;
      const nowMs = clock.now();
      let { state } = before;
      const settlements = steps.map((step) => {
        const taken = step(state, nowMs);
        state = taken.state;
        return taken.settle;
      });
      if (state !== before.state) known = await row.write({ state, etag: before.etag });
      if (known === undefined) continue;
      if (clock.now() - nowMs > rules.safetyMs / 2)
        throw new AppError('storage-unavailable', `Storage took too long to count a ${method} call`);
      for (const settle of settlements) settle();
      return;
    }
    throw new AppError(
      'storage-conflict',
      `The ${method} quota was written by others ${MAX_CONFLICTS} times in a row`,
    );
  };

  const drain = async (): Promise<void> => {
    draining = true;
    while (waiting.length > 0) {
      const batch = waiting.filter((one) => !one.settlePrepaid());
      waiting = [];
      const lanes = blockSize > 0 ? new Set(batch.flatMap(({ lane }) => lane ?? [])) : [];
      try {
        const ended = [...prepaid.keys()].map(giveBackUnused);
        if (batch.length > 0)
          await store([...ended, ...batch.map(({ step }) => step), ...[...lanes].map(payAhead)]);
      } catch (error) {
        known = undefined;
        for (const { reject } of batch) reject(error);
      }
    }
    draining = false;
  };

  const enqueue = (entry: QueuedStep): void => {
    waiting.push(entry);
    if (!draining) void drain();
  };

  const takePrepaid = (lane: Lane, count: number): boolean => {
    const paid = prepaid.get(lane);
    if (paid === undefined || paid.left < count || paid.startMs !== bucketStart(rules, clock.now()))
      return false;
    paid.left -= count;
    return true;
  };

  /** Never again after a write whose answer is late or lost: it may be stored, and the calls would be given back twice. */
  const giveBackUnused = (lane: Lane): QuotaStep => {
    const paid = prepaid.get(lane);
    if (paid === undefined || paid.startMs === bucketStart(rules, clock.now())) return unchanged;
    prepaid.delete(lane);
    return (state) => ({
      state: paid.left === 0 ? state : giveBack(state, paid.startMs, paid.left),
      settle: () => undefined,
    });
  };

  const payAhead =
    (lane: Lane): QuotaStep =>
    (state, nowMs) => {
      const request = { method, lane, nowMs };
      const startMs = bucketStart(rules, nowMs);
      const before = prepaid.get(lane);
      const grown = before?.startMs === startMs ? before.size * 2 : blockSize;
      const left = remainingOf(state, rules, request);
      const most = Math.min(blockSize * LARGEST_BLOCK, Math.floor(left * LARGEST_PART));
      const size = Math.max(blockSize, Math.min(grown, most));
      const answer = size <= left ? spend(state, rules, { ...request, count: size }) : undefined;
      if (answer?.granted !== true) return { state, settle: () => undefined };
      const paid = { startMs, size, left: size };
      return { state: answer.state, settle: () => prepaid.set(lane, paid) };
    };

  return {
    spend: async (lane, count) => {
      if (count > allowanceOf(rules, method, lane))
        throw new RangeError(`${count} ${method} calls can never fit`);
      if (takePrepaid(lane, count)) return;
      await new Promise<void>((resolve, reject) => {
        const step: QuotaStep = (state, nowMs) => {
          const answer = spend(state, rules, { method, lane, count, nowMs });
          return answer.granted
            ? { state: answer.state, settle: resolve }
            : { state, settle: () => reject(exhausted(method, answer.retryAtMs)) };
        };
        const settlePrepaid = (): boolean => {
          const isPaid = takePrepaid(lane, count);
          if (isPaid) resolve();
          return isPaid;
        };
        enqueue({ step, reject, settlePrepaid, lane });
      });
    },
    blockUntil: async (untilMs) => {
      await new Promise<void>((resolve, reject) => {
        const settle = (): void => {
          prepaid.clear();
          resolve();
        };
        const step: QuotaStep = (state) => ({ state: block(state, untilMs), settle });
        enqueue({ step, reject, settlePrepaid: () => false, lane: undefined });
      });
    },
    remaining: async (lane) => {
      const { state } = await row.read();
      return remainingOf(state, rules, { method, lane, nowMs: clock.now() });
    },
  };
}

function exhausted(method: HttpMethod, retryAtMs: number): AppError {
  return new AppError(
    'quota-exhausted',
    `Our share of UiPath's ${method} calls is used up until ${new Date(retryAtMs).toISOString()}`,
    { retryAtMs },
  );
}
