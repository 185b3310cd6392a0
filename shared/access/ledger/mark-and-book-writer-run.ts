import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { Subject } from '../../domain/ledger/subject';
import type { Lane } from '../../domain/lane';
import type { WorkQueues } from '../../storage/queues';
import type { WantedRun } from '../../storage/writer-bookings';

type BookingDeps = Readonly<{
  changes: Pick<ChangeStore, 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
}>;

/**
 * Books a run of the organization's writer. Bookings are coalesced: one that was made before is enough, unless it waits and
 * this one may go before it.
 */
export async function bookRun(deps: BookingDeps, organization: string, wanted: WantedRun): Promise<void> {
  const booking = await deps.changes.bookRun(organization, wanted);
  if (booking !== undefined)
    await deps.queues.enqueueChanges({ organization, booking }, wanted.atMs - wanted.nowMs);
}

/**
 * Debounce: a run that begins a little later coalesces more changes into each call, and of an export that ends everybody the guards
 * see many before the first is removed.
 */
const GATHER_MS = 1_000;

/** Marks a subject for the writer and books a run. Idempotent. */
export async function markChanged(
  deps: BookingDeps & Readonly<{ changes: Pick<ChangeStore, 'mark'> }>,
  subject: Subject,
  lane: Lane,
  nowMs: number,
  cause: string,
): Promise<void> {
  await deps.changes.mark(subject, lane, nowMs, cause);
  await bookMarkedRun(deps, subject.organization, lane, nowMs);
}

/** Sees to it that the writer looks at what was marked in an organization. */
export async function bookMarkedRun(
  deps: BookingDeps,
  organization: string,
  lane: Lane,
  nowMs: number,
): Promise<void> {
  await bookRun(deps, organization, { lane, atMs: nowMs + GATHER_MS, nowMs, reason: 'marks' });
}
