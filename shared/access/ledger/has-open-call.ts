import { digestOfPerson } from '../../domain/plan/call-in-short';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';

/** Whether a call about one of them is open. One that cannot be read is of whom its columns name. One of which nobody knows whose it is keeps nobody waiting. */
export async function hasOpenCall(
  changes: Pick<ChangeStore, 'listAttempts'>,
  organization: string,
  keys: readonly string[],
): Promise<boolean> {
  const attempts = await changes.listAttempts(organization);
  const people = new Set(keys);
  const digests = keys.map(digestOfPerson);
  return attempts.some((attempt) => {
    if (attempt.kind === 'membership')
      return [...attempt.add, ...attempt.remove].some(({ personKey }) => people.has(personKey));
    if (attempt.kind !== 'unreadable' || attempt.about?.kind !== 'membership') return false;
    const { added, removed } = attempt.about;
    return digests.some((digest) => added.has(digest) || removed.has(digest));
  });
}
