import type { Clock } from '../../clock';
import type { Decider } from '../../domain/decider';
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
import { refuseOwnMatter } from './refuse-own-matter';
import { requireSecondPerson, type SecondPersonDeps } from './require-second-person';
import { isGuid } from '../../domain/guid';
import { personSubject } from '../../domain/ledger/subject';

export type RefusedChangeDeps = SecondPersonDeps &
  Readonly<{
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
 * Nobody retries their own, or with an id of theirs; a corrected id takes two people where the policy says so.
 * @throws AppError `dead-letter-unknown`, `body-invalid` when the corrected id is not a GUID, `decides-about-self`,
 * `second-person-needed`, `not-permitted`
 */
export async function retryRefusedChange(
  deps: RefusedChangeDeps,
  organization: string,
  id: string,
  retry: Readonly<{ by: Decider; memberId?: unknown }>,
): Promise<void> {
  await requireOrganization(deps, organization);
  const letter = await deps.refusedChanges.get(organization, id);
  if (letter === undefined) throw new AppError('dead-letter-unknown', 'There is no such dead letter');
  const memberId = correctedId(retry.memberId);
  const atMs = deps.clock.now();
  const { hash: policyHash, organizations } = await deps.policy();
  const { key } = await readWhoeverJoined(deps.ledger, organization, letter.personKey);
  await refuseOwnMatter(deps, organization, retry.by, [
    letter.personKey,
    key,
    letter.memberId,
    ...(memberId === undefined ? [] : [memberId]),
  ]);
  const { correctedIds = false } = organizations.get(organization)?.decisions.twoPeople ?? {};
  const seconded = await requireSecondPerson(
    deps,
    { organization, policyHash, isNeeded: memberId !== undefined && correctedIds },
    retry.by,
    { page: 'dead-letters', about: id, fields: { decision: 'retry-change', memberId: memberId ?? '' } },
  );
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
              facts: {
                groupId: letter.groupId,
                by: retry.by,
                ...seconded.facts,
                correctedId: memberId ?? null,
              },
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
  await seconded.done();
}

function correctedId(said: unknown): string | undefined {
  if (said === undefined) return undefined;
  const id = typeof said === 'string' ? said.toLowerCase() : '';
  if (isGuid(id)) return id;
  throw new AppError('body-invalid', 'The corrected id is not a GUID', {
    fields: [{ field: 'memberId', problem: 'is not a GUID' }],
  });
}
