import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueClient } from '@azure/storage-queue';

export type HeldMessage = Readonly<{
  /** Ends the renewals and gives the receipt that is valid now. */
  release: () => Promise<string>;
}>;

/** Keeps a message hidden while its function runs, by a renewal at half of each lease. */
export function holdMessage(
  queue: QueueClient,
  message: Readonly<{ messageId: string; popReceipt: string }>,
  leaseSeconds: number,
  onLost: (error: unknown) => void,
): HeldMessage {
  const released = new AbortController();
  let { popReceipt } = message;

  const renew = async (): Promise<void> => {
    while (await elapsed(leaseSeconds * 500, released.signal)) {
      const renewed = await queue.updateMessage(message.messageId, popReceipt, undefined, leaseSeconds);
      popReceipt = renewed.popReceipt ?? popReceipt;
    }
  };
  const renewals = renew().catch(onLost);
  return {
    release: async () => {
      released.abort();
      await renewals;
      return popReceipt;
    },
  };
}

/** Waits; `false` when the wait was called off. */
export async function elapsed(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
