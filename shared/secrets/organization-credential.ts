import { z } from 'zod';
import { AppError } from '../errors';
import type { SecretStore } from './secret-store-interface';

const CredentialSchema = z.object({
  clientId: z.string().trim().min(1),
  clientSecret: z.string().trim().min(1),
});

export type OrganizationCredential = Readonly<z.output<typeof CredentialSchema>>;

/**
 * The external application of an organization, kept as one secret `{"clientId": "…", "clientSecret": "…"}`, so that
 * both change together when it is rotated.
 *
 * @throws what the store throws, and `secret-invalid` when the secret is something else
 */
export async function readOrganizationCredential(
  store: SecretStore,
  secretName: string,
): Promise<OrganizationCredential> {
  const { current } = await store.read(secretName);
  const result = CredentialSchema.safeParse(parse(current));
  if (result.success) return result.data;
  throw new AppError(
    'secret-invalid',
    `The secret ${secretName} is not JSON with a clientId and a clientSecret`,
  );
}

/** undefined where it is no JSON: the parser's own message quotes the secret. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
