import type { Clock } from '../../clock';
import type { OrganizationPolicy, Policy, SourcePolicy } from '../../domain/policy';
import { EVIDENCE_SECRET } from '../../domain/secret-places';
import { AppError, errorCodeOf } from '../../errors';
import type { Deliveries } from '../../storage/deliveries';
import type { LedgerStore } from '../../storage/ledger';
import type { PolicyStanding } from '../../storage/last-good-policy';
import { tellCause } from '../../tell-cause';
import { WAITS_AFTER_MS } from '../leave-to-others';
import { readVersionStanding, type VersionStanding } from '../ledger/organization/policy-versions';
import type { ReadinessCheck, ReadinessWarning } from '../run-readiness-checks';

export type CheckPolicyDeps = Readonly<{
  /** What the file says where no version is in force yet. */
  policyAsRead: () => Promise<Policy>;
  policy: () => Promise<Policy>;
  policyStanding: () => Promise<PolicyStanding>;
  /** Where this process reads the policy, in words. */
  policyFile: string;
  ledger: Pick<LedgerStore, 'read' | 'evidence'>;
  deliveries: Pick<Deliveries, 'listPending'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Whether there is a policy, and whether what the file says is in force in this process. */
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
      tried: 'compare the policy file with what is in force in this process',
      asks: 'storage',
      needs: ['policy', 'storage', EVIDENCE_SECRET],
      check: async () => compareWithFile(deps),
    },
  ];
}

/** Whether the version of this process is the one that an organization has on record. */
export function checkVersionOnRecord(
  deps: CheckPolicyDeps,
  { alias }: Pick<OrganizationPolicy, 'alias'>,
): ReadinessCheck {
  return {
    name: `policy-in-force:${alias}`,
    tried: 'compare the policy of this process with what storage has on record as in force',
    asks: 'storage',
    needs: ['policy', 'storage', EVIDENCE_SECRET],
    check: async () => compareWithRecord(deps, alias),
  };
}

async function compareWithFile(deps: CheckPolicyDeps): Promise<ReadinessWarning | undefined> {
  await deps.policy();
  const standing = await deps.policyStanding();
  if (standing.kind === 'newer') return { cause: 'policy-waits' };
  if (standing.kind === 'kept')
    throw new AppError(errorCodeOf(standing.error), tellCause(standing.error).problem, {
      reason: 'policy-kept',
    });
  return undefined;
}

/** An organization whose record is damaged has no version on record; the audit tells of it. */
async function compareWithRecord(
  deps: CheckPolicyDeps,
  alias: string,
): Promise<ReadinessWarning | undefined> {
  const { hash, sources } = await deps.policy();
  const { onRecord, elsewhere } = await readVersionStanding(deps, alias, hash);
  if (onRecord !== undefined) {
    const here = `this deployment has another (${short(hash)}, ${deps.policyFile}), and does nothing for ${alias}`;
    const waiting = await waitingWords(
      deps,
      sources.filter(({ organizations }) => organizations.includes(alias)),
    );
    throw new AppError('policy-not-in-force', `In force is ${versionWords(onRecord)}; ${here}${waiting}`, {
      reason: 'policy-of-another-deployment',
    });
  }
  if (elsewhere.length === 0) return undefined;
  const told = elsewhere.map(
    ({ hash: other, origin, sinceMs }) =>
      `${short(other)}, ${origin.kind} ${origin.name}, since ${new Date(sinceMs).toISOString()}`,
  );
  return {
    cause: 'policy-elsewhere',
    problem: `Another deployment on this storage has a policy that is not in force (${told.join('; ')}), and does nothing`,
  };
}

function versionWords({ hash, number, sinceMs, file }: NonNullable<VersionStanding['onRecord']>): string {
  return [
    `version ${number === undefined ? '' : `${number} `}of the policy (${short(hash)})`,
    ...(file === undefined ? [] : [`from ${file}`]),
    ...(sinceMs === undefined ? [] : [`since ${new Date(sinceMs).toISOString()}`]),
  ].join(', ');
}

/** Nothing where the deployment in force keeps up. */
async function waitingWords(
  { deliveries, clock }: CheckPolicyDeps,
  sources: readonly SourcePolicy[],
): Promise<string> {
  const beforeMs = clock.now() - WAITS_AFTER_MS;
  const counts = await Promise.all(
    sources.map(async ({ feed, name }) => (await deliveries.listPending(feed, name, beforeMs)).length),
  );
  const count = counts.reduce((sum, one) => sum + one, 0);
  return count === 0
    ? ''
    : `. Deliveries that nobody has processed for ${WAITS_AFTER_MS / 60_000} minutes: ${count}. The deployment in force seems to be gone`;
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
