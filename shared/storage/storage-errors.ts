import { lostConnection } from '../domain/lost-connection';
import { AppError } from '../errors';

/** True for a 404: the entity does not exist. */
export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** True for an optimistic-concurrency conflict: the key exists already (409) or the ETag differs (412). */
export function isConflict(error: unknown): boolean {
  const status = statusOf(error);
  return status === 409 || status === 412;
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
}

/** Runs a read; undefined where the entity does not exist (404). */
export async function undefinedIfMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Wraps a store so that its failures have codes: every error that is not an `AppError` becomes `storage-unavailable`,
 * after which callers may retry.
 */
export function coded<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        if (isAsyncIterable(result)) return codedItems(result);
        return result instanceof Promise ? result.catch((error: unknown) => throwCoded(error)) : result;
      };
    },
  });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* codedItems(items: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* items;
  } catch (error) {
    throwCoded(error);
  }
}

/** `of`: which services of the account. @throws AppError `storage-unavailable`, or what was thrown where it has a code */
export function throwCoded(error: unknown, of?: string): never {
  if (error instanceof AppError) throw error;
  const which = of === undefined ? '' : ` (${of})`;
  throw new AppError('storage-unavailable', `Storage${which} did not do what was asked: ${reasonOf(error)}`, {
    cause: error,
    reason: [401, 403].includes(Number(statusOf(error))) ? 'storage-denied' : undefined,
  });
}

/** Never of the error's own message, which may hold an address with a signature. */
function reasonOf(error: unknown): string {
  const status = statusOf(error);
  if (typeof status !== 'number') return lostConnection(error);
  if (status === 401 || status === 403)
    return `it does not allow it: give the identity of this application the data roles of Blob, Queue and Table, and let this network through the firewall of the account (HTTP ${status})`;
  if (status === 404) return `what was asked for is not there (HTTP ${status})`;
  return status === 429 || status >= 500
    ? `it failed or has too much to do: try again later (HTTP ${status})`
    : `it refuses (HTTP ${status})`;
}
