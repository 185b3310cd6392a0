import { createHash } from 'node:crypto';
import type { SourceMapping } from '../domain/source-settings';
import type { WorkerEvent, WorkerEventKind } from '../domain/worker-event';
import { bodyInvalid, checkBody } from './body-check';
import { toWorkerEvent, WorkerEventBodySchema } from './contract/worker-event-body';
import { addressOf, fieldReader } from './record-fields';
import { dayOf } from './sender-time';

/** Fields of a worker that are not attributes. */
const ownFields = new Set([
  'email',
  'workerId',
  'timeZone',
  'startDate',
  'lastWorkingDay',
  'terminationDate',
  'status',
]);

const types = { joiner: 'worker.joined', mover: 'worker.moved', leaver: 'worker.left' } as const;

export type WorkerPlaces = Readonly<Record<string, readonly string[]>>;

/** What one statement about a worker is made of. */
export type SaidOfWorker = Readonly<{
  id: string;
  kind: WorkerEventKind;
  occurredAtMs: number;
  /** The sender's own record. */
  record: unknown;
  places: WorkerPlaces;
}>;

/**
 * The worker event of a sender's record, through the checks of our own contract. Every field that is placed and is not
 * about the person or the dates is an attribute. A mover of whom no attribute is known says nothing: undefined.
 *
 * @throws AppError `body-invalid`
 */
export function workerEventOf(said: SaidOfWorker, mapping: SourceMapping): WorkerEvent | undefined {
  const { id, kind, occurredAtMs, record, places } = said;
  const read = fieldReader(record, places, mapping);
  const email = addressOf(read('email'), mapping);
  if (email === undefined || email === '')
    throw bodyInvalid([{ field: 'worker.email', problem: 'Is not where fields.email looks for it' }]);
  const names = [...new Set([...Object.keys(places), ...mapping.fields.keys()])];
  const attributes = Object.fromEntries(
    names
      .filter((name) => !ownFields.has(name))
      .flatMap((name) => {
        const text = read(name);
        return text === undefined ? [] : [[name, text]];
      }),
  );
  if (kind === 'mover' && Object.keys(attributes).length === 0) return undefined;
  const workerId = read('workerId');
  const timeZone = read('timeZone');
  return toWorkerEvent(
    checkBody(WorkerEventBodySchema, {
      schemaVersion: 1,
      id,
      occurredAt: new Date(occurredAtMs).toISOString(),
      type: types[kind],
      worker: { email, workerId: workerId || undefined, timeZone: timeZone || undefined },
      ...(kind === 'leaver' ? leaving(read) : { attributes, ...starting(kind, read) }),
    }),
  );
}

/** An id of ours for a statement that has none: equal parts give equal ids. */
export function idOf(...parts: ReadonlyArray<string | readonly string[] | undefined>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function starting(
  kind: WorkerEventKind,
  read: (field: string) => string | undefined,
): Readonly<{ effectiveDate?: string }> {
  const day = kind === 'joiner' ? dayOf(read('startDate')) : undefined;
  return day === undefined ? {} : { effectiveDate: day };
}

function leaving(read: (field: string) => string | undefined): object {
  const lastWorkingDay = dayOf(read('lastWorkingDay'));
  const terminationDate = dayOf(read('terminationDate'));
  return lastWorkingDay === undefined && terminationDate === undefined
    ? { immediate: true }
    : { lastWorkingDay, terminationDate };
}
