import type { ChangesMessage, DeliveryMessage, WorkQueues } from '../shared/storage/queues';

type VirtualMessage = Readonly<{ dueAtMs: number }> &
  (
    | Readonly<{ queue: 'deliveries'; message: DeliveryMessage }>
    | Readonly<{ queue: 'changes'; message: ChangesMessage }>
  );

/** Messages in the order of the simulated time, in which a delay of minutes passes at once. */
export type VirtualQueues = Readonly<{
  queues: WorkQueues;
  nextDueAtMs: () => number | undefined;
  /** Takes every message that is due, in the order in which they came to be. */
  takeDue: (nowMs: number) => readonly VirtualMessage[];
}>;

/**
 * Sends each message for real, so that it costs what it costs, and hands it out by the simulated time: the queue
 * service would hide a delayed one by the clock on the wall. What the Functions host pays to receive is not in it.
 */
export function createVirtualQueues(real: WorkQueues, nowMs: () => number): VirtualQueues {
  let waiting: readonly VirtualMessage[] = [];
  return {
    queues: {
      enqueueDelivery: async (message, lane, delayMs = 0) => {
        await real.enqueueDelivery(message, lane, delayMs);
        waiting = [...waiting, { queue: 'deliveries', message, dueAtMs: nowMs() + delayMs }];
      },
      enqueueChanges: async (message, delayMs = 0) => {
        await real.enqueueChanges(message, delayMs);
        waiting = [...waiting, { queue: 'changes', message, dueAtMs: nowMs() + Math.max(0, delayMs) }];
      },
      enqueueAudit: real.enqueueAudit,
    },
    nextDueAtMs: () =>
      waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueAtMs }) => dueAtMs)),
    takeDue: (atMs) => {
      const due = waiting.filter(({ dueAtMs }) => dueAtMs <= atMs);
      waiting = waiting.filter(({ dueAtMs }) => dueAtMs > atMs);
      return due.toSorted((a, b) => a.dueAtMs - b.dueAtMs);
    },
  };
}
