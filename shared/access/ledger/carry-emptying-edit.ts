import { personSubject } from '../../domain/ledger/subject';
import { isEmptying } from '../../domain/plan/guards';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';
import { readWhoeverJoined } from './find-person';

/**
 * Before somebody joins another, or is told apart from them: an edit of the policy that empties something and concerns the one concerns the
 * other from now on. Marks of a ledger that was emptied lead nowhere.
 */
export async function carryEmptyingEdit(
  { changes }: Readonly<{ changes: Pick<ChangeStore, 'mark' | 'emptyingEditOf'> }>,
  {
    organization,
    from,
    into,
    nowMs,
  }: Readonly<Record<'organization' | 'from' | 'into', string> & { nowMs: number }>,
): Promise<void> {
  const cause = await changes.emptyingEditOf(personSubject(organization, from));
  if (cause !== undefined) await changes.mark(personSubject(organization, into), 'normal', nowMs, cause);
}

/** The same for a mark that came after they joined, as they were compared before. */
export async function handOnEmptying(
  { ledger, changes }: Readonly<{ ledger: Pick<LedgerStore, 'read'>; changes: Pick<ChangeStore, 'mark'> }>,
  { subject: { organization, key }, cause }: Mark,
  nowMs: number,
): Promise<void> {
  if (!isEmptying(cause)) return;
  const now = await readWhoeverJoined(ledger, organization, key);
  if (now.key !== key) await changes.mark(personSubject(organization, now.key), 'normal', nowMs, cause);
}
