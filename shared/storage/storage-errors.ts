import { AppError } from '../errors';

/** True for "there is none" (404). */
export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** True for "somebody was here first": the key exists (409) or the ETag is another one (412). */
export function isConflict(error: unknown): boolean {
  const status = statusOf(error);
  return status === 409 || status === 412;
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
}

/** Runs a read; "there is none" is undefined. */
export async function undefinedIfMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * The same store, whose failures are coded: whatever is not an error of ours becomes `storage-unavailable`, which callers
 * are told to try again after.
 */
export function coded<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        if (isAsyncIterable(result)) return codedItems(result);
        return result instanceof Promise ? result.catch(throwCoded) : result;
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

function throwCoded(error: unknown): never {
  if (error instanceof AppError) throw error;
  throw new AppError('storage-unavailable', 'Storage did not do what was asked', { cause: error });
}
