import type { z } from 'zod';
import { AppError } from '../errors';

/** A string property holds 32 K characters; a record is cut into pieces below that. */
const PIECE_LENGTH = 30_000;

/** Turns a value into entity properties: its JSON in pieces, and the version of its schema. */
export function encodeRecord(value: unknown): Record<string, string | number> {
  const json = JSON.stringify(value);
  const properties: Record<string, string | number> = { schemaVersion: 1 };
  for (let piece = 0, start = 0; start < json.length; piece += 1) {
    const end = start + PIECE_LENGTH - (isFirstHalf(json.charCodeAt(start + PIECE_LENGTH - 1)) ? 1 : 0);
    properties[`json${piece}`] = json.slice(start, end);
    start = end;
  }
  return properties;
}

/**
 * Reads a value back from entity properties.
 * @throws AppError `record-unreadable` when the stored value is not of this shape
 */
export function decodeRecord<S extends z.ZodType>(
  schema: S,
  entity: Readonly<Record<string, unknown>>,
): z.output<S> {
  let json = '';
  for (let piece = 0; typeof entity[`json${piece}`] === 'string'; piece += 1)
    json += String(entity[`json${piece}`]);
  const result = schema.safeParse(parseJson(json));
  if (!result.success)
    throw new AppError(
      'record-unreadable',
      `A stored record has another shape than expected: ${result.error.issues[0]?.path.join('.') ?? ''}`,
    );
  return result.data;
}

/** True for the first unit of a character that takes two: half a character is no text that storage must keep. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** True for "there is none" (404). */
export function isMissing(error: unknown): boolean {
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

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Runs a read; "there is none" is undefined. */
export async function ifPresent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const LARGEST_PAGE = 1_000;

/** Rows a few at a time where only a few are looked at: a page is 1,000 otherwise, whatever is made of it. */
export async function* inPages<T>(
  rows: Readonly<{ byPage: (settings: { maxPageSize: number }) => AsyncIterable<readonly T[]> }>,
  most: number,
): AsyncGenerator<T> {
  for await (const page of rows.byPage({ maxPageSize: Math.min(most + 1, LARGEST_PAGE) })) yield* page;
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
