import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SecretVersions } from './secret-store-interface';

/** Tells equal secrets without keeping them. */
export type SecretDigests = (versions: SecretVersions) => readonly string[];

const CredentialSchema = z.object({ clientSecret: z.string() });

/**
 * Digests of both versions of a secret, equal for equal secrets, of this process only: their key is random and never leaves it. The
 * prefix `whsec_` and padding count for nothing, as the key is the same; of a credential in JSON its client secret counts too.
 */
export function createSecretDigests(): SecretDigests {
  const key = randomBytes(32);
  return ({ current, previous }) =>
    [current, previous ?? current]
      .flatMap((value) => [value, ...clientSecretIn(value)])
      .map((value) =>
        value
          .trim()
          .replace(/^whsec_/, '')
          .replace(/={1,2}$/, ''),
      )
      .filter((value) => value !== '')
      .map((value) => createHmac('sha256', key).update(value).digest('base64'));
}

function clientSecretIn(value: string): readonly string[] {
  if (!value.trim().startsWith('{')) return [];
  try {
    return [CredentialSchema.parse(JSON.parse(value)).clientSecret];
  } catch {
    return [];
  }
}
