import { countRequests } from '../sandbox/count-requests';

/** Requests that this process sent to a storage account, which bills each of them as one transaction. */
export type StorageCalls = Readonly<{ count: () => number; stop: () => void }>;

export function countStorageCalls(serviceUrls: readonly string[]): StorageCalls {
  const { byHost, stop } = countRequests();
  return { count: () => callsTo(serviceUrls, byHost()), stop };
}

/** Of requests by host and port, those to one of these services. */
export function callsTo(serviceUrls: readonly string[], byHost: ReadonlyMap<string, number>): number {
  const hosts = new Set(serviceUrls.map((url) => new URL(url).host));
  return [...hosts].reduce((sum, host) => sum + (byHost.get(host) ?? 0), 0);
}
