import type { z } from 'zod';
import { AppError } from '../errors';

/** A string property holds 32 K characters; longer JSON is split into chunks below that. */
const PIECE_LENGTH = 30_000;

/** Encodes a value as entity properties: its JSON in chunks, and the version of its schema. */
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
 * Decodes and validates a value from entity properties.
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

/** True for the first unit of a surrogate pair: a chunk must not split one, because storage does not keep half a character. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
