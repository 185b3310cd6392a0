import type { Clock } from '../../clock';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { RefusedChangeStore } from '../../storage/refused-changes';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { markChanged } from '../ledger/mark-and-book-writer-run';
import { requireOrganization } from '../ledger/list-refused-changes';
import { readWhoeverJoined } from '../ledger/find-person';
import { updateLedger } from '../ledger/update-ledger';
import { isGuid } from '../../domain/guid';
import { personSubject } from '../../domain/ledger/subject';

export type RefusedChangeDeps = Readonly<{
  policy: () => Promise<Policy>;
  refusedChanges: RefusedChangeStore;
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  changes: Pick<ChangeStore, 'mark' | 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/**
 * Retries a refused change in a person's name. `memberId` corrects the directory id; without it the address is
 * resolved anew. What the ledger wants by now is applied, under the same guards as any change.
 * @throws AppError `dead-letter-unknown`, `body-invalid` when the corrected id is not a GUID
 */
export async function retryRefusedChange(
  deps: RefusedChangeDeps,
  organization: string,
  id: string,
  retry: Readonly<{ by: string; memberId?: unknown }>,
): Promise<void> {
  await requireOrganization(deps, organization);
  const letter = await deps.refusedChanges.get(organization, id);
  if (letter === undefined) throw new AppError('dead-letter-unknown', 'There is no such dead letter');
  const memberId = correctedId(retry.memberId);
  const atMs = deps.clock.now();
  const policyHash = (await deps.policy()).hash;
  const { key } = await readWhoeverJoined(deps.ledger, organization, letter.personKey);
  const subject = personSubject(organization, key);
  await updateLedger(deps.ledger, subject, (current) =>
    current === undefined
      ? undefined
      : {
          next: {
            ...current,
            identity:
              memberId === undefined ? undefined : { kind: 'resolved', id: memberId, checkedAtMs: atMs },
          },
          evidence: [
            {
              kind: 'dead-letter-retried',
              atMs,
              policyHash,
              facts: { groupId: letter.groupId, by: retry.by, correctedId: memberId ?? null },
            },
          ],
        },
  );
  const event = { atMs, event: 'retried' as const, code: '', by: retry.by };
  await deps.refusedChanges.put(organization, {
    ...letter,
    state: 'retried',
    history: [...letter.history, event],
  });
  await markChanged(deps, subject, 'normal', atMs, 'dead-letter');
}

function correctedId(said: unknown): string | undefined {
  if (said === undefined) return undefined;
  const id = typeof said === 'string' ? said.toLowerCase() : '';
  if (isGuid(id)) return id;
  throw new AppError('body-invalid', 'The corrected id is not a GUID', {
    fields: [{ field: 'memberId', problem: 'is not a GUID' }],
  });
}
