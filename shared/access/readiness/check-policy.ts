import { organizationSubject } from '../../domain/ledger/subject';
import type { Policy } from '../../domain/policy';
import { EVIDENCE_SECRET } from '../../domain/secret-places';
import { AppError, errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { PolicyStanding } from '../../storage/last-good-policy';
import { tellCause } from '../../tell-cause';
import type { ReadinessCheck, ReadinessWarning } from '../run-readiness-checks';

export type CheckPolicyDeps = Readonly<{
  /** What the file says where no version is in force yet. */
  policyAsRead: () => Promise<Policy>;
  policy: () => Promise<Policy>;
  policyStanding: () => Promise<PolicyStanding>;
  ledger: Pick<LedgerStore, 'read'>;
}>;

/** Whether there is a policy, and whether what the file says is in force: here, and for whoever else works on this storage. */
export function checksOfPolicy(deps: CheckPolicyDeps): readonly ReadinessCheck[] {
  return [
    {
      name: 'policy',
      tried: 'read the policy file',
      asks: 'storage',
      check: async () => {
        await deps.policyAsRead();
      },
    },
    {
      name: 'policy-in-force',
      tried: 'compare the policy file with what is in force here, and with what storage has on record',
      asks: 'storage',
      needs: ['policy', 'storage', EVIDENCE_SECRET],
      check: async () => compareVersions(deps),
    },
  ];
}

async function compareVersions(deps: CheckPolicyDeps): Promise<ReadinessWarning | undefined> {
  const policy = await deps.policy();
  const standing = await deps.policyStanding();
  if (standing.kind === 'newer') return { cause: 'policy-waits' };
  if (standing.kind === 'kept')
    throw new AppError(errorCodeOf(standing.error), tellCause(standing.error).problem, {
      reason: 'policy-kept',
    });
  const others = await Promise.all(
    [...policy.organizations.keys()].map(async (alias) =>
      (await isOfAnother(deps, alias, policy.hash)) ? [alias] : [],
    ),
  );
  if (others.flat().length > 0)
    throw new AppError(
      'storage-conflict',
      `Another policy than this one (${policy.hash.slice(0, 12)}) is on record for ${others.flat().join(', ')}`,
      { reason: 'policy-of-another-deployment' },
    );
  return undefined;
}

/** An organization whose record is damaged has no version on record; the audit tells of it. */
async function isOfAnother({ ledger }: CheckPolicyDeps, alias: string, hash: string): Promise<boolean> {
  try {
    const onRecord = (await ledger.read(organizationSubject(alias)))?.value.policyHash;
    return onRecord !== undefined && onRecord !== hash;
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return false;
    throw error;
  }
}
