import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { LogLevel, TypedData } from './core-api';
import { elapsed, holdMessage } from './held-message';
import type { QueueSettings } from './host-json';
import { decodeText, toTriggerMetadata } from './queue-message';

const MIN_POLLING_MS = 100;

export type QueueListenerOptions = Readonly<{
  queue: QueueClient;
  poisonQueue: QueueClient;
  settings: QueueSettings;
  /** How long a message is hidden while its function runs, before the next renewal: what a crash costs in time. */
  leaseSeconds: number;
  run: (text: string, triggerMetadata: Readonly<Record<string, TypedData>>) => Promise<void>;
  log: (level: LogLevel, message: string) => void;
}>;

export type QueueListener = Readonly<{
  /** Takes no more messages and waits for those that are running. */
  stop: () => Promise<void>;
}>;

/**
 * The storage queue trigger: as many messages at once as `batchSize + newBatchThreshold`, polls that grow apart while
 * the queue is empty, failed messages back after `visibilityTimeout` and, after `maxDequeueCount` attempts, to the
 * poison queue.
 */
export function listenToQueue(options: QueueListenerOptions): QueueListener {
  const { queue, settings, leaseSeconds, log } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const receive = async (): Promise<readonly DequeuedMessageItem[]> => {
    try {
      const received = await queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: leaseSeconds,
      });
      return received.receivedMessageItems;
    } catch (error) {
      log('error', `the queue cannot be read: ${String(error)}`);
      return [];
    }
  };

  const poll = async (): Promise<void> => {
    let waitMs = MIN_POLLING_MS;
    while (!stopping.signal.aborted) {
      if (running.size > settings.newBatchThreshold) {
        await Promise.race(running);
        continue;
      }
      // Never broken off: what the queue had given out by then would stay hidden for a whole lease.
      const messages = await receive();
      for (const message of messages) {
        const processing = processMessage(options, message)
          .catch((error: unknown) => log('error', `message ${message.messageId}: ${String(error)}`))
          .finally(() => running.delete(processing));
        running.add(processing);
      }
      if (messages.length > 0) waitMs = MIN_POLLING_MS;
      else {
        await elapsed(waitMs, stopping.signal);
        waitMs = Math.min(waitMs * 2, Math.max(MIN_POLLING_MS, settings.maxPollingInterval * 1000));
      }
    }
  };

  const polling = poll();
  return {
    stop: async () => {
      stopping.abort();
      await polling;
      await Promise.all(running);
    },
  };
}

async function processMessage(options: QueueListenerOptions, message: DequeuedMessageItem): Promise<void> {
  const { queue, settings, leaseSeconds, log } = options;
  const text = decodeText(message.messageText, settings.messageEncoding);
  if (text === undefined) log('error', `message ${message.messageId} is not ${settings.messageEncoding}`);
  if (text === undefined || message.dequeueCount > settings.maxDequeueCount) {
    await moveToPoison(options, message, message.popReceipt);
    return;
  }
  const held = holdMessage(queue, message, leaseSeconds, (error) =>
    log('warning', `message ${message.messageId} is no longer held: ${String(error)}`),
  );
  const succeeded = await options.run(text, toTriggerMetadata(message, text)).then(
    () => true,
    () => false,
  );
  const popReceipt = await held.release();
  if (succeeded) await queue.deleteMessage(message.messageId, popReceipt);
  else if (message.dequeueCount >= settings.maxDequeueCount) await moveToPoison(options, message, popReceipt);
  else await queue.updateMessage(message.messageId, popReceipt, undefined, settings.visibilityTimeout);
}

/** Copied before it is deleted: a crash between the two doubles it, the other order would lose it. */
async function moveToPoison(
  { queue, poisonQueue, log }: QueueListenerOptions,
  message: DequeuedMessageItem,
  popReceipt: string,
): Promise<void> {
  await poisonQueue.createIfNotExists();
  await poisonQueue.sendMessage(message.messageText, { messageTimeToLive: -1 });
  await queue.deleteMessage(message.messageId, popReceipt);
  log('error', `message ${message.messageId} was moved to ${poisonQueue.name}`);
}
