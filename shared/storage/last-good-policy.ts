import type { BlockBlobClient } from '@azure/storage-blob';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Clock } from '../clock';
import { HOUR_MS } from '../domain/durations';
import { LONGEST_POLICY_BYTES } from '../domain/policy';
import { writingOf } from '../domain/policy-succession';
import { saidInMetadata, type PolicyOrigin, type PolicyVersion } from '../domain/policy-version';
import { AppError } from '../errors';
import type { StorageAccount } from './storage-account';
import { isConflict } from './storage-errors';

type Location =
  Readonly<{ kind: 'blob'; container: string; blob: string }> | Readonly<{ kind: 'file'; path: string }>;

const FRESH_MS = 60_000;
/** Whoever finds another version on record looks whether the file says it, and others may find the same at the same time. */
const LOOKED_AGAIN_MS = 5_000;
const MOST_BYTES = LONGEST_POLICY_BYTES + 1;

const READ_ATTEMPTS = 3;

export type PolicyStore<P> = Readonly<{
  inForce: () => Promise<P>;
  /** The same, and the file is read again where that was longer ago than a few seconds: another version was found on record. */
  lookAgain: () => Promise<P>;
  /** The same, and while none is in force yet what the file says: to tell what keeps it from coming into force. */
  asRead: () => Promise<P>;
  /** How the file stands to what is in force in this process; nothing is brought into force. @throws AppError `policy-unavailable` */
  standing: () => Promise<PolicyStanding>;
}>;

/** `kept`: the file cannot come into force for this error, and the version before it stays. `newer`: it comes into force within a minute. */
export type PolicyStanding =
  Readonly<{ kind: 'in-force' }> | Readonly<{ kind: 'kept'; error: unknown }> | Readonly<{ kind: 'newer' }>;

type ReadPolicy = Readonly<{ text: string; origin: PolicyOrigin }>;

/**
 * Caches the policy for a minute. A version that cannot be read or parsed, or cannot be brought into force, does not replace a good one:
 * the last good one stays in force and the fault is reported by `onFault`. One that was refused is not parsed again. Of a file that is too
 * large no more is read than `parse` needs to refuse it. `bringIntoForce` comes before a version is handed out: at the start, with each
 * change, each time the file is written again, after each failure, and once an hour while the file still says it, as another process may have recorded one that never came into force.
 * @throws AppError `policy-unavailable` or what `parse` and `bringIntoForce` throw, while there is no good version yet
 */
