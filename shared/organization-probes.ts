import type { OrganizationProbe } from './access/readiness/check-organization';
import type { OrganizationPolicy } from './domain/policy';
import { AppError } from './errors';
import type { Infrastructure } from './infrastructure';
import { readOrganizationCredential } from './secrets/organization-credential';
import type { SecretStore } from './secrets/secret-store-interface';
import { createQuotaGates } from './storage/quota-gate-per-organization';
import { createUiPathClient } from './uipath/client';
import { scopesFor } from './uipath/client-settings';

type ProbeParts = Pick<Infrastructure, 'storage' | 'clock' | 'random' | 'uipathFetch' | 'quotaRules'>;

/** Whoever waits is told of the first failure, and of none twice. */
const ONCE = { attempts: 1, requestTimeoutMs: 5_000 } as const;

/**
 * Opens clients that look at an organization once: each gets a token of its own, with the secret of the moment, so that nothing that was
 * kept from before hides what is wrong now. Their calls count against the same quota.
 */
export function createOrganizationProbes(
  parts: ProbeParts,
): (organization: OrganizationPolicy, secrets: SecretStore) => OrganizationProbe {
  const { storage, clock, random, uipathFetch, quotaRules } = parts;
  return (organization, secrets) => {
    const { alias, credentialSecret } = organization;
    const quotas = createQuotaGates({
      storage,
      clock,
      rulesOf: () => ({ ...organization.quota, ...quotaRules }),
      postBlock: 0,
    });
    const scopes = scopesFor(organization);
    let aheadMs: number | undefined;
    const client = onceOnly(() =>
      createUiPathClient({
        organization,
        settings: { ...ONCE, scopes },
        credentials: async () => readOrganizationCredential(secrets, credentialSecret),
        quota: quotas.forOrganization(alias),
        clock,
        random,
        requireMayWrite: async () => {
          throw new AppError('not-permitted', 'Who looks whether all is well writes nothing');
        },
        fetch: async (input, init) => {
          const answer = await uipathFetch(input, init);
          const theirsMs = Date.parse(answer.headers.get('date') ?? '');
          if (!Number.isNaN(theirsMs)) aheadMs = clock.now() - theirsMs;
          return answer;
        },
      }),
    );
    return {
      scopes,
      calls: (signal) => client().abortedBy(signal),
      headroom: async () => quotas.headroom(alias),
      clockAheadMs: () => aheadMs,
      nowMs: clock.now,
    };
  };
}

function onceOnly<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
