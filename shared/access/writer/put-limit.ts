import { organizationSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';

/** The most ids that one PUT may carry: what the policy says, or less where UiPath has refused that. */
export type PutLimit = Readonly<{
  maxIdsPerPut: () => number;
  /** Remembers, for later runs too, that UiPath takes `most` and not more. */
  learnMaxIdsPerPut: (most: number) => Promise<void>;
}>;

/** The limit as earlier runs learnt it, from the organization's ledger. */
export async function readPutLimit(
  { ledger }: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'write'> }>,
  organization: Pick<OrganizationPolicy, 'alias' | 'maxIdsPerPut'>,
): Promise<PutLimit> {
  const subject = organizationSubject(organization.alias);
  let learnt = (await ledger.read(subject))?.value.maxIdsPerPut ?? organization.maxIdsPerPut;
  return {
    maxIdsPerPut: () => Math.min(learnt, organization.maxIdsPerPut),
    learnMaxIdsPerPut: async (most) => {
      learnt = Math.max(1, most);
      await updateOrganizationLedger({ ledger, organization }, [], (current) => ({
        ...current,
        maxIdsPerPut: learnt,
      }));
    },
  };
}
