import type { ReadinessCheck } from './access/check-readiness';
import { EVERYONE_GROUP_ID } from './domain/hard-stops';
import type { Policy } from './domain/policy';
import type { Organizations } from './organizations';
import { readOrganizationCredential } from './secrets/organization-credential';
import type { SecretStore } from './secrets/secret-store';
import type { StorageAccount } from './storage/storage-account';

/** What has to answer before the application can work, each named: the policy, storage, and every organization's vault, token and service. */
export async function readinessChecks(
  parts: Readonly<{
    policy: () => Promise<Policy>;
    secrets: SecretStore;
    storage: StorageAccount;
    client: Organizations;
  }>,
): Promise<readonly ReadinessCheck[]> {
  const { policy, secrets, storage, client } = parts;
  const readPolicy: ReadinessCheck = {
    name: 'policy',
    check: async () => {
      await policy();
    },
  };
  const organizations = await policy().then(
    (value) => [...value.organizations.values()],
    () => [],
  );
  return [
    readPolicy,
    { name: 'storage', check: storage.check },
    ...organizations.flatMap(({ alias, credentialSecret }): ReadinessCheck[] => [
      {
        name: `vault:${alias}`,
        check: async () => {
          await readOrganizationCredential(secrets, credentialSecret);
        },
      },
      { name: `token:${alias}`, check: async () => (await client(alias)).uipath.checkToken() },
      {
        name: `organization:${alias}`,
        check: async () => {
          await (await client(alias)).uipath.groups.loadByIds([EVERYONE_GROUP_ID]);
        },
      },
    ]),
  ];
}
