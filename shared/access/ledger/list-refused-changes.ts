import type { Clock } from '../../clock';
import { personSubject } from '../../domain/ledger/subject';
import { isStillWanted, type RefusedChange } from '../../domain/plan/refused-change';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { RefusedChangeStore } from '../../storage/refused-changes';

export type ListRefusedChangesDeps = Readonly<{
  policy: () => Promise<Policy>;
  refusedChanges: Pick<RefusedChangeStore, 'list'>;
  ledger: Pick<LedgerStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

/**
 * Refused changes that wait for a person. Those that were made since, or are no longer wanted, are left out.
 * @throws AppError `dead-letter-unknown` for an unknown organization
 */
export async function listRefusedChanges(
  deps: ListRefusedChangesDeps,
  organization: string,
): Promise<readonly RefusedChange[]> {
  const governed = await requireOrganization(deps, organization);
  const nowMs = deps.clock.now();
  const open: RefusedChange[] = [];
  for (const change of await deps.refusedChanges.list(organization)) {
    if (await isOpen(deps, change, governed, nowMs)) open.push(change);
  }
  return open;
}

/** Somebody whose ledger cannot be read may still want it: it waits on. */
async function isOpen(
  { ledger }: Pick<ListRefusedChangesDeps, 'ledger'>,
  change: RefusedChange,
  governed: OrganizationPolicy,
  nowMs: number,
): Promise<boolean> {
  try {
    const read = await ledger.read(personSubject(governed.alias, change.personKey));
    return isStillWanted(change, read?.value, governed, nowMs);
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return true;
    throw error;
  }
}

/** @throws AppError `dead-letter-unknown` where the policy names no such organization */
export async function requireOrganization(
  deps: Pick<ListRefusedChangesDeps, 'policy'>,
  organization: string,
): Promise<OrganizationPolicy> {
  const governed = (await deps.policy()).organizations.get(organization);
  if (governed !== undefined) return governed;
  throw new AppError('dead-letter-unknown', 'There is no such dead letter');
}
