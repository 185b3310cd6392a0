import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

/** The tenant, this app and the identity of the relay, as the demo's policy names them. */
export const ENTRA = {
  tenantId: '6f1f9d0a-2c57-4c1e-9d68-0f7c2b3a4e51',
  audience: 'api://access.acme.example',
  application: '3e8b5c1d-7a42-4f6e-8b90-c1d2e3f4a5b6',
} as const;

/** The workflows of the demo's tenant. */
export const WORKFLOWS = {
  joiner: '15239232-66ed-445b-8292-2f5bbb2eb833',
  mover: '25239232-66ed-445b-8292-2f5bbb2eb833',
  leaver: '35239232-66ed-445b-8292-2f5bbb2eb833',
} as const;

/** A private key in PEM: what Entra has in place of a shared secret. */
export function newEntraKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** What Entra publishes of its keys at `/<tenant>/discovery/v2.0/keys`. */
export function keySetOf(...privateKeys: readonly string[]): Readonly<{ keys: readonly object[] }> {
  return {
    keys: privateKeys.map((pem) => ({
      ...createPublicKey(pem).export({ format: 'jwk' }),
      use: 'sig',
      kid: keyIdOf(pem),
    })),
  };
}

/** An access token of version 1 for a managed identity, good for an hour. `changes` are other claims or another header. */
export function entraToken(
  privateKey: string,
  atMs: number,
  changes: Readonly<{ claims?: object; header?: object }> = {},
): string {
  const atSeconds = Math.floor(atMs / 1000);
  const header = { typ: 'JWT', alg: 'RS256', kid: keyIdOf(privateKey), ...changes.header };
  const claims = {
    aud: ENTRA.audience,
    iss: `https://sts.windows.net/${ENTRA.tenantId}/`,
    iat: atSeconds,
    nbf: atSeconds,
    exp: atSeconds + 3_600,
    appid: ENTRA.application,
    appidacr: '2',
    tid: ENTRA.tenantId,
    ver: '1.0',
    ...changes.claims,
  };
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

function keyIdOf(privateKey: string): string {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64url').slice(0, 22);
}
