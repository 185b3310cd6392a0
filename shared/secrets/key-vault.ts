import type { SecretClient } from '@azure/keyvault-secrets';
import { AppError, UpstreamError } from '../errors';
import type { SecretStore, SecretVersions } from './secret-store';

type VaultClient = Pick<SecretClient, 'getSecret' | 'listPropertiesOfSecretVersions'>;

type Version = Readonly<{ id: string; createdAtMs: number; expiresAtMs: number }>;

/**
 * Reads secrets from Azure Key Vault: the newest enabled version, and the enabled one before it while it has not expired.
 * So a rotation is: add a version, give it to the sender, then disable the old one, or set its expiry beforehand.
 * The expiry of the newest version is left to the vault's own alerts: access must still be removed when it is overlooked.
 * Both calls need the role Key Vault Secrets User. `timeoutMs` limits one read as a whole.
 */
export function createKeyVaultSecretStore(
  client: VaultClient,
  deps: Readonly<{ now: () => number }>,
  { timeoutMs = 2_500 }: Readonly<{ timeoutMs?: number }> = {},
): SecretStore {
  return {
    read: async (name) => {
      if (!/^[0-9A-Za-z-]{1,127}$/.test(name))
        throw new AppError('secret-missing', 'A secret name has 1 to 127 letters, digits and hyphens');
      const abortSignal = AbortSignal.timeout(timeoutMs);
      const [current, previous] = await enabledVersions(client, name, deps.now(), abortSignal);
      if (current === undefined)
        throw new AppError('secret-missing', `The vault has no enabled version of the secret ${name}`);
      const versions: SecretVersions = {
        current: await readValue(client, name, current, abortSignal),
        previous:
          previous === undefined || previous.expiresAtMs <= deps.now()
            ? undefined
            : await readPrevious(client, name, previous, abortSignal),
      };
      return versions;
    },
  };
}

/** Newest first. */
async function enabledVersions(
  client: VaultClient,
  name: string,
  nowMs: number,
  abortSignal: AbortSignal,
): Promise<readonly Version[]> {
  const versions: Version[] = [];
  try {
    for await (const {
      version,
      enabled,
      createdOn,
      notBefore,
      expiresOn,
    } of client.listPropertiesOfSecretVersions(name, { abortSignal })) {
      const isUsable = enabled !== false && (notBefore?.getTime() ?? 0) <= nowMs;
      if (version !== undefined && isUsable)
        versions.push({
          id: version,
          createdAtMs: createdOn?.getTime() ?? 0,
          expiresAtMs: expiresOn?.getTime() ?? Infinity,
        });
    }
  } catch (error) {
    throw toAppError(error, name);
  }
  return versions.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
}

async function readValue(
  client: VaultClient,
  name: string,
  version: Version,
  abortSignal: AbortSignal,
): Promise<string> {
  const value = await getValue(client, name, version, abortSignal);
  if (value === '') throw new AppError('secret-invalid', `The secret ${name} is empty`);
  return value;
}

/** An empty previous version is none. One that was disabled since the listing is none either. */
async function readPrevious(
  client: VaultClient,
  name: string,
  version: Version,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const value = await getValue(client, name, version, abortSignal);
    return value === '' ? undefined : value;
  } catch (error) {
    const isGone = error instanceof UpstreamError && error.status === 403;
    if (isGone || (error instanceof AppError && error.code === 'secret-missing')) return undefined;
    throw error;
  }
}

async function getValue(
  client: VaultClient,
  name: string,
  version: Version,
  abortSignal: AbortSignal,
): Promise<string> {
  try {
    const secret = await client.getSecret(name, { version: version.id, abortSignal });
    return secret.value?.trim() ?? '';
  } catch (error) {
    throw toAppError(error, name);
  }
}

/** The SDK's error is not kept as the cause: it carries the request and the answer. */
function toAppError(error: unknown, name: string): AppError {
  const status = numberOf(error, 'statusCode');
  if (status === 404) return new AppError('secret-missing', `The vault has no secret ${name}`);
  const reason = status === 0 ? reasonOf(error) : `status ${status}`;
  return new UpstreamError('vault-unavailable', `The vault did not give the secret ${name} (${reason})`, {
    service: 'key-vault',
    status,
  });
}

function numberOf(error: unknown, member: string): number {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, member) : undefined;
  return typeof value === 'number' ? value : 0;
}

/** A code such as ECONNREFUSED or the name of the error; both are the SDK's own words. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : error.name;
}
