import type { Feed } from '../domain/policy';
import type { StorageAccount } from './storage-account';

/** Names of the queues; the functions' triggers and the senders share them. */
export const QUEUES = {
  deliveries: 'deliveries',
  urgentDeliveries: 'urgent-deliveries',
  changes: 'changes',
  audits: 'audits',
} as const;

export type DeliveryMessage = Readonly<{ feed: Feed; source: string; deliveryId: string }>;
export type ChangesMessage = Readonly<{ organization: string }>;
export type AuditMessage = Readonly<{ organization: string; night: string }>;

export type WorkQueues = Readonly<{
  /** Leavers and revokes have a queue of their own: they do not stand behind a morning of joiners. */
  enqueueDelivery: (message: DeliveryMessage, lane?: 'urgent' | 'normal', delayMs?: number) => Promise<void>;
  enqueueChanges: (message: ChangesMessage, delayMs?: number) => Promise<void>;
  enqueueAudit: (message: AuditMessage, delayMs?: number) => Promise<void>;
}>;

/** A message may hide for seven days; longer waits come back early and are put back. */
const LONGEST_DELAY_SECONDS = 7 * 24 * 3600 - 1;

/** Messages carry keys only: what they are about is read from the tables when they are handled. */
export function createWorkQueues(storage: Pick<StorageAccount, 'queue'>): WorkQueues {
  const send = async (name: string, message: unknown, delayMs = 0): Promise<void> => {
    const queue = await storage.queue(name);
    await queue.sendMessage(JSON.stringify(message), {
      visibilityTimeout: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(delayMs / 1000))),
    });
  };
  return {
    enqueueDelivery: async (message, lane, delayMs) =>
      send(lane === 'urgent' ? QUEUES.urgentDeliveries : QUEUES.deliveries, message, delayMs),
    enqueueChanges: async (message, delayMs) => send(QUEUES.changes, message, delayMs),
    enqueueAudit: async (message, delayMs) => send(QUEUES.audits, message, delayMs),
  };
}
