import { z } from 'zod';
import type { FieldProblem } from '../../domain/field-problem';
import { checkInWords } from '../../problems-in-words';
import { checkBody, fieldProblemsOf } from '../check-body';
import { bytesIdOf, contentHashOf, dedupeIdOf } from '../dedupe-id-from-content';
import { parsePosted, type PostedBody } from '../parse-posted-body';
import { eventNameAt, textAt, valueAt } from '../read-field-by-path';
import { dayOf } from '../parse-sender-time';
import { isDay } from '../employment-days';
import { note } from '../note-unusable';
import { saidAtMs, unusableMeanings } from '../read-members';
import type { Meaning, WebhookFormat } from '../webhook-format';
import { statementIdOf } from '../derive-worker-events';
import { tokenCredential } from './token-credential';
import { successFactorsKindOf } from './successfactors';

const mostEvents = 500;

const Text = z.string().min(1).max(200);
const PairSchema = z.object({ name: z.string(), value: z.string() });

/** One element of a name is no list to the parser, several are. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.union([z.array(item).max(mostEvents), item.transform((one) => [one])]);
}

const NotificationSchema = z.object({
  externalEventMeta: z.object({ externalEventId: Text.optional().catch(undefined), type: Text }),
  events: z.object({ event: listOf(z.unknown()) }),
});

/** A name and a value that are not as they should be keep none of the others. */
const EventSchema = z.object({
  eventId: Text.optional().catch(undefined),
  effectiveStartDate: z.string().max(40).optional().catch(undefined),
  entityKeys: z.object({ entityKey: listOf(z.unknown()) }).optional(),
  params: z.object({ param: listOf(z.unknown()) }).optional(),
});

type Event = z.output<typeof EventSchema>;

const PLACE = 'Envelope.Body.ExternalEvent';
const EnvelopeSchema = z.object({
  Envelope: z.object({ Body: z.object({ ExternalEvent: NotificationSchema }) }),
});

/** Whoever waits for the answer of a SOAP operation wants to read one. */
const RESPONSE =
  '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><ExternalEventResponse xmlns="http://notification.event.successfactors.com"/></soap:Body></soap:Envelope>';

/**
 * Event notifications and Intelligent Services of SAP SuccessFactors: a SOAP message that names people by id. What it tells of may
 * lie ahead, so the record is asked for as of the day it holds from.
 */
export const successFactorsSoapSource: WebhookFormat = {
  format: 'successfactors-soap',
  credential: tokenCredential,
  bodyTypes: ['text/xml'],
  fetchBack: 'needed',
  answer: () => ({ status: 200, contentType: 'text/xml; charset=utf-8', body: RESPONSE }),
  ownIds: true,
  contentOf,
  dedupeId: (posted) => {
    const { data } = EnvelopeSchema.safeParse(parsePosted(posted));
    const said = data?.Envelope.Body.ExternalEvent;
    const eventIds = said?.events.event.map((event) => textAt(event, 'eventId') ?? '');
    return dedupeIdOf(posted, said?.externalEventMeta.externalEventId, eventIds);
  },
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = successFactorsKindOf(eventNameAt(body, `${PLACE}.externalEventMeta.type`), mapping);
    if (kind === undefined) return 'ignored';
    const { externalEventMeta: meta, events } = checkBody(EnvelopeSchema, body).Envelope.Body.ExternalEvent;
    const unusable: FieldProblem[] = [];
    const publishedAtMs = saidAtMs(
      body,
      `${PLACE}.externalEventMeta.publishedAt`,
      { ...posted, zone: mapping.zone },
      unusable,
    );
    const content = contentHashOf(posted, contentOf(posted));
    const meanings = events.event.map((sent, index): Meaning => {
      const checked = checkInWords(EventSchema, sent);
      if (!checked.success) return { kind: 'unusable', fields: fieldProblemsOf(checked) };
      const event = checked.data;
      const workerId = workerIdIn(event);
      if (workerId === undefined)
        return { kind: 'unusable', fields: [{ field: 'entityKeys', problem: 'Must have a userId' }] };
      const said = dayOf(event.effectiveStartDate);
      const effectiveDay = said !== undefined && isDay(said) ? said : undefined;
      if (effectiveDay !== said)
        note(
          [{ field: `events[${index}].effectiveStartDate`, problem: 'Must be a date, such as 2026-12-31' }],
          unusable,
        );
      return {
        kind: 'look-up',
        lookUp: {
          id: statementIdOf(meta.externalEventId ?? bytesIdOf(posted), event.eventId ?? '', content),
          workerId,
          said: {
            kind,
            employmentChanged: kind === 'joiner',
            unproved: true,
            ...(effectiveDay === undefined ? {} : { effectiveDay }),
          },
          occurredAtMs: publishedAtMs,
          settledAtMs: posted.receivedAtMs,
        },
      };
    });
    return [...meanings, ...unusableMeanings(unusable)];
  },
};

/** What is posted again may be published later, and says that it is a repetition. */
function contentOf(posted: PostedBody): unknown {
  const body = parsePosted(posted);
  const said = EnvelopeSchema.safeParse(body).data?.Envelope.Body.ExternalEvent;
  if (said === undefined) return body;
  const members = ['entityType', 'effectiveStartDate', 'entityKeys', 'params'];
  const events = said.events.event.map((event) => members.map((member) => valueAt(event, member) ?? null));
  return [said.externalEventMeta.type, events];
}

function workerIdIn({ entityKeys, params }: Event): string | undefined {
  const pairs = [...(entityKeys?.entityKey ?? []), ...(params?.param ?? [])];
  const found = pairs
    .map((pair) => PairSchema.safeParse(pair).data)
    .find((pair) => pair?.name === 'userId' && pair.value !== '')?.value;
  return found === undefined || found.length > 100 ? undefined : found;
}
