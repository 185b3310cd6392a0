import type { OrganizationLedger } from '../../domain/ledger/organization-ledger';
import { organizationSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import type { ContainedDeps } from './containment';

/** The most ids that one PUT may carry: what the policy says, or less where UiPath has refused that. */
export type PutLimit = Readonly<{
  maxIdsPerPut: () => number;
  /** Remembers, for later runs too, that UiPath takes `most` and not more. */
  learnMaxIdsPerPut: (most: number) => Promise<void>;
}>;

type PutLimitDeps = ContainedDeps &
  Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'> }>;

const PUT_LIMIT = { kind: 'phase', key: 'put-limit' } as const;

/**
 * The limit as earlier runs learnt it, from the organization's ledger. Where that cannot be read it is the policy's, which UiPath
 * may have to refuse once more.
 */
export async function readPutLimit(
  deps: PutLimitDeps,
  organization: Pick<OrganizationPolicy, 'alias' | 'maxIdsPerPut'>,
): Promise<PutLimit> {
  let learnt = (await readIfReadable(deps, organization.alias))?.maxIdsPerPut ?? organization.maxIdsPerPut;
  return {
    maxIdsPerPut: () => Math.min(learnt, organization.maxIdsPerPut),
    learnMaxIdsPerPut: async (most) => {
      learnt = Math.max(1, Math.min(learnt, most));
      await updateOrganizationLedger({ ledger: deps.ledger, organization }, [], (current) => ({
        ...current,
        maxIdsPerPut: learnt,
      }));
    },
  };
}

async function readIfReadable(
  { ledger, units }: PutLimitDeps,
  alias: string,
): Promise<OrganizationLedger | undefined> {
  try {
    const read = await ledger.read(organizationSubject(alias));
    await units.settle(PUT_LIMIT);
    return read?.value;
  } catch (error) {
    await units.doWithout(PUT_LIMIT, error);
    return undefined;
  }
}
