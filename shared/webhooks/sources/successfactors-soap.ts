import { z } from 'zod';
import { bodyInvalid, checkBody } from '../check-body';
import { dedupeIdOf } from '../dedupe-id-from-content';
import { parsePosted } from '../parse-posted-body';
import { textAt } from '../read-field-by-path';
import { dayOf, instantOf } from '../parse-sender-time';
import type { Meaning, WebhookFormat } from '../webhook-format';
import { statementIdOf } from '../derive-worker-events';
import { tokenCredential } from './token-credential';
import { successFactorsKindOf } from './successfactors';

const mostEvents = 500;

const Text = z.string().min(1).max(200);
const Pair = z.object({ name: z.string(), value: z.string() });

/** One element of a name is no list to the parser, several are. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.union([z.array(item).max(mostEvents), item.transform((one) => [one])]);
}

const NotificationSchema = z.object({
  externalEventMeta: z.object({ externalEventId: Text, type: Text, publishedAt: Text }),
  events: z.object({
    event: listOf(
      z.object({
        eventId: Text,
        effectiveStartDate: z.string().max(40).optional(),
        entityKeys: z.object({ entityKey: listOf(Pair) }).optional(),
        params: z.object({ param: listOf(Pair) }).optional(),
      }),
    ),
  }),
});

type SoapNotification = z.output<typeof NotificationSchema>;
type Event = SoapNotification['events']['event'][number];

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
  dedupeId: (posted) => {
    const { data } = EnvelopeSchema.safeParse(parsePosted(posted));
    const said = data?.Envelope.Body.ExternalEvent;
    const eventIds = said?.events.event.map(({ eventId }) => eventId);
    return dedupeIdOf(posted, said?.externalEventMeta.externalEventId, eventIds);
  },
  parse: (posted, mapping) => {
    const body = parsePosted(posted);
    const kind = successFactorsKindOf(textAt(body, `${PLACE}.externalEventMeta.type`), mapping);
    if (kind === undefined) return 'ignored';
    const { externalEventMeta: meta, events } = checkBody(EnvelopeSchema, body).Envelope.Body.ExternalEvent;
    const publishedAtMs = instantOf(meta.publishedAt);
    if (publishedAtMs === undefined)
      throw bodyInvalid([
        { field: 'externalEventMeta.publishedAt', problem: 'Must be milliseconds since 1970' },
      ]);
    return events.event.map((event): Meaning => {
      const workerId = workerIdIn(event);
      if (workerId === undefined)
        return { kind: 'unusable', fields: [{ field: 'entityKeys', problem: 'Must have a userId' }] };
      const effectiveDay = dayOf(event.effectiveStartDate);
      return {
        kind: 'look-up',
        lookUp: {
          id: statementIdOf(meta.externalEventId, event.eventId),
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
  },
};

function workerIdIn({ entityKeys, params }: Event): string | undefined {
  const pairs = [...(entityKeys?.entityKey ?? []), ...(params?.param ?? [])];
  const found = pairs.find(({ name, value }) => name === 'userId' && value !== '')?.value;
  return found === undefined || found.length > 100 ? undefined : found;
}
