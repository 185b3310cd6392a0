import { createHash } from 'node:crypto';
import type { SourceMapping } from '../domain/source-settings';
import type { WorkerEvent, WorkerEventKind } from '../domain/ledger/worker-event';
import type { FieldProblem } from '../domain/field-problem';
import { AppError } from '../errors';
import { bodyInvalid } from './check-body';
import { dayAt, endsOf, isDay, startOf, unreadableEndsOf, type ReadField } from './employment-days';
import { courseOf, isCalledLeft } from './employment-status';
import { readWorkerEvent } from './contract/read-worker-event';
import { addressOf, fieldReader, placesOf } from './read-field-by-path';
import { dayOf } from './parse-sender-time';
import { note, tolerantReader } from './note-unusable';

/** Fields of a worker that are not attributes. */
const ownFields = new Set([
  'email',
  'workerId',
  'personId',
  'timeZone',
  'startDate',
  'lastWorkingDay',
  'terminationDate',
  'status',
]);

const types = { joiner: 'worker.joined', mover: 'worker.moved', leaver: 'worker.left' } as const;

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
  /** The source has no such record any more: an end before its start is not that of which it tells. */
  removed?: true;
  /** Access ends now, whatever the record says of dates. */
  immediate?: true;
  /** `YYYY-MM-DD`: what it says of a joiner or mover holds from this day. */
  effectiveDay?: string;
}>;

/** A reader that throws, and one for which what cannot be read is missing, and noted. */
type Readers = Readonly<{ read: ReadField; readOrNote: ReadField }>;

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
 * field that is not about the person or the dates is an attribute; one that cannot be read is named beside the others. A mover
 * without any attribute gives no event. What cannot be used keeps a clear leaving from nothing: it is named beside it, and what the
 * report says besides is not read. A leaver never has the id of the report, which an event that did not tell of the leaving may have had.
 * @throws AppError `body-invalid`
 */
export function deriveWorkerEvents(report: WorkerReport, mapping: SourceMapping): readonly WorkerEvent[] {
  const read = fieldReader(report.record, report.places, mapping);
  const unusable = [...(report.unusable ?? [])];
  const readOrNote = tolerantReader(read, unusable);
  const ofStatus: FieldProblem[] = [];
  const readStatus = tolerantReader(read, ofStatus);
  const { stays, leaves, unclear } = courseOf(report, (field) =>
    field === 'status' ? readStatus(field) : readOrNote(field),
  );
  if (unclear)
    ofStatus.push({
      field: 'status',
      problem: 'Must be a word that is known, as nothing else tells whether somebody is employed',
    });
  if (stays !== 'mover') unusable.push(...ofStatus);
  const beside = stays === 'mover' ? ofStatus : [];
  const id = statementIdOf(report.id, 'leaver');
  const leaver = leaves ? toLeaver({ ...report, id }, { read, readOrNote }, unusable, mapping) : undefined;
  if (leaver === undefined && unusable.length > 0) throw bodyInvalid(unusable);
  const events =
    unusable.length > 0 || stays === undefined
      ? []
      : eventsOf(report, stays, { read, readOrNote: tolerantReader(read, beside) }, mapping);
  if (events instanceof AppError && leaver === undefined) throw events;
  const followed = events instanceof AppError ? [] : events.map((event) => withUnusable(event, beside));
  const problems = [...unusable, ...(events instanceof AppError ? events.fields : [])];
  const left = followed.length > 0 ? problems : [...problems, ...beside];
  if (leaver !== undefined) return [...followed, withUnusable(leaver, left)];
  if (left.length > 0) throw bodyInvalid(left);
  return followed;
}

/** A deterministic id (SHA-256) for a statement without one: equal parts give equal ids. */
export function statementIdOf(...parts: ReadonlyArray<string | readonly string[] | undefined>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * What says a part only is a statement of its own: the same delivery, tried again when the mapping was mended, says more. Of the two,
 * which are of one moment, the one with the greater id counts, and that is the whole one.
 */
function withUnusable(event: WorkerEvent, problems: readonly FieldProblem[]): WorkerEvent {
  const unusable = [...problems, ...(event.unusable ?? [])];
  if (unusable.length === 0) return event;
  const faults = unusable.flatMap(({ field, problem }) => [field, problem]);
  return { ...event, id: `0-${statementIdOf(event.id, faults)}`, unusable };
}

/** The event by which somebody goes on working; undefined: it says nothing. An error, where something of it cannot be used. */
function eventsOf(
  report: WorkerReport,
  kind: 'joiner' | 'mover',
  { read, readOrNote }: Readers,
  mapping: SourceMapping,
): readonly WorkerEvent[] | AppError {
  try {
    requireReadableEnds(read);
    const attributes = attributesOf(report, readOrNote, mapping);
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
  { read: readStrictly, readOrNote: read }: Readers,
  unusable: FieldProblem[],
  mapping: SourceMapping,
): WorkerEvent {
  const { said } = report;
  const unreadable = unreadableEndsOf(readStrictly);
  note(unreadable, unusable);
  const days = {
    lastWorkingDay: dayOf(read('lastWorkingDay')),
    terminationDate: dayOf(read('terminationDate')),
  };
  const from = said.removed === true ? startOf(read) : '';
  const readable = Object.entries(said.immediate === true ? {} : days).filter(
    ([, day]) => day !== undefined && isDay(day) && day >= from,
  );
  const saysNow = said.immediate === true || isCalledLeft(read);
  // Who is called left has left; who only will, on a day that nobody can read, leaves on that day.
  if (readable.length === 0 && unreadable.length > 0 && !saysNow) throw bodyInvalid(unusable);
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
      workerId: isIdUsable(report, mapping) ? read('workerId') || undefined : undefined,
      personId: read('personId') || undefined,
      timeZone: read('timeZone') || undefined,
    },
  };
}

/** False where the id was found to be none: then it names no record, and a leaving is about all that the source has of the person. */
function isIdUsable({ places, unusable = [] }: WorkerReport, mapping: SourceMapping): boolean {
  const ofId = placesOf('workerId', places, mapping);
  return !unusable.some(({ field }) => ofId.includes(field));
}

/**
 * True for a leaver event of the present employment. An end before the start belongs to an earlier employment, unless
 * the record is called left.
 */
function isOfThisEmployment(read: ReadField): boolean {
  const start = startOf(read);
  return isCalledLeft(read) || endsOf(read).every((day) => day >= start);
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
