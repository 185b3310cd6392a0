import { channel } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

const started = channel('http.client.request.start');

/** Requests that this process sent, by host and port. */
export type RequestCount = Readonly<{ byHost: () => ReadonlyMap<string, number>; stop: () => void }>;

/** Listens to Node's own HTTP client, which the Azure SDKs use: nothing stands between it and whom it calls. */
export function countRequests(): RequestCount {
  const counts = new Map<string, number>();
  const listen = (message: unknown): void => {
    if (!isRequest(message)) return;
    const host = String(message.request.getHeader('host'));
    counts.set(host, (counts.get(host) ?? 0) + 1);
  };
  started.subscribe(listen);
  return {
    byHost: () => counts,
    stop: () => {
      started.unsubscribe(listen);
    },
  };
}

function isRequest(message: unknown): message is Readonly<{ request: ClientRequest }> {
  return typeof message === 'object' && message !== null && 'request' in message;
}
