import { AppError } from '../errors';
import { coalesceWrites } from './coalesce-writes';
import type { StorageAccount } from './storage-account';
import type { Lane } from '../domain/lane';
import type { DeliveryKey } from '../domain/delivery';

/** Names of the queues; the functions' triggers and the senders share them. */
export const QUEUES = {
  deliveries: 'deliveries',
  urgentDeliveries: 'urgent-deliveries',
  changes: 'changes',
  audits: 'audits',
  notifications: 'notifications',
} as const;

/** `passedOn`: so often a deployment left it to another whose policy is in force. */
export type DeliveryMessage = DeliveryKey & Readonly<{ passedOn?: number | undefined }>;
/** As it is sent: deliveries that came together share a message. */
type DeliveriesMessage = DeliveryMessage & Readonly<{ others?: readonly string[] }>;
/** `booking` tells the message that a run was booked with from one that was replaced since, or that came twice. */
export type ChangesMessage = Readonly<{
  organization: string;
  booking?: string | undefined;
  passedOn?: number | undefined;
}>;
export type AuditMessage = Readonly<{ organization: string; night: string }>;

/** `attempt` counts the tries so far. */
export type NotificationMessage = Readonly<{
  organization: string;
  night: string;
  attempt?: number | undefined;
}>;

export type NotificationQueue = Readonly<{
  enqueueNotification: (message: NotificationMessage, delayMs?: number) => Promise<void>;
}>;

export type WorkQueues = Readonly<{
  /** Leavers and revokes have a queue of their own: they do not stand behind a morning of joiners. */
  enqueueDelivery: (message: DeliveryMessage, lane?: Lane, delayMs?: number) => Promise<void>;
  enqueueChanges: (message: ChangesMessage, delayMs?: number) => Promise<void>;
  enqueueAudit: (message: AuditMessage, delayMs?: number) => Promise<void>;
}>;

/** A message may hide for seven days; longer waits come back early and are put back. */
const LONGEST_DELAY_SECONDS = 7 * 24 * 3600 - 1;

/** Deliveries in one message: few enough to be processed well before the platform gives a message up. */
const DELIVERIES_TOGETHER = 20;

/** A message holds 64 KiB in Base64. */
const LARGEST_MESSAGE_BYTES = 48 * 1024;

/** Messages carry keys only: what they are about is read from the tables when they are handled. */
export function createWorkQueues(storage: Pick<StorageAccount, 'queue'>): WorkQueues & NotificationQueue {
  const send = async (name: string, message: unknown, delayMs = 0): Promise<void> => {
    const queue = await storage.queue(name);
    const text = JSON.stringify(message);
    if (Buffer.byteLength(text) > LARGEST_MESSAGE_BYTES)
      throw new AppError('record-too-large', `A message of the queue ${name} is too large to be sent`);
    await queue.sendMessage(text, {
      visibilityTimeout: Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(delayMs / 1000))),
    });
  };
  const coalescers = new Map<string, (message: DeliveryMessage) => Promise<void>>();
  const coalescerFor = (name: string, { feed, source }: DeliveryMessage) => {
    const key = `${name} ${feed} ${source}`;
    const known =
      coalescers.get(key) ?? coalesceWrites(DELIVERIES_TOGETHER, async (part) => sendTogether(name, part));
    coalescers.set(key, known);
    return known;
  };
  const sendTogether = async (name: string, part: readonly DeliveryMessage[]): Promise<readonly void[]> => {
    const [first, ...others] = part;
    if (first === undefined) return [];
    const message: DeliveriesMessage =
      others.length === 0 ? first : { ...first, others: others.map(({ deliveryId }) => deliveryId) };
    await send(name, message);
    return part.map(() => undefined);
  };
  return {
    enqueueDelivery: async (message, lane, delayMs) => {
      const name = lane === 'urgent' ? QUEUES.urgentDeliveries : QUEUES.deliveries;
      if (delayMs === undefined || delayMs === 0) await coalescerFor(name, message)(message);
      else await send(name, message, delayMs);
    },
    enqueueChanges: async (message, delayMs) => send(QUEUES.changes, message, delayMs),
    enqueueAudit: async (message, delayMs) => send(QUEUES.audits, message, delayMs),
    enqueueNotification: async (message, delayMs) => send(QUEUES.notifications, message, delayMs),
  };
}
