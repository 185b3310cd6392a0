import { parseFormBody } from './form-body';
import { parseJsonBody } from './json-body';
import { bodyInvalid } from './check-body';
import { parseXmlBody } from './xml-body';

/** Types of a body that are understood. */
export type BodyType =
  'application/json' | 'application/cloudevents+json' | 'application/x-www-form-urlencoded' | 'text/xml';

/** The stored form of a body: all that the meaning of a delivery depends on. */
export type PostedBody = Readonly<{ rawBody: Uint8Array; type: BodyType; receivedAtMs: number }>;

const utf8 = String.raw`\s*(?:;\s*charset\s*=\s*(?:"utf-8"|utf-8)\s*)?;?`;
const patterns = [
  ['application/json', new RegExp(`^application/json${utf8}$`, 'i')],
  ['application/cloudevents+json', new RegExp(String.raw`^application/cloudevents\+json${utf8}$`, 'i')],
  ['application/x-www-form-urlencoded', new RegExp(`^application/x-www-form-urlencoded${utf8}$`, 'i')],
  ['text/xml', new RegExp(`^(?:text|application)/xml${utf8}$`, 'i')],
] as const;

/** Parses a Content-Type header; undefined for another type, another charset, or two of anything. */
export function bodyTypeOf(contentType: string | null): BodyType | undefined {
  const text = contentType?.trim() ?? '';
  return patterns.find(([, pattern]) => pattern.test(text))?.[0];
}

/** A message of a few events, of which the parser makes many times as much. */
const MOST_XML_BYTES = 262_144;

/** How large a body of a type may be, whatever the app takes; no limit but that for most. */
export function mostBytesOf(type: BodyType | undefined): number {
  return type === 'text/xml' ? MOST_XML_BYTES : Infinity;
}

type ParsedBody = Pick<PostedBody, 'rawBody' | 'type'> & Readonly<{ value: unknown }>;

/** Only one, so that memory holds no more: the id, the meaning and the hash of a delivery are read one right after the other. */
let last: ParsedBody | undefined;

/**
 * The same for the same bytes, and not to be written to.
 * @throws AppError `body-invalid`, also for a list or a text: no sender says anything with one
 */
export function parsePosted({ rawBody, type }: Pick<PostedBody, 'rawBody' | 'type'>): unknown {
  if (last?.rawBody !== rawBody || last.type !== type)
    last = { rawBody, type, value: parseAs(type, rawBody) };
  return last.value;
}

function parseAs(type: BodyType, rawBody: Uint8Array): unknown {
  switch (type) {
    case 'application/x-www-form-urlencoded':
      return parseFormBody(rawBody);
    case 'text/xml':
      return parseXmlBody(rawBody);
    case 'application/json':
    case 'application/cloudevents+json':
      return requireObject(parseJsonBody(rawBody));
  }
}

function requireObject(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw bodyInvalid([{ field: '(body)', problem: 'Must be an object' }]);
}