export function createPolicyStore<P>(
  options: Readonly<{
    storage: Pick<StorageAccount, 'container'>;
    location: Location;
    parse: (text: string, fileName: string) => P;
    bringIntoForce: (version: PolicyVersion, policy: P) => Promise<void>;
    clock: Pick<Clock, 'now'>;
    onFault: (error: unknown) => void;
  }>,
): PolicyStore<P> {
  const { storage, location, parse, bringIntoForce, clock, onFault } = options;
  type Parsed = ReadPolicy & Readonly<{ policy: P }>;
  let good: Parsed | undefined;
  let pending: Parsed | undefined;
  let bad: Readonly<{ text: string; error: unknown }> | undefined;
  let unsettled: typeof bad;
  let settled: Readonly<{ writing: string; text: string; atMs: number }> | undefined;
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<P> | undefined;

  /** A clock that was put back makes nothing fresh for longer. */
  const isWithin = (sinceMs: number, forMs: number): boolean => {
    const ageMs = clock.now() - sinceMs;
    return ageMs >= 0 && ageMs < forMs;
  };
  const read = async (): Promise<ReadPolicy> => {
    try {
      if (location.kind === 'file') return await readFileAtMost(location.path);
      const blob = (await storage.container(location.container)).getBlockBlobClient(location.blob);
      return await readBlobAtMost(blob, `${location.container}/${location.blob}`);
    } catch (error) {
      throw new AppError('policy-unavailable', 'The policy file cannot be read', { cause: error });
    }
  };
  const readNext = async (): Promise<Parsed> => {
    const found = await read();
    const { text } = found;
    if (text === bad?.text) throw bad.error;
    const known = [good, pending].find((one) => one?.text === text);
    if (known !== undefined) {
      // The same text may have been written once more.
      const again = { ...known, origin: found.origin };
      if (known === pending) pending = again;
      return again;
    }
    try {
      pending = { ...found, policy: parse(text, fileNameOf(location)) };
      return pending;
    } catch (error) {
      bad = { text, error };
      throw error;
    }
  };
  const settle = async ({ text, origin, policy }: Parsed, wasRead: boolean): Promise<void> => {
    if (settled?.text === text && !wasRead) return;
    const hash = createHash('sha256').update(text).digest('hex');
    const writing = writingOf({ hash, origin });
    if (settled?.writing === writing && isWithin(settled.atMs, HOUR_MS)) return;
    settled = undefined;
    await bringIntoForce({ hash, text, origin }, policy);
    settled = { writing, text, atMs: clock.now() };
  };
  const refresh = async (): Promise<P> => {
    let next = good;
    let wasRead = false;
    try {
      next = await readNext();
      wasRead = true;
    } catch (error) {
      if (next === undefined) throw error;
      onFault(error);
    }
    try {
      await settle(next, wasRead);
      good = next;
      unsettled = undefined;
    } catch (error) {
      unsettled = { text: next.text, error };
      if (good === undefined) throw error;
      onFault(error);
    }
    checkedAtMs = clock.now();
    return good.policy;
  };

  const readWithin = async (freshMs: number): Promise<P> => {
    if (good !== undefined && isWithin(checkedAtMs, freshMs)) return good.policy;
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const inForce = async (): Promise<P> => readWithin(FRESH_MS);
  const standing = async (): Promise<PolicyStanding> => {
    const { text } = await read();
    if (text === good?.text) return { kind: 'in-force' };
    const known = [bad, unsettled].find((one) => one?.text === text);
    if (known !== undefined) return { kind: 'kept', error: known.error };
    try {
      parse(text, fileNameOf(location));
      return { kind: 'newer' };
    } catch (error) {
      return { kind: 'kept', error };
    }
  };
  return {
    inForce,
    lookAgain: async () => readWithin(LOOKED_AGAIN_MS),
    asRead: async () => (good === undefined ? (await readNext()).policy : inForce()),
    standing,
  };
}

/** What is told of a blob belongs to what was read: where it is replaced meanwhile it is read again. */
async function readBlobAtMost(blob: BlockBlobClient, name: string): Promise<ReadPolicy> {
  for (let attempt = 1; ; attempt += 1) {
    const { contentLength = 0, etag, lastModified, versionId, metadata = {} } = await blob.getProperties();
    const said = saidInMetadata(metadata);
    const origin: PolicyOrigin = {
      kind: 'blob',
      name,
      ...(lastModified === undefined ? {} : { modifiedMs: lastModified.getTime() }),
      ...(etag === undefined ? {} : { etag }),
      ...(versionId === undefined ? {} : { versionId }),
      ...(said === undefined ? {} : { said }),
    };
    if (contentLength === 0) return { text: '', origin };
    try {
      const conditions = etag === undefined ? {} : { ifMatch: etag };
      const bytes = await blob.downloadToBuffer(0, Math.min(contentLength, MOST_BYTES), { conditions });
      return { text: bytes.toString('utf8'), origin };
    } catch (error) {
      if (!isConflict(error) || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

async function readFileAtMost(path: string): Promise<ReadPolicy> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(MOST_BYTES);
    let length = 0;
    for (let read = 1; read > 0 && length < MOST_BYTES; length += read)
      ({ bytesRead: read } = await file.read(buffer, length, MOST_BYTES - length));
    const { mtimeMs } = await file.stat();
    const origin: PolicyOrigin = { kind: 'file', name: lastPartOf(path), modifiedMs: Math.floor(mtimeMs) };
    return { text: buffer.toString('utf8', 0, length), origin };
  } finally {
    await file.close();
  }
}

function fileNameOf(location: Location): string {
  return lastPartOf(location.kind === 'file' ? location.path : location.blob);
}

function lastPartOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
