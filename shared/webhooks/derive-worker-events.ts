import { createHash } from 'node:crypto';
import { fold } from '../domain/fold';
import type { SourceMapping } from '../domain/source-settings';
import type { WorkerEvent, WorkerEventKind } from '../domain/ledger/worker-event';
import type { FieldProblem } from '../domain/field-problem';
import { AppError } from '../errors';
import { bodyInvalid } from './check-body';
import { dayAt, endOf, endsOf, isDay, startOf, unreadableEndsOf, type ReadField } from './employment-days';
import { readWorkerEvent } from './contract/read-worker-event';
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
  /** What stands beside the record and cannot be used. Without a usable time it was said when it arrived. */
  unusable?: readonly FieldProblem[];
}>;

/**
 * Derives the worker events of a report, validated by our own contract. A record of somebody who left is a leaver
 * whatever the event was called; one with an end ahead is what the event says, and a leaver on that day. Every placed
 * field that is not about the person or the dates is an attribute. A mover without any attribute gives no event. What
 * cannot be used keeps a clear leaving from nothing: it is named beside it, and what the report says besides is not read.
 * @throws AppError `body-invalid`
 */
export function deriveWorkerEvents(report: WorkerReport, mapping: SourceMapping): readonly WorkerEvent[] {
  const read = fieldReader(report.record, report.places, mapping);
  const unusable = [...(report.unusable ?? [])];
  const readOrNote = tolerantReader(read, unusable);
  const { stays, leaves } = kindsOf(report, readOrNote);
  const id = stays === undefined ? report.id : statementIdOf(report.id, 'leaver');
  const leaver = leaves ? toLeaver({ ...report, id }, readOrNote, unusable, mapping) : undefined;
  if (leaver === undefined && unusable.length > 0) throw bodyInvalid(unusable);
  const events = unusable.length > 0 || stays === undefined ? [] : eventsOf(report, stays, read, mapping);
  const problems = [...unusable, ...(events instanceof AppError ? events.fields : [])];
  if (events instanceof AppError && leaver === undefined) throw events;
  return [
    ...(events instanceof AppError ? [] : events),
    ...(leaver === undefined ? [] : [withUnusable(leaver, problems)]),
  ];
}

/** A deterministic id (SHA-256) for a statement without one: equal parts give equal ids. */
export function statementIdOf(...parts: ReadonlyArray<string | readonly string[] | undefined>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Reads a field that cannot be used as one that is not there, and notes it. */
function tolerantReader(read: ReadField, unusable: FieldProblem[]): ReadField {
  return (field) => {
    try {
      return read(field);
    } catch (error) {
      for (const problem of bodyProblemsOf(error))
        if (!unusable.some((known) => known.field === problem.field)) unusable.push(problem);
      return undefined;
    }
  };
}

/** @throws what is not about the body */
function bodyProblemsOf(error: unknown): readonly FieldProblem[] {
  if (error instanceof AppError && error.code === 'body-invalid') return error.fields;
  throw error;
}

function withUnusable(event: WorkerEvent, problems: readonly FieldProblem[]): WorkerEvent {
  const unusable = [...problems, ...(event.unusable ?? [])];
  return unusable.length === 0 ? event : { ...event, unusable };
}

/** What a report says of an employment: how it goes on, if it does, and whether it ends. */
function kindsOf(
  { said, receivedAtMs }: WorkerReport,
  read: ReadField,
): Readonly<{ stays: 'joiner' | 'mover' | undefined; leaves: boolean }> {
  const status = read('status') ?? '';
  const start = startOf(read);
  const end = endOf(read, start);
  const today = dayAt(receivedAtMs);
  if (said.kind === 'leaver' && !said.unproved) return { stays: undefined, leaves: true };
  // Somebody who starts later is not active yet, and in some systems not called so.
  const startsLater = start > today;
  if (isCalledLeft(read) && !startsLater) return { stays: undefined, leaves: true };
  const isBack = said.employmentChanged && status !== '';
  const stays = said.kind === 'joiner' || startsLater || isBack ? 'joiner' : 'mover';
  // An end that has passed ends nothing of somebody who is called active.
  const leaves = end !== undefined && (status === '' || end >= dayAt(receivedAtMs - DAY_MS));
  return { stays, leaves };
}

/** The event by which somebody goes on working; undefined: it says nothing. An error, where something of it cannot be used. */
function eventsOf(
  report: WorkerReport,
  kind: 'joiner' | 'mover',
  read: ReadField,
  mapping: SourceMapping,
): readonly WorkerEvent[] | AppError {
  try {
    requireReadableEnds(read);
    const attributes = attributesOf(report, read, mapping);
    const body = bodyOf(report, kind, read, mapping);
    if (kind === 'mover' && Object.keys(attributes).length === 0) return [];
    const event = readWorkerEvent(
      { ...body, attributes, ...starting(report, kind, read) },
      report.receivedAtMs,
    );
    return [kind === 'joiner' ? { ...event, notBeforeSaid: true } : event];
  } catch (error) {
    if (error instanceof AppError && error.code === 'body-invalid') return error;
    throw error;
  }
}

/** @throws AppError `body-invalid`: somebody who leaves one day, and nobody knows which */
function requireReadableEnds(read: ReadField): void {
  const problems = unreadableEndsOf(read);
  if (problems.length > 0) throw bodyInvalid(problems);
}

/** @throws AppError `body-invalid` when it does not say who leaves, or when */
function toLeaver(
  report: WorkerReport,
  read: ReadField,
  unusable: FieldProblem[],
  mapping: SourceMapping,
): WorkerEvent {
  const unreadable = unreadableEndsOf(read);
  unusable.push(...unreadable);
  const days = {
    lastWorkingDay: dayOf(read('lastWorkingDay')),
    terminationDate: dayOf(read('terminationDate')),
  };
  const readable = Object.entries(days).filter(([, day]) => day !== undefined && isDay(day));
  // Who is called left has left; who only will, on a day that nobody can read, leaves on that day.
  if (readable.length === 0 && unreadable.length > 0 && !isCalledLeft(read)) throw bodyInvalid(unusable);
  const when = readable.length === 0 ? { immediate: true } : Object.fromEntries(readable);
  const event = readWorkerEvent({ ...bodyOf(report, 'leaver', read, mapping), ...when }, report.receivedAtMs);
  return isOfThisEmployment(read) ? { ...event, notBeforeSaid: true } : event;
}

function bodyOf(
  report: WorkerReport,
  kind: WorkerEventKind,
  read: ReadField,
  mapping: SourceMapping,
): object {
  const email = addressOf(read('email'), mapping);
  if (email === undefined || email === '')
    throw bodyInvalid([{ field: 'worker.email', problem: 'Is not where fields.email looks for it' }]);
  return {
    schemaVersion: 1,
    id: report.id,
    occurredAt: new Date(report.occurredAtMs).toISOString(),
    type: types[kind],
    worker: {
      email,
      workerId: read('workerId') || undefined,
      timeZone: read('timeZone') || undefined,
    },
  };
}

/**
 * True for a leaver event of the present employment. An end before the start belongs to an earlier employment, unless
 * the record is called left.
 */
function isOfThisEmployment(read: ReadField): boolean {
  const start = startOf(read);
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
