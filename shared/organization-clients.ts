import { createWriteGate } from './access/ledger/organization/observed-organization';
import type { OwnRecords } from './access/ledger/organization/version-in-force';
import type { OrganizationPolicy } from './domain/policy';
import type { QuotaGate } from './domain/plan/quota';
import { AppError } from './errors';
import type { Infrastructure } from './infrastructure';
import { readOrganizationCredential } from './secrets/organization-credential';
import type { SecretStore } from './secrets/secret-store-interface';
import type { Pauses } from './storage/desk/pauses';
import { createSentChanges } from './storage/calls/sent-changes';
import { createQuotaGates } from './storage/quota-gate-per-organization';
import { coded } from './storage/storage-errors';
import { createUiPathClient, type UiPathClient } from './uipath/client';
import { scopesFor } from './uipath/client-settings';

type OpenOrganization = Readonly<{ uipath: UiPathClient; quota: QuotaGate; scopes: readonly string[] }>;
/** `policyHash`: the version under which the client writes. */
export type Organizations = (
  alias: string,
) => Promise<OpenOrganization & Readonly<{ clientId: string; policyHash: string }>>;

type ClientParts = Pick<
  Infrastructure,
  'policy' | 'storage' | 'clock' | 'random' | 'uipathFetch' | 'quotaRules'
> &
  Readonly<{ secrets: SecretStore; ownRecords: OwnRecords; pauses: Pick<Pauses, 'get'> }>;

/** One client per organization, made anew when the policy changes; those of another policy are dropped, and write nothing once it is replaced. */
export function createOrganizationClients(parts: ClientParts): Organizations {
  const { storage, secrets, clock, random, uipathFetch, quotaRules } = parts;
  const sent = coded(createSentChanges(storage));
  const opened = new Map<string, OpenOrganization>();
  let openedUnder: string | undefined;
  const open = (organization: OrganizationPolicy, hash: string): OpenOrganization => {
    const quotas = createQuotaGates({
      storage,
      clock,
      rulesOf: () => ({ ...organization.quota, ...quotaRules }),
    });
    const quota = quotas.forOrganization(organization.alias);
    const scopes = scopesFor(organization);
    const uipath = createUiPathClient({
      organization,
      settings: { scopes },
      credentials: async () => readOrganizationCredential(secrets, organization.credentialSecret),
      quota,
      clock,
      random,
      requireMayWrite: createWriteGate(parts, { alias: organization.alias, hash }),
      noteChange: async (change) => sent.note(organization.alias, { ...change, atMs: clock.now() }),
      fetch: uipathFetch,
    });
    return { uipath, quota, scopes };
  };
  return async (alias) => {
    const { hash, organizations } = await parts.policy();
    const organization = organizations.get(alias);
    if (organization === undefined)
      throw new AppError('policy-invalid', 'The policy names no such organization');
    if (hash !== openedUnder) opened.clear();
    openedUnder = hash;
    const known = opened.get(alias) ?? open(organization, hash);
    opened.set(alias, known);
    const { clientId } = await readOrganizationCredential(secrets, organization.credentialSecret);
    return { ...known, clientId: clientId.toLowerCase(), policyHash: hash };
  };
}
