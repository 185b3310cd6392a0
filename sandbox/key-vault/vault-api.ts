import { DIRECTORY, VAULT_RESOURCE, type AccessTokens } from './access-tokens';
import { errorAnswer, type Answer } from './answer';
import type { SecretVersion, SecretVersions } from './secret-versions';

export type VaultRequest = Readonly<{
  method: string;
  /** As the caller sees it: ids and links are made from its origin. */
  url: URL;
  authorization: string | undefined;
}>;

const DEFAULT_PAGE_SIZE = 25;

/** The reading part of the Key Vault REST API for secrets: the current value, a version's value, the versions. */
export function createVaultApi(
  secrets: SecretVersions,
  tokens: AccessTokens,
): (request: VaultRequest) => Answer {
  return ({ method, url, authorization }) => {
    const refused = checkToken(authorization, tokens);
    if (refused !== undefined) return refused;
    if (!url.searchParams.has('api-version')) {
      return errorAnswer(400, 'BadParameter', 'api-version must be specified');
    }
    const [collection, name, part, ...rest] = url.pathname.split('/').slice(1);
    if (collection !== 'secrets' || name === undefined || name === '' || rest.length > 0) {
      return errorAnswer(
        404,
        'NotFound',
        'This stand-in serves /secrets/{name}, its versions and their list.',
      );
    }
    if (method !== 'GET') return errorAnswer(405, 'MethodNotAllowed', 'This stand-in only reads.');
    if (part === 'versions') return listVersions(secrets.list(name), name, url);
    return getSecret(secrets.list(name), name, part ?? '', url.origin);
  };
}

/** The first request of an SDK carries no token: the challenge tells it which one to get. */
function checkToken(authorization: string | undefined, tokens: AccessTokens): Answer | undefined {
  const [, token] = /^Bearer (.+)$/.exec(authorization ?? '') ?? [];
  if (token !== undefined && tokens.isGood(token)) return undefined;
  const message =
    token === undefined
      ? 'AKV10000: Request is missing a Bearer or PoP token.'
      : 'AKV10022: Invalid token, or one for another audience.';
  return {
    ...errorAnswer(401, 'Unauthorized', message),
    headers: { 'www-authenticate': `Bearer authorization="${DIRECTORY}", resource="${VAULT_RESOURCE}"` },
  };
}

function getSecret(
  versions: readonly SecretVersion[],
  name: string,
  version: string,
  origin: string,
): Answer {
  const secret = version === '' ? versions.at(-1) : versions.find((one) => one.version === version);
  if (secret === undefined) {
    return errorAnswer(
      404,
      'SecretNotFound',
      `A secret with (name/id) ${name} was not found in this key vault.`,
    );
  }
  if (!secret.isEnabled) {
    const message = 'Operation get is not allowed on a disabled secret.';
    return errorAnswer(403, 'Forbidden', message, 'SecretDisabled');
  }
  return { status: 200, body: { value: secret.value, ...describe(secret, origin) } };
}

function listVersions(versions: readonly SecretVersion[], name: string, url: URL): Answer {
  const pageSize = Number(url.searchParams.get('maxresults') ?? DEFAULT_PAGE_SIZE);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > DEFAULT_PAGE_SIZE) {
    return errorAnswer(400, 'BadParameter', `maxresults must be from 1 to ${DEFAULT_PAGE_SIZE}`);
  }
  const begin = Number(url.searchParams.get('$skiptoken') ?? 0);
  const end = begin + pageSize;
  const next = new URL(`/secrets/${name}/versions`, url.origin);
  next.searchParams.set('api-version', url.searchParams.get('api-version') ?? '');
  next.searchParams.set('$skiptoken', `${end}`);
  next.searchParams.set('maxresults', `${pageSize}`);
  return {
    status: 200,
    body: {
      value: versions.slice(begin, end).map((one) => describe(one, url.origin)),
      nextLink: end < versions.length ? next.href : null,
    },
  };
}

function describe(secret: SecretVersion, origin: string): Readonly<Record<string, unknown>> {
  const { name, version, isEnabled, createdSeconds } = secret;
  return {
    id: `${origin}/secrets/${name}/${version}`,
    attributes: {
      enabled: isEnabled,
      created: createdSeconds,
      updated: createdSeconds,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    },
  };
}
