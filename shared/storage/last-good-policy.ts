import { open } from 'node:fs/promises';
import type { Clock } from '../clock';
import { LONGEST_POLICY_BYTES } from '../domain/policy';
import { AppError } from '../errors';
import type { StorageAccount } from './storage-account';

type Location =
  Readonly<{ kind: 'blob'; container: string; blob: string }> | Readonly<{ kind: 'file'; path: string }>;

const FRESH_MS = 60_000;
const MOST_BYTES = LONGEST_POLICY_BYTES + 1;

/**
 * Caches the policy for a minute. A version that cannot be read or parsed does not replace a good one: the last good
 * one stays in force and the fault is reported by `onFault`. One that was refused is not parsed again. Of a file that is too large no more
 * is read than `parse` needs to refuse it.
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
  let bad: Readonly<{ text: string; error: unknown }> | undefined;
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<P> | undefined;

  const read = async (): Promise<string> => {
    try {
      if (location.kind === 'file') return await readFileAtMost(location.path);
      const blob = (await storage.container(location.container)).getBlockBlobClient(location.blob);
      const { contentLength = 0 } = await blob.getProperties();
      if (contentLength === 0) return '';
      return (await blob.downloadToBuffer(0, Math.min(contentLength, MOST_BYTES))).toString('utf8');
    } catch (error) {
      throw new AppError('policy-unavailable', 'The policy file cannot be read', { cause: error });
    }
  };
  const parseOnce = (text: string): P => {
    if (text === bad?.text) throw bad.error;
    try {
      return parse(text, fileNameOf(location));
    } catch (error) {
      bad = { text, error };
      throw error;
    }
  };
  const refresh = async (): Promise<P> => {
    try {
      const text = await read();
      if (text !== good?.text) good = { text, policy: parseOnce(text) };
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

async function readFileAtMost(path: string): Promise<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(MOST_BYTES);
    let length = 0;
    for (let read = 1; read > 0 && length < MOST_BYTES; length += read)
      ({ bytesRead: read } = await file.read(buffer, length, MOST_BYTES - length));
    return buffer.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}

function fileNameOf(location: Location): string {
  const path = location.kind === 'file' ? location.path : location.blob;
  return path.split(/[/\\]/).at(-1) ?? path;
}
