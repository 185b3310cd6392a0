import type { ContainerClient } from '@azure/storage-blob';
import { lostConnection } from '../../domain/lost-connection';
import { AppError } from '../../errors';
import { isConflict } from '../storage-errors';

/** `different`: another text is there under this name, and stays; an empty one where it cannot be read. */
type PutOutcome = Readonly<{ kind: 'written' | 'there' } | { kind: 'different'; found: string }>;

/** `hidden`: so many other texts have the names of larger logs, or some that cannot be read, that it was not found. */
type NewestNote = Readonly<{ kind: 'kept'; note: string } | { kind: 'none' } | { kind: 'hidden' }>;

/** A container elsewhere that keeps checkpoints of logs: a blob for each, written once. */
export type CheckpointPlace = Readonly<{
  /** @throws AppError `checkpoint-refused`, `checkpoint-unavailable` */
  put: (
    address: string,
    checkpoint: Readonly<{ origin: string; size: number; note: string }>,
  ) => Promise<PutOutcome>;
  /** The one of the largest log that is kept there, of those that `isKept`. @throws as `put` */
  newest: (
    address: string,
    origin: string,
    isKept: (note: string, size: number) => boolean,
  ) => Promise<NewestNote>;
}>;

const TIMEOUT_MS = 15_000;
const LARGEST_BYTES = 10_000;
const SIZE_DIGITS = 16;
/** Whoever may write there may put anything beside what is kept. */
const MOST_READ = 100;

/** `open` opens a container by its address, with the identity of the application. The container is made by whoever owns it. */
export function createCheckpointPlace(open: (address: string) => ContainerClient): CheckpointPlace {
  return {
    put: async (address, { origin, size, note }) =>
      coded(async () => {
        const container = open(address);
        const name = nameOf(origin, size);
        try {
          await container.getBlockBlobClient(name).upload(note, Buffer.byteLength(note), {
            conditions: { ifNoneMatch: '*' },
            blobHTTPHeaders: { blobContentType: 'text/plain; charset=utf-8' },
            abortSignal: AbortSignal.timeout(TIMEOUT_MS),
          });
          return { kind: 'written' };
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
        const found = (await readIfReadable(container, name)) ?? '';
        return found === note ? { kind: 'there' } : { kind: 'different', found };
      }),
    newest: async (address, origin, isKept) =>
      coded(async () => {
        const container = open(address);
        const names: string[] = [];
        const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
        for await (const { name } of container.listBlobsFlat({ prefix: `${origin}/`, abortSignal }))
          if (isName(name, origin)) names.push(name);
        const newestFirst = names.toSorted().toReversed();
        let isHidden = names.length > MOST_READ;
        for (const name of newestFirst.slice(0, MOST_READ)) {
          const note = await readIfReadable(container, name, abortSignal);
          if (note === undefined) isHidden = true;
          else if (isKept(note, Number(name.slice(origin.length + 1)))) return { kind: 'kept', note };
        }
        return { kind: isHidden ? 'hidden' : 'none' };
      }),
  };
}

/** In the order of sizes. */
function nameOf(origin: string, size: number): string {
  return `${origin}/${String(size).padStart(SIZE_DIGITS, '0')}`;
}

function isName(name: string, origin: string): boolean {
  return new RegExp(`^\\d{${SIZE_DIGITS}}$`).test(name.slice(origin.length + 1));
}

async function coded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new AppError(
      isRefusal(cause) ? 'checkpoint-refused' : 'checkpoint-unavailable',
      `The container for checkpoints does not take one: ${whyOf(cause)}`,
      { cause },
    );
  }
}

/** 0: there was no answer. */
function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 0;
}

function whyOf(error: unknown): string {
  const status = statusOf(error);
  return status === 0 ? lostConnection(error) : `HTTP ${status}`;
}

function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  const isPassing = status === 408 || status === 429 || status >= 500;
  return status >= 400 && !isPassing;
}

/**
 * undefined: it is refused, as one that is archived, or was encrypted with a key of whoever put it there. Whoever may add a blob must
 * not keep the others from being read by it.
 */
async function readIfReadable(
  container: ContainerClient,
  name: string,
  abortSignal?: AbortSignal,
): Promise<string | undefined> {
  try {
    return await read(container, name, abortSignal);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

async function read(
  container: ContainerClient,
  name: string,
  abortSignal = AbortSignal.timeout(TIMEOUT_MS),
): Promise<string> {
  const blob = container.getBlockBlobClient(name);
  const { contentLength = 0 } = await blob.getProperties({ abortSignal });
  if (contentLength === 0) return '';
  const bytes = await blob.downloadToBuffer(0, Math.min(contentLength, LARGEST_BYTES), { abortSignal });
  return bytes.toString('utf8');
}
