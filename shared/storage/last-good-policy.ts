import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { StorageAccount } from './storage-account';

type Location =
  Readonly<{ kind: 'blob'; container: string; blob: string }> | Readonly<{ kind: 'file'; path: string }>;

const FRESH_MS = 60_000;

/**
 * Caches the policy for a minute. A version that cannot be read or parsed does not replace a good one: the last good
 * one stays in force and the fault is reported by `onFault`.
 * @throws AppError `policy-unavailable` or what `parse` throws, while there is no good version yet
 */
export function createPolicyStore<P>(
  options: Readonly<{
    storage: Pick<StorageAccount, 'container'>;
    location: Location;
    parse: (text: string, fileName: string) => P;
    clock: Pick<Clock, 'now'>;
    onFault: (error: unknown) => void;
  }>,
): () => Promise<P> {
  const { storage, location, parse, clock, onFault } = options;
  let good: Readonly<{ policy: P; text: string }> | undefined;
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<P> | undefined;

  const read = async (): Promise<string> => {
    try {
      if (location.kind === 'file') return await readFile(location.path, 'utf8');
      const container = await storage.container(location.container);
      return (await container.getBlockBlobClient(location.blob).downloadToBuffer()).toString('utf8');
    } catch (error) {
      throw new AppError('policy-unavailable', 'The policy file cannot be read', { cause: error });
    }
  };
  const refresh = async (): Promise<P> => {
    try {
      const text = await read();
      if (text !== good?.text) good = { text, policy: parse(text, fileNameOf(location)) };
    } catch (error) {
      if (good === undefined) throw error;
      onFault(error);
    }
    checkedAtMs = clock.now();
    return good.policy;
  };

  return async () => {
    if (good !== undefined && clock.now() - checkedAtMs < FRESH_MS) return good.policy;
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

function fileNameOf(location: Location): string {
  const path = location.kind === 'file' ? location.path : location.blob;
  return path.split(/[/\\]/).at(-1) ?? path;
}
