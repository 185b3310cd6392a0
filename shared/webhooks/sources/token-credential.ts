import type { Credential } from '../check-credential';

/** Systems whose administrators write the request themselves have no signature, only a header with a token. */
export const tokenCredential: Credential = {
  trust: 'bearer',
  token: { headers: ['authorization', 'x-webhook-token'] },
};
