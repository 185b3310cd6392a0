import { z } from 'zod';
import type { FieldProblem } from '../domain/field-problem';
import { AppError } from '../errors';
import { bodyInvalid, bodyProblemsOf, checkBody } from './check-body';
import { parseJsonBody } from './json-body';
import { parsePosted, type PostedBody } from './parse-posted-body';
import { bytesIdOf } from './dedupe-id-from-content';
import { isAt } from './read-field-by-path';
import { saidAtOf } from './parse-sender-time';
import { usableAt, type Arrival } from './read-members';
import type { DeliveryHeaders } from './signature';

const Attribute = z.string().min(1).max(512);

const CloudEventSchema = z.object({
  specversion: z.literal('1.0'),
  type: Attribute,
  data: z.unknown().optional(),
  data_base64: z.base64().nullish(),
});

const SubjectSchema = z.string().max(512).nullish();
const TypeSchema = z
  .string()
  .max(200)
  .regex(/^[^\s/;]+\/[^\s/;]+\s*(?:;|$)/, 'Must be a media type')
  .nullish();
const timeSchemaOf = (arrival: Arrival) =>
  z
    .string()
    .max(80)
    .transform((text) => timestampOf(text, arrival))
    .pipe(z.number({ error: 'Must be a time, such as 2026-12-01T08:00:00Z' }))
    .nullish();

export type CloudEvent = Readonly<{
  id: string;
  source: string;
  type: string;
  subject: string | undefined;
  occurredAtMs: number;
  data: unknown;
  /** Attributes that cannot be used, beside the type and the data. Without a usable time it occurred when it arrived. */
  unusable: readonly FieldProblem[];
}>;

const attributesInHeaders = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;

/**
 * A CloudEvent 1.0 in any form that its JSON format (version 1.0.2) has: attributes that are null are unset, data may be Base64. A time
 * without an offset, which the specification does not know, is of the zone of its source.
 * @throws AppError `body-invalid` when it is none in the structured mode
 */
export function readCloudEvent(posted: PostedBody, zone?: Arrival['zone']): CloudEvent {
  const body = parsePosted(posted);
  const event = checkBody(CloudEventSchema, body);
  const unusable: FieldProblem[] = [];
  const id = usableAt(body, 'id', Attribute, unusable) ?? bytesIdOf(posted);
  const source = usableAt(body, 'source', Attribute, unusable) ?? '';
  const subject = usableAt(body, 'subject', SubjectSchema, unusable);
  const { receivedAtMs } = posted;
  const saidMs = usableAt(body, 'time', timeSchemaOf({ receivedAtMs, zone }), unusable) ?? receivedAtMs;
  const dataType = usableAt(body, 'datacontenttype', TypeSchema, unusable);
  return {
    id,
    source,
    type: event.type,
    subject: subject ?? undefined,
    occurredAtMs: saidMs,
    data: dataOf(event, dataType),
    unusable,
  };
}

/** RFC 3339 has small letters too, fractions of any length, and leap seconds. */
function timestampOf(time: string, arrival: Arrival): number | undefined {
  const upper = time.toUpperCase().replace(/(\.\d{9})\d+/, '$1');
  return saidAtOf(upper.replace(/:60(?=[.Z+-]|$)/, ':59'), arrival, arrival);
}

const json = /^[^;/]+\/(?:json|[^;/]+\+json)\s*(?:;|$)/i;

/** Data that is not JSON has no fields: what needs one misses it. @throws AppError `body-invalid` */
function dataOf(
  { data, data_base64: encoded }: z.output<typeof CloudEventSchema>,
  dataType: string | null | undefined,
): unknown {
  const isJson = json.test(dataType ?? 'application/json');
  if (encoded === undefined || encoded === null) return isJson ? data : undefined;
  if (data !== undefined && data !== null)
    throw bodyInvalid([{ field: 'data_base64', problem: 'Must not stand beside data' }]);
  return isJson ? parseJsonBody(Buffer.from(encoded, 'base64')) : undefined;
}

/**
 * The structured form of what came in the binary mode, where the attributes are headers: what is kept must not need them.
 * Names are those of the HTTP binding, section 3.1.3; anything else passes unchanged.
 *
 * @throws AppError `content-type-unsupported` for an event that came under the content type of another mode
 */
export function toStructured(posted: PostedBody, headers: DeliveryHeaders): PostedBody {
  if (posted.type !== 'application/json') return posted;
  const data = dataIn(posted);
  if (headers.get('ce-specversion') === null) refuseOtherModes('data' in data ? data.data : undefined);
  const attributes = attributesInHeaders.flatMap((name) => {
    const value = headers.get(`ce-${name}`);
    return value === null ? [] : [[name, decodeHeader(value)] as const];
  });
  const event = { ...Object.fromEntries(attributes), ...data };
  return { ...posted, type: 'application/cloudevents+json', rawBody: Buffer.from(JSON.stringify(event)) };
}

/** What cannot be read is kept as it came, beside attributes that can. */
function dataIn({ rawBody }: PostedBody): Readonly<{ data: unknown }> | Readonly<{ data_base64: string }> {
  try {
    return { data: parseJsonBody(rawBody) };
  } catch (error) {
    bodyProblemsOf(error);
    return { data_base64: Buffer.from(rawBody).toString('base64') };
  }
}

/** Whoever sets up a sender is told which switch is wrong, and not that attributes are missing. */
function refuseOtherModes(body: unknown): void {
  const event: unknown = Array.isArray(body) ? body[0] : body;
  if (isAt(event, 'specversion'))
    throw new AppError(
      'content-type-unsupported',
      'A CloudEvent under application/json has its attributes as headers; one with them in the body is sent, alone, as application/cloudevents+json',
    );
  if (isAt(event, 'eventType') && isAt(event, 'eventTime'))
    throw new AppError(
      'content-type-unsupported',
      "Event Grid's own schema under application/json is not taken: choose Cloud Event Schema v1.0, which is sent as application/cloudevents+json",
    );
}

/** Perhaps a quoted string, then percent-encoded, once. What is not is no text of an attribute, and kept as it came. */
function decodeHeader(value: string): string | Readonly<{ header: string }> {
  const quoted = /^"(.*)"$/.exec(value)?.[1];
  const text = quoted === undefined ? value : quoted.replaceAll(/\\(.)/g, '$1');
  try {
    return decodeURIComponent(text);
  } catch {
    return { header: value };
  }
}
