import type { Credential, IdentityCredential } from './check-credential';

/** What makes a delivery of a source believed, from most to least; `token`: only that it may add. */
export type ProofOfOrigin = 'signature' | 'identity' | 'token-and-look-up' | 'token';

/** How a source proves itself, by its format and by what the policy adds. */
export function proofOfOrigin(
  credential: Credential | IdentityCredential,
  { entra, fetchBack }: Readonly<{ entra: unknown; fetchBack: unknown }>,
): ProofOfOrigin {
  if (credential.trust === 'signed') return 'signature';
  if (credential.trust === 'identity' || entra !== undefined) return 'identity';
  return fetchBack === undefined ? 'token' : 'token-and-look-up';
}
