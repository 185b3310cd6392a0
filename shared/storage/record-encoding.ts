import type { TransactionAction } from '@azure/data-tables';
import type { z } from 'zod';
import type { RecordPlace, RecordSeal } from '../domain/evidence/record-seal';
import { AppError } from '../errors';

/** A string property holds 32 K characters; longer JSON is split into chunks below that. */
const PIECE_LENGTH = 30_000;

/** Of the form that records are written in. A row without one was written as version 1. */
const SCHEMA_VERSION = 1;

/**
 * An entity holds 1 MiB, in which each character takes two bytes. The rest is for names, keys and the few properties
 * that stand beside a record.
 */
const LARGEST_RECORD_LENGTH = 500_000;

/** What a row is sealed with, where it stands, and what stands beside its record and is sealed with it. */
export type Sealing = RecordPlace & Readonly<{ seal: RecordSeal; beside?: string }>;

/**
 * Encodes a value as entity properties: its JSON in chunks, the version of its schema, and its seal.
 * @throws AppError `record-too-large` for one that no row holds, before anything is sent
 */
export function encodeRecord(value: unknown, sealing: Sealing): Record<string, string | number> {
  const json = onOneLine(JSON.stringify(value));
  if (json.length > LARGEST_RECORD_LENGTH)
    throw new AppError(
      'record-too-large',
      `A record has ${json.length} characters, and a row holds ${LARGEST_RECORD_LENGTH}`,
    );
  return {
    schemaVersion: SCHEMA_VERSION,
    seal: sealing.seal.of(sealing, sealedText(SCHEMA_VERSION, json, sealing)),
    ...inPieces('json', json),
  };
}

/**
 * A transaction goes over the wire as lines, and JSON leaves two separators of lines as they are: where one is taken for the end of a
 * line, the whole transaction is refused, for as long as somebody has a name with one.
 */
function onOneLine(json: string): string {
  return json.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`);
}

/** A long text as properties of an entity. */
export function inPieces(name: string, text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (let piece = 0, start = 0; start < text.length; piece += 1) {
    const end = start + PIECE_LENGTH - (isFirstHalf(text.charCodeAt(start + PIECE_LENGTH - 1)) ? 1 : 0);
    properties[`${name}${piece}`] = text.slice(start, end);
    start = end;
  }
  return properties;
}

/** The text whose pieces an entity has; empty where it has none. */
export function fromPieces(name: string, entity: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (let piece = 0; typeof entity[`${name}${piece}`] === 'string'; piece += 1)
    text += String(entity[`${name}${piece}`]);
  return text;
}

/** A transaction holds 100 rows and 4 MiB of JSON in UTF-8, with what frames each of them. */
const MOST_ROWS = 100;
const LARGEST_TRANSACTION_BYTES = 4 * 1024 * 1024;
const FRAME_BYTES = 1_024;

/** @throws AppError `record-too-large` for a transaction that storage would refuse, before anything is sent */
export function requireTransactionSize(actions: readonly TransactionAction[]): void {
  const bytes = actions.reduce(
    (sum, [, row]) => sum + FRAME_BYTES + Buffer.byteLength(JSON.stringify(row)),
    0,
  );
  if (actions.length > MOST_ROWS || bytes > LARGEST_TRANSACTION_BYTES)
    throw new AppError(
      'record-too-large',
      `A transaction has ${actions.length} rows of ${bytes} bytes, and storage takes ${MOST_ROWS} of ${LARGEST_TRANSACTION_BYTES}`,
    );
}

/**
 * Decodes and validates a value from entity properties.
 * @throws AppError `record-unreadable` when its seal does not fit, or the stored value is not of this shape, or of a version that is
 * not known here
 */
export function decodeRecord<S extends z.ZodType>(
  schema: S,
  entity: Readonly<Record<string, unknown>>,
  sealing: Sealing,
): z.output<S> {
  const { schemaVersion = SCHEMA_VERSION } = entity;
  if (typeof schemaVersion === 'number' && schemaVersion > SCHEMA_VERSION)
    throw new AppError('record-unreadable', 'A stored record was written by a newer version');
  if (schemaVersion !== SCHEMA_VERSION)
    throw new AppError('record-unreadable', 'A stored record does not say which version wrote it');
  const json = fromPieces('json', entity);
  if (!sealing.seal.fits(sealing, sealedText(schemaVersion, json, sealing), entity['seal']))
    throw new AppError('record-unreadable', 'A stored record is not as this application wrote it');
  const result = schema.safeParse(parseJson(json));
  if (!result.success)
    throw new AppError(
      'record-unreadable',
      `A stored record has another shape than expected: ${result.error.issues[0]?.path.join('.') ?? ''}`,
    );
  return result.data;
}

/** Whether a stored record is as it was written, whatever it says. */
export function isSealed(entity: Readonly<Record<string, unknown>>, sealing: Sealing): boolean {
  const { schemaVersion = SCHEMA_VERSION } = entity;
  if (typeof schemaVersion !== 'number') return false;
  const text = sealedText(schemaVersion, fromPieces('json', entity), sealing);
  return sealing.seal.fits(sealing, text, entity['seal']);
}

/** The seal of a stored record that goes on as it is, beside something else; nothing where the seal that it has does not fit. */
export function resealRecord(
  entity: Readonly<Record<string, unknown>>,
  before: Sealing,
  after: Sealing,
): Readonly<Record<string, string>> {
  if (!isSealed(entity, before)) return {};
  const { schemaVersion = SCHEMA_VERSION } = entity;
  return { seal: after.seal.of(after, sealedText(Number(schemaVersion), fromPieces('json', entity), after)) };
}

function sealedText(version: number, json: string, { beside = '' }: Sealing): string {
  return `${JSON.stringify([version, beside])}\n${json}`;
}

/** True for the first unit of a surrogate pair: a chunk must not split one, because storage does not keep half a character. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** undefined: the text is no JSON. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
