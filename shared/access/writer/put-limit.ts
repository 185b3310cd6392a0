import type { Clock } from '../../clock';
import type { OrganizationLedger } from '../../domain/ledger/organization-ledger';
import { growPutLimit } from '../../domain/plan/learnt-put-limit';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import type { ContainedDeps } from './containment';

/** The most ids that one PUT may carry: what the policy says, or less where UiPath has refused that. */
export type PutLimit = Readonly<{
  maxIdsPerPut: () => number;
  /** Remembers, for later runs too, that UiPath takes `most` and not more. */
  learnMaxIdsPerPut: (most: number) => Promise<void>;
  /** The organization's ledger as the limit was read from it. */
  ownLedger: OrganizationLedger | 'unreadable' | undefined;
}>;

type PutLimitDeps = ContainedDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
    clock: Pick<Clock, 'now'>;
  }>;

const PUT_LIMIT = { kind: 'phase', key: 'put-limit' } as const;

/**
 * The limit as earlier runs learnt it, from the organization's ledger as the run read it; with each day since it is tried larger again. Where the
 * ledger cannot be read it is the policy's, which UiPath may have to refuse once more.
 */
export async function readPutLimit(
  deps: PutLimitDeps,
  organization: Pick<OrganizationPolicy, 'alias' | 'maxIdsPerPut'>,
  ownLedger: PutLimit['ownLedger'],
): Promise<PutLimit> {
  if (ownLedger === 'unreadable')
    await deps.units.doWithout(PUT_LIMIT, new AppError('record-unreadable', 'The ledger cannot be read'));
  else await deps.units.settle(PUT_LIMIT);
  const known = ownLedger === 'unreadable' ? undefined : ownLedger;
  const { maxIdsPerPut: most, maxIdsLearntMs: learntMs = 0 } = known ?? {};
  let limit = Math.min(
    organization.maxIdsPerPut,
    most === undefined ? Infinity : growPutLimit({ most, learntMs }, deps.clock.now()),
  );
  return {
    ownLedger,
    maxIdsPerPut: () => limit,
    learnMaxIdsPerPut: async (taken) => {
      limit = Math.max(1, Math.min(limit, taken));
      const learnt = { maxIdsPerPut: limit, maxIdsLearntMs: deps.clock.now() };
      await updateOrganizationLedger({ ledger: deps.ledger, organization }, [], (current) => ({
        ...current,
        ...learnt,
      }));
    },
  };
}
