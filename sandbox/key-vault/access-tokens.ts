import { randomBytes } from 'node:crypto';

/** The audience of a token for a vault; `DIRECTORY` is where it says tokens are to be had. */
export const VAULT_RESOURCE = 'https://vault.azure.net';
export const DIRECTORY = 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000';

type AccessToken = Readonly<{ token: string; expiresOnSeconds: number }>;

export type AccessTokens = Readonly<{
  issue: (resource: string) => AccessToken;
  /** Whether it was issued here, for a vault, and has not expired. */
  isGood: (token: string) => boolean;
}>;

export function createAccessTokenCache(now: () => number, lifetimeSeconds: number): AccessTokens {
  const issued = new Map<string, Readonly<{ resource: string; expiresOnSeconds: number }>>();
  return {
    issue: (resource) => {
      const token = randomBytes(24).toString('base64url');
      const expiresOnSeconds = Math.floor(now() / 1000) + lifetimeSeconds;
      issued.set(token, { resource, expiresOnSeconds });
      return { token, expiresOnSeconds };
    },
    isGood: (token) => {
      const known = issued.get(token);
      return known?.resource === VAULT_RESOURCE && known.expiresOnSeconds * 1000 > now();
    },
  };
}
