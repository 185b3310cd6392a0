import { z } from 'zod';
import { bodyInvalid, checkBody } from './check-body';
import { parseJsonBody } from './json-body';
import { parsePosted, type PostedBody } from './parse-posted-body';
import { instantOf } from './parse-sender-time';
import type { DeliveryHeaders } from './signature';

const Attribute = z.string().min(1).max(512);

const CloudEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: Attribute,
  source: Attribute,
  type: Attribute,
  subject: z.string().max(512).nullish(),
  time: z.string().max(40).nullish(),
  data: z.unknown(),
});

export type CloudEvent = Readonly<{
  id: string;
  source: string;
  type: string;
  subject: string | undefined;
  occurredAtMs: number;
  data: unknown;
}>;

const attributesInHeaders = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;

/** @throws AppError `body-invalid` when it is no CloudEvent 1.0 in the structured mode */
export function readCloudEvent(posted: PostedBody): CloudEvent {
  const { id, source, type, subject, time, data } = checkBody(CloudEventSchema, parsePosted(posted));
  const saidMs = time === undefined || time === null ? posted.receivedAtMs : instantOf(time);
  if (saidMs === undefined) throw bodyInvalid([{ field: 'time', problem: 'Must be a time with an offset' }]);
  return {
    id,
    source,
    type,
    subject: subject ?? undefined,
    occurredAtMs: saidMs,
    data,
  };
}

/**
 * The structured form of what came in the binary mode, where the attributes are headers: what is kept must not need them.
 * Names are those of the HTTP binding, section 3.1.3; anything else passes unchanged.
 *
 * @throws AppError `body-invalid`
 */
export function toStructured(posted: PostedBody, headers: DeliveryHeaders): PostedBody {
  if (posted.type !== 'application/json') return posted;
  const attributes = attributesInHeaders.flatMap((name) => {
    const value = headers.get(`ce-${name}`);
    return value === null ? [] : [[name, decodeHeader(value)] as const];
  });
  const event = { ...Object.fromEntries(attributes), data: parseJsonBody(posted.rawBody) };
  return { ...posted, type: 'application/cloudevents+json', rawBody: Buffer.from(JSON.stringify(event)) };
}

/** Perhaps a quoted string, then percent-encoded, once. */
function decodeHeader(value: string): string {
  const quoted = /^"(.*)"$/.exec(value)?.[1];
  const text = quoted === undefined ? value : quoted.replaceAll(/\\(.)/g, '$1');
  try {
    return decodeURIComponent(text);
  } catch {
    throw bodyInvalid([{ field: 'ce-*', problem: 'Must be percent-encoded UTF-8' }]);
  }
}
