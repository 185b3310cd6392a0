import { channel } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

/** Requests that this process sent to a storage account, which bills each of them as one transaction. */
export type StorageCalls = Readonly<{ count: () => number; stop: () => void }>;

const started = channel('http.client.request.start');

/** Listens to Node's own HTTP client, which the storage SDK uses: nothing stands between it and the account. */
export function countStorageCalls(serviceUrls: readonly string[]): StorageCalls {
  const hosts = new Set(serviceUrls.map((url) => new URL(url).host));
  let calls = 0;
  const listen = (message: unknown): void => {
    if (isRequest(message) && hosts.has(String(message.request.getHeader('host')))) calls += 1;
  };
  started.subscribe(listen);
  return {
    count: () => calls,
    stop: () => {
      started.unsubscribe(listen);
    },
  };
}

function isRequest(message: unknown): message is Readonly<{ request: ClientRequest }> {
  return typeof message === 'object' && message !== null && 'request' in message;
}
