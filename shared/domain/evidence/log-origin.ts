import type { OrganizationPolicy } from '../policy';

/** The name of an organization's log: it stays the same wherever its storage is. */
export function originOf({
  identityBaseUrl,
  partitionGlobalId,
}: Pick<OrganizationPolicy, 'identityBaseUrl' | 'partitionGlobalId'>): string {
  return `${new URL(identityBaseUrl).host}/${partitionGlobalId}/access-evidence`;
}
