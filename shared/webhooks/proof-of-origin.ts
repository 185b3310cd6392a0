import type { Credential, IdentityCredential } from './check-credential';

/** Proof of origin of a source, from strong to weak; with `token` alone a source may only add. */
export type ProofOfOrigin = 'signature' | 'identity' | 'token-and-look-up' | 'token';

/** The proof of origin of a source, by its format and by what the policy adds. */
export function proofOfOrigin(
  credential: Credential | IdentityCredential,
  { entra, fetchBack }: Readonly<{ entra: unknown; fetchBack: unknown }>,
): ProofOfOrigin {
  if (credential.trust === 'signed') return 'signature';
  if (credential.trust === 'identity' || entra !== undefined) return 'identity';
  return fetchBack === undefined ? 'token' : 'token-and-look-up';
}
