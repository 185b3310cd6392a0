import type { SecretClient } from '@azure/keyvault-secrets';
import { lostConnection } from '../domain/lost-connection';
import { AppError, UpstreamError } from '../errors';
import type { SecretEnds, SecretStore } from './secret-store-interface';

type VaultClient = Pick<SecretClient, 'getSecret' | 'listPropertiesOfSecretVersions'>;

type Version = Readonly<{ id: string; createdAtMs: number; expiresAtMs: number }>;
type Value = Readonly<{ id: string; value: string }>;
type SecretRead = Readonly<{ client: VaultClient; name: string; nowMs: number; abortSignal: AbortSignal }>;

/**
 * Reads secrets from Azure Key Vault: the newest enabled version, and the enabled one before it while it has not expired.
 * So a rotation is: add a version, give it to the sender, then disable the old one, or set its expiry beforehand.
 * A value beyond its expiry is still used: access must still be removed when it is overlooked. The audit reports it.
 * The role Key Vault Secrets User is enough. `timeoutMs` limits one read as a whole.
 */
export function createKeyVaultSecretStore(
  client: VaultClient,
  deps: Readonly<{ now: () => number }>,
  { timeoutMs = 15_000 }: Readonly<{ timeoutMs?: number }> = {},
): SecretStore {
  return {
    read: async (name) => {
      if (!/^[0-9A-Za-z-]{1,127}$/.test(name))
        throw new AppError('secret-missing', 'A secret name has 1 to 127 letters, digits and hyphens');
      const call = { client, name, nowMs: deps.now(), abortSignal: AbortSignal.timeout(timeoutMs) };
      // The vault knows which version is the latest; by the list alone two of the same second could not be told apart.
      const latest = await readLatest(call);
      const others = (await listUsable(call)).filter(({ id }) => id !== latest?.id);
      const current = latest ?? (await readCurrent(call, others[0]));
      const previous = others.find(({ id }) => id !== current.id);
      if (current.value === '') throw new AppError('secret-invalid', `The secret ${name} is empty`);
      return { current: current.value, previous: await readPrevious(call, previous) };
    },
  };
}

/** Tells when secrets end, by their properties; the value that comes with them is not kept. */
export function createKeyVaultSecretEnds(
  client: Pick<VaultClient, 'getSecret'>,
  { timeoutMs = 15_000 }: Readonly<{ timeoutMs?: number }> = {},
): SecretEnds {
  return async (name) => {
    try {
      const { properties } = await client.getSecret(name, { abortSignal: AbortSignal.timeout(timeoutMs) });
      return properties.expiresOn?.getTime();
    } catch (error) {
      throw toAppError(error, name);
    }
  };
}

/** undefined: the latest version is disabled or not valid yet, or nothing may be read at all. The list tells which. */
async function readLatest(call: SecretRead): Promise<Value | undefined> {
  try {
    const { value, properties } = await call.client.getSecret(call.name, { abortSignal: call.abortSignal });
    const isValid = (properties.notBefore?.getTime() ?? 0) <= call.nowMs;
    return isValid && properties.version !== undefined
      ? { id: properties.version, value: value?.trim() ?? '' }
      : undefined;
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw toAppError(error, call.name);
  }
}

/** Newest first. */
async function listUsable({ client, name, nowMs, abortSignal }: SecretRead): Promise<readonly Version[]> {
  const versions: Version[] = [];
  try {
    for await (const listed of client.listPropertiesOfSecretVersions(name, { abortSignal })) {
      const { version, enabled, createdOn, notBefore, expiresOn } = listed;
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

async function readCurrent(call: SecretRead, version: Version | undefined): Promise<Value> {
  if (version === undefined)
    throw new AppError('secret-missing', `The vault has no enabled version of the secret ${call.name}`);
  try {
    return await readVersion(call, version);
  } catch (error) {
    throw toAppError(error, call.name);
  }
}

/** An empty previous version is none, and neither is one that was disabled since the listing. */
async function readPrevious(call: SecretRead, version: Version | undefined): Promise<string | undefined> {
  if (version === undefined || version.expiresAtMs <= call.nowMs) return undefined;
  try {
    const { value } = await readVersion(call, version);
    return value === '' ? undefined : value;
  } catch (error) {
    if ([403, 404].includes(statusOf(error))) return undefined;
    throw toAppError(error, call.name);
  }
}

async function readVersion({ client, name, abortSignal }: SecretRead, { id }: Version): Promise<Value> {
  const { value } = await client.getSecret(name, { version: id, abortSignal });
  return { id, value: value?.trim() ?? '' };
}

/** The SDK's error is not kept as the cause: it carries the request and the answer. */
function toAppError(error: unknown, name: string): AppError {
  const status = statusOf(error);
  if (status === 404) return new AppError('secret-missing', `The vault has no secret ${name}`);
  const reason = status === 0 ? lostConnection(error) : wordsFor(status);
  return new UpstreamError('vault-unavailable', `The vault did not give the secret ${name}: ${reason}`, {
    service: 'key-vault',
    status,
    reason: status === 401 || status === 403 ? 'vault-denied' : undefined,
  });
}

/** 0: there was no answer. */
function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' ? status : 0;
}

function wordsFor(status: number): string {
  if (status === 401 || status === 403)
    return `it does not allow it: give the identity of this application the role Key Vault Secrets User, and let this network through the firewall of the vault (HTTP ${status})`;
  if (status === 429) return `it is asked too often (HTTP ${status})`;
  return status >= 500
    ? `it failed: try again later (HTTP ${status})`
    : `it refuses: check KEY_VAULT_URL (HTTP ${status})`;
}
