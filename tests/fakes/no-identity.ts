import type { CheckIdentity } from '../../shared/webhooks/check-entra-token';

/** For where no source proves itself by an identity. */
export const noIdentity: CheckIdentity = async () => ({ verified: false, reason: 'identity-refused' });
