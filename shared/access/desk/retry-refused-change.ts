import type { Clock } from '../../clock';
import { isStillWanted, type DeadLetter } from '../../domain/plan/refused-change';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { ChangeStore } from '../../storage/marks-and-attempts';
import type { DeadLetterStore } from '../../storage/refused-changes';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { markChanged } from '../ledger/book-writer-run';
import { updateLedger } from '../ledger/update-ledger';

export type DeadLetterDeps = Readonly<{
  policy: () => Promise<Policy>;
  deadLetters: DeadLetterStore;
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  changes: Pick<ChangeStore, 'mark' | 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Changes that wait for a person. One that is made by now, or that nobody wants any more, is not among them.
 *
 * @throws AppError `dead-letter-unknown` for an unknown organization
 */
export async function listDeadLetters(
  deps: Pick<DeadLetterDeps, 'policy' | 'deadLetters' | 'ledger' | 'clock'>,
  organization: string,
): Promise<readonly DeadLetter[]> {
  const governed = await requireOrganization(deps, organization);
  const nowMs = deps.clock.now();
  const open: DeadLetter[] = [];
  for (const letter of await deps.deadLetters.list(organization)) {
    const subject = { organization, kind: 'person', key: letter.personKey } as const;
    const ledger = (await deps.ledger.read(subject))?.value;
    if (isStillWanted(letter, ledger, governed, nowMs)) open.push(letter);
  }
  return open;
}

/**
 * Retries a dead letter in a person's name. `memberId` corrects the directory id; without it the address is looked up
 * anew. What is retried is the ledger's wish as it is now, under the same guards as any change.
 *
 * @throws AppError `dead-letter-unknown`, `body-invalid` when the corrected id is not a GUID
 */
export async function retryDeadLetter(
  deps: DeadLetterDeps,
  organization: string,
  id: string,
  retry: Readonly<{ by: string; memberId?: unknown }>,
): Promise<void> {
  await requireOrganization(deps, organization);
  const letter = await deps.deadLetters.get(organization, id);
  if (letter === undefined) throw new AppError('dead-letter-unknown', 'There is no such dead letter');
  const memberId = correctedId(retry.memberId);
  const atMs = deps.clock.now();
  const policyHash = (await deps.policy()).hash;
  const subject = { organization, kind: 'person', key: letter.personKey } as const;
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
  await deps.deadLetters.put(organization, {
    ...letter,
    state: 'retried',
    history: [...letter.history, event],
  });
  await markChanged(deps, subject, 'normal', atMs, 'dead-letter');
}

function correctedId(said: unknown): string | undefined {
  if (said === undefined) return undefined;
  const id = typeof said === 'string' ? said.toLowerCase() : '';
  if (GUID.test(id)) return id;
  throw new AppError('body-invalid', 'The corrected id is not a GUID', {
    fields: [{ field: 'memberId', problem: 'is not a GUID' }],
  });
}

async function requireOrganization(
  deps: Pick<DeadLetterDeps, 'policy'>,
  organization: string,
): Promise<OrganizationPolicy> {
  const governed = (await deps.policy()).organizations.get(organization);
  if (governed !== undefined) return governed;
  throw new AppError('dead-letter-unknown', 'There is no such dead letter');
}
