import { personKey } from '../../shared/domain/person-key';
import { digestOfPerson } from '../../shared/domain/plan/call-in-short';
import { createChangeStore } from '../../shared/storage/marks-attempts-and-bookings';
import type { HistoryStorage } from './history-storage';
import { ALIAS } from './test-organization';

/** Whether a call is open that adds somebody to a group. It may never have been sent: its process can have died before. */
export async function isBeingAdded(
  storage: HistoryStorage,
  { person, memberId, groupId }: Readonly<{ person: string; memberId: string; groupId: string | undefined }>,
): Promise<boolean> {
  const calls = await createChangeStore(storage).listAttempts(ALIAS);
  const digest = digestOfPerson(personKey(person));
  return calls.some((call) => {
    if (call.kind === 'membership')
      return call.groupId === groupId && call.add.some((member) => member.memberId === memberId);
    const about = call.kind === 'unreadable' ? call.about : undefined;
    return about?.kind === 'membership' && about.groupId === groupId && about.added.has(digest);
  });
}
