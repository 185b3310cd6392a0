import { fold } from '../domain/fold';
import { DAY_MS } from '../domain/durations';
import type { WorkerEventKind } from '../domain/ledger/worker-event';
import { dayAt, endOf, startOf, type ReadField } from './employment-days';

/** Words that no system has for somebody who has not begun. */
const statusesOfEnded = new Set(['terminated', 'left', 'deceased', 'retired']);

/** Somebody who has left is called so, and in some systems somebody who has not begun. */
const statusesOfLeft = new Set([...statusesOfEnded, 'inactive', 'false']);

/** Words by which the systems that are supported, and their customers, call somebody who has not left. */
const statusesOfPresent = new Set([
  'active',
  'true',
  'employed',
  'hired',
  'pending',
  'onboarding',
  'probation',
  'leave',
  'on leave',
  'paid leave',
  'unpaid leave',
  'full-time',
  'part-time',
]);

/**
 * What a report says of an employment: how it goes on, if it does, and whether it ends. `unclear`: the status is a word that nobody
 * knows, beside an end that has passed or of a hire that was ended before its start, so that it does not tell whether the person is
 * employed.
 */
type CourseOfEmployment = Readonly<{
  stays: 'joiner' | 'mover' | undefined;
  leaves: boolean;
  unclear: boolean;
}>;

/** @param read a reader that takes what cannot be read for missing */
export function courseOf(
  {
    said,
    receivedAtMs,
  }: Readonly<{
    said: Readonly<{ kind: WorkerEventKind; unproved: boolean; employmentChanged: boolean }>;
    receivedAtMs: number;
  }>,
  read: ReadField,
): CourseOfEmployment {
  const leavesOnly = { stays: undefined, leaves: true, unclear: false } as const;
  if (said.kind === 'leaver' && !said.unproved) return leavesOnly;
  const start = startOf(read);
  // Somebody who starts later is not active yet, and in some systems not called so.
  const startsLater = start > dayAt(receivedAtMs);
  const calledLeft = isCalledLeft(read);
  // Whoever is hired again ahead leaves first, on an end before that start.
  const end = endOf(read, start) ?? (startsLater ? endOf(read, '') : undefined);
  const saidToLeave = said.kind === 'leaver';
  const willNotBegin = saidToLeave || (said.kind === 'mover' && end === undefined && isCalledEnded(read));
  if (calledLeft && (!startsLater || willNotBegin)) return leavesOnly;
  const status = read('status') ?? '';
  const hasEnded = end !== undefined && end < dayAt(receivedAtMs - DAY_MS);
  const unclear =
    (startsLater ? saidToLeave : hasEnded) && status !== '' && !calledLeft && !isCalledPresent(read);
  // The end of the record bears out what the event says.
  if (unclear && saidToLeave && !startsLater) return leavesOnly;
  const isBack = said.employmentChanged && status !== '' && !unclear;
  const stays = said.kind === 'joiner' || startsLater || isBack ? 'joiner' : 'mover';
  // An end that has passed ends nothing of somebody who is called active.
  const leaves = end !== undefined && (status === '' || calledLeft || !hasEnded);
  return { stays, leaves, unclear };
}

/** Whether a record is called that of somebody who has left. */
export function isCalledLeft(read: ReadField): boolean {
  return statusesOfLeft.has(statusIn(read));
}

function isCalledEnded(read: ReadField): boolean {
  return statusesOfEnded.has(statusIn(read));
}

function isCalledPresent(read: ReadField): boolean {
  return statusesOfPresent.has(statusIn(read));
}

/** Without characters that cannot be seen: two that look alike are the same. */
function statusIn(read: ReadField): string {
  return fold((read('status') ?? '').replaceAll(/\p{C}/gu, ''));
}
