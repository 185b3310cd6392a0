import { z } from 'zod';
import type { Effective, WorkerEvent, WorkerEventKind } from '../../domain/ledger/worker-event';
import { ABSENT } from '../../domain/ledger/worker-timeline';
import { bodyInvalid } from '../check-body';
import { idText } from '../id-schemas';
import { boundByArrival } from './bound-by-arrival';
import { email, envelope, instant, localDate, optionalText, timeZone } from './field-schemas';

const mostAttributes = 64;

/** Names that every object answers to, such as `constructor`, would be found where nobody set them. */
const attributeName = z
  .string()
  .regex(/^\p{L}[\p{L}\p{N} _.-]{0,63}$/u, 'Must be a name of letters, digits, blanks and _ . -')
  .refine((name) => !(name in {}), 'Must be another name');

const attributes = z
  .record(attributeName, optionalText(256).nullable())
  .refine(
    (values) => Object.keys(values).length <= mostAttributes,
    `Must not have more than ${mostAttributes}`,
  )
  .meta({
    maxProperties: mostAttributes,
    description:
      'What birthright lines look at: department, title, and so on. An empty text or null is reported as blanked and never taken for a value.',
  });

const worker = z
  .object({
    email: email().describe('The address the person has, or will have, in the directory.'),
    workerId: idText(128).nullish().describe('The id of one employment in the HR system.'),
    personId: idText(128)
      .nullish()
      .describe(
        'The id of the human behind several workerId. A new record of somebody who has left is theirs, whatever its address. Counts beside workerId.',
      ),
    timeZone: timeZone()
      .nullish()
      .describe('IANA name. Days begin and end there; without it in the time zone of the organization.'),
  })
  .describe('Who it is about.');

const starting = {
  ...envelope,
  worker,
  effectiveAt: instant().nullish().describe('From this instant. Not together with effectiveDate.'),
  effectiveDate: localDate()
    .nullish()
    .describe('From the start of this day where the worker is. Without either: at once.'),
} as const;

const Joined = z
  .object({ type: z.literal('worker.joined'), ...starting, attributes: attributes.optional() })
  .describe('Somebody starts, or comes back.');

const Moved = z
  .object({ type: z.literal('worker.moved'), ...starting, attributes })
  .describe('Attributes of somebody change. Those that are not named stay as they were.');

const Absent = z
  .object({ type: z.literal('worker.absent'), ...starting })
  .describe('A leave of absence begins. The policy says whether access rests until the return.');

const Returned = z
  .object({ type: z.literal('worker.returned'), ...starting })
  .describe('A leave of absence ends.');

const notForLeavers = z
  .null({ error: 'Must not be there: a leaver has lastWorkingDay and terminationDate' })
  .optional();

const Left = z
  .object({
    type: z.literal('worker.left'),
    ...envelope,
    worker,
    lastWorkingDay: localDate().nullish().describe('The last day on which the person works.'),
    terminationDate: localDate().nullish().describe('The last day of the contract.'),
    immediate: z.boolean().nullish().describe('True: access ends now, whatever the dates say.'),
    effectiveAt: notForLeavers,
    effectiveDate: notForLeavers,
  })
  .describe(
    'Somebody leaves. At least one of lastWorkingDay, terminationDate and immediate: true. The policy says which of two dates ends access.',
  );

export const WorkerEventBodySchema = z.discriminatedUnion('type', [Joined, Moved, Absent, Returned, Left]);

type WorkerEventBody = z.output<typeof WorkerEventBodySchema>;

const kinds = {
  'worker.joined': 'joiner',
  'worker.moved': 'mover',
  'worker.absent': 'mover',
  'worker.returned': 'mover',
  'worker.left': 'leaver',
} as const satisfies Record<WorkerEventBody['type'], WorkerEventKind>;

/** @throws `body-invalid` when the fields contradict each other, or what may give access is said from the future */
export function toWorkerEvent(body: WorkerEventBody, receivedAtMs: number): WorkerEvent {
  const sent = Object.entries(sentAttributes(body));
  if (body.type === 'worker.moved' && sent.length === 0)
    throw bodyInvalid([{ field: 'attributes', problem: 'Must name at least one attribute' }]);
  return {
    id: body.id,
    kind: kinds[body.type],
    organization: body.organization ?? undefined,
    worker: {
      email: body.worker.email,
      workerId: body.worker.workerId ?? undefined,
      personId: body.worker.personId ?? undefined,
      timeZone: body.worker.timeZone ?? undefined,
    },
    occurredAtMs: boundByArrival(body.occurredAt, 'occurredAt', {
      receivedAtMs,
      endsAccess: body.type === 'worker.left' || body.type === 'worker.absent',
    }),
    effective: body.type === 'worker.left' ? toLeaving(body) : toStart(body),
    attributes: Object.fromEntries(
      sent.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value]])),
    ),
    blanked: sent.flatMap(([name, value]) => (value === null || value === '' ? [name] : [])),
  };
}

/** A leave of absence is kept like an attribute, under a name that no sender can use. */
function sentAttributes(body: WorkerEventBody): Readonly<Record<string, string | null>> {
  switch (body.type) {
    case 'worker.joined':
    case 'worker.moved':
      return body.attributes ?? {};
    case 'worker.absent':
      return { [ABSENT]: 'true' };
    case 'worker.returned':
      return { [ABSENT]: 'false' };
    case 'worker.left':
      return {};
  }
}

function toStart(body: Exclude<WorkerEventBody, { type: 'worker.left' }>): Effective {
  const { effectiveAt, effectiveDate } = body;
  if (effectiveAt && effectiveDate)
    throw bodyInvalid([{ field: 'effectiveDate', problem: 'Must not stand beside effectiveAt' }]);
  if (effectiveAt) return { kind: 'instant', atMs: Date.parse(effectiveAt) };
  return effectiveDate ? { kind: 'date', date: effectiveDate } : { kind: 'at-once' };
}

function toLeaving(body: Extract<WorkerEventBody, { type: 'worker.left' }>): Effective {
  const lastWorkingDay = body.lastWorkingDay ?? undefined;
  const terminationDate = body.terminationDate ?? undefined;
  const immediate = body.immediate ?? false;
  if (lastWorkingDay === undefined && terminationDate === undefined && !immediate)
    throw bodyInvalid([
      { field: 'lastWorkingDay', problem: 'Must be there, or terminationDate, or immediate: true' },
    ]);
  return { kind: 'leaving', immediate, lastWorkingDay, terminationDate };
}
