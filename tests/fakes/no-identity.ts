import type { CheckIdentity } from '../../shared/webhooks/entra-identity';

/** For where no source proves itself by an identity. */
export const noIdentity: CheckIdentity = async () => ({ verified: false, reason: 'identity-refused' });
