import type { ContainerClient } from '@azure/storage-blob';
import { lostConnection } from '../../domain/lost-connection';
import { AppError } from '../../errors';
import { isConflict } from '../storage-errors';

/** `different`: another text is there under this name, and stays. */
type PutOutcome = Readonly<{ kind: 'written' | 'there' } | { kind: 'different'; found: string }>;

/** `hidden`: so many other texts have the names of larger logs that it was not looked for any further. */
type NewestNote = Readonly<{ kind: 'kept'; note: string } | { kind: 'none' | 'hidden' }>;

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
        const found = await read(container, name);
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
        for (const name of newestFirst.slice(0, MOST_READ)) {
          const note = await read(container, name, abortSignal);
          if (isKept(note, Number(name.slice(origin.length + 1)))) return { kind: 'kept', note };
        }
        return { kind: names.length > MOST_READ ? 'hidden' : 'none' };
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
    const status =
      typeof cause === 'object' && cause !== null && 'statusCode' in cause ? Number(cause.statusCode) : 0;
    const isPassing = status === 408 || status === 429 || status >= 500;
    const isRefused = status >= 400 && !isPassing;
    throw new AppError(
      isRefused ? 'checkpoint-refused' : 'checkpoint-unavailable',
      `The container for checkpoints does not take one: ${status === 0 ? lostConnection(cause) : `HTTP ${status}`}`,
      { cause },
    );
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
