import { createHash } from 'node:crypto';
import { fold } from '../domain/fold';
import type { SourceMapping } from '../domain/source-settings';
import type { WorkerEvent, WorkerEventKind } from '../domain/ledger/worker-event';
import { bodyInvalid, checkBody } from './check-body';
import { toWorkerEvent, WorkerEventBodySchema } from './contract/worker-event-body';
import { addressOf, fieldReader } from './read-field-by-path';
import { dayOf } from './parse-sender-time';
import { DAY_MS } from '../domain/durations';

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
const statusesOfLeft = new Set(['inactive', 'terminated', 'left', 'false', 'deceased', 'retired']);

/** Where each field of a worker stands in a record; the first place that exists counts. */
export type WorkerPlaces = Readonly<Record<string, readonly string[]>>;

/**
 * What a sender's event says about an employment, before the record is read. `unproved`: the sender showed only a
 * token, so that the record has to confirm it.
 */
export type SaidOfEmployment = Readonly<{
  kind: WorkerEventKind;
  /** The event changed what says whether the person is employed: somebody who is active now is back. */
  employmentChanged: boolean;
  unproved: boolean;
  /** `YYYY-MM-DD`: what it says of a joiner or mover holds from this day. */
  effectiveDay?: string;
}>;

/** One event about a worker and the sender's record it is read from. */
export type WorkerReport = Readonly<{
  id: string;
  said: SaidOfEmployment;
  occurredAtMs: number;
  receivedAtMs: number;
  record: unknown;
  places: WorkerPlaces;
}>;

type ReadField = (field: string) => string | undefined;

/**
 * Derives the worker events of a report, validated by our own contract. A record of somebody who left is a leaver
 * whatever the event was called; one with an end ahead is what the event says, and a leaver on that day. Every placed
 * field that is not about the person or the dates is an attribute. A mover without any attribute gives no event.
 * @throws AppError `body-invalid`
 */
export function deriveWorkerEvents(report: WorkerReport, mapping: SourceMapping): readonly WorkerEvent[] {
  const read = fieldReader(report.record, report.places, mapping);
  return kindsOf(report, read).flatMap((kind, index) => {
    const id = index === 0 ? report.id : statementIdOf(report.id, kind);
    const event = toEvent({ ...report, id }, kind, read, mapping);
    return event === undefined ? [] : [event];
  });
}

/** A deterministic id (SHA-256) for a statement without one: equal parts give equal ids. */
export function statementIdOf(...parts: ReadonlyArray<string | readonly string[] | undefined>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function kindsOf({ said, receivedAtMs }: WorkerReport, read: ReadField): readonly WorkerEventKind[] {
  const status = read('status') ?? '';
  const start = dayOf(read('startDate')) ?? '';
  const end = endOf(read, start);
  const today = dayAt(receivedAtMs);
  if (said.kind === 'leaver' && !said.unproved) return ['leaver'];
  // Somebody who starts later is not active yet, and in some systems not called so.
  const startsLater = start > today;
  if (isCalledLeft(read) && !startsLater) return ['leaver'];
  const isBack = said.employmentChanged && status !== '';
  const stays = said.kind === 'joiner' || startsLater || isBack ? 'joiner' : 'mover';
  // An end that has passed ends nothing of somebody who is called active.
  const ends = end !== undefined && (status === '' || end >= dayAt(receivedAtMs - DAY_MS));
  return ends ? [stays, 'leaver'] : [stays];
}

/** The last day of the employment; one before its start is of an employment before. */
function endOf(read: ReadField, start: string): string | undefined {
  const last = endsOf(read).at(-1);
  return last !== undefined && last >= start ? last : undefined;
}

/** The days that may end access, the earliest first. */
function endsOf(read: ReadField): readonly string[] {
  return [dayOf(read('lastWorkingDay')), dayOf(read('terminationDate'))]
    .filter((day) => day !== undefined)
    .toSorted();
}

function dayAt(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function toEvent(
  report: WorkerReport,
  kind: WorkerEventKind,
  read: ReadField,
  mapping: SourceMapping,
): WorkerEvent | undefined {
  const email = addressOf(read('email'), mapping);
  if (email === undefined || email === '')
    throw bodyInvalid([{ field: 'worker.email', problem: 'Is not where fields.email looks for it' }]);
  const attributes = attributesOf(report, read, mapping);
  if (kind === 'mover' && Object.keys(attributes).length === 0) return undefined;
  const event = toWorkerEvent(
    checkBody(WorkerEventBodySchema, {
      schemaVersion: 1,
      id: report.id,
      occurredAt: new Date(report.occurredAtMs).toISOString(),
      type: types[kind],
      worker: {
        email,
        workerId: read('workerId') || undefined,
        timeZone: read('timeZone') || undefined,
      },
      ...(kind === 'leaver' ? leaving(read) : { attributes, ...starting(report, kind, read) }),
    }),
    report.receivedAtMs,
  );
  return kind === 'joiner' || (kind === 'leaver' && isOfThisEmployment(read))
    ? { ...event, notBeforeSaid: true }
    : event;
}

/**
 * True for a leaver event of the present employment. An end before the start belongs to an earlier employment, unless
 * the record is called left.
 */
function isOfThisEmployment(read: ReadField): boolean {
  const start = dayOf(read('startDate')) ?? '';
  return isCalledLeft(read) || endsOf(read).every((day) => day >= start);
}

function isCalledLeft(read: ReadField): boolean {
  return statusesOfLeft.has(fold(read('status') ?? ''));
}

function attributesOf(
  { places }: WorkerReport,
  read: ReadField,
  mapping: SourceMapping,
): Readonly<Record<string, string>> {
  const names = [...new Set([...Object.keys(places), ...mapping.fields.keys()])];
  return Object.fromEntries(
    names
      .filter((name) => !ownFields.has(name))
      .flatMap((name) => {
        const text = read(name);
        return text === undefined ? [] : [[name, text.slice(0, 256)]];
      }),
  );
}

function starting(
  { said, receivedAtMs }: WorkerReport,
  kind: WorkerEventKind,
  read: ReadField,
): Readonly<{ effectiveDate?: string }> {
  const { effectiveDay = '' } = said;
  const ahead = effectiveDay > dayAt(receivedAtMs) ? effectiveDay : undefined;
  const start = dayOf(read('startDate'));
  // A rehire is announced ahead, of a record that may have the first start.
  const isAnnounced = said.kind === 'joiner' && ahead !== undefined && ahead > (start ?? '');
  const day = kind === 'joiner' && !isAnnounced ? start : ahead;
  return day === undefined ? {} : { effectiveDate: day };
}

function leaving(read: ReadField): object {
  const lastWorkingDay = dayOf(read('lastWorkingDay'));
  const terminationDate = dayOf(read('terminationDate'));
  return lastWorkingDay === undefined && terminationDate === undefined
    ? { immediate: true }
    : { lastWorkingDay, terminationDate };
}
