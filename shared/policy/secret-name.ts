import { z } from 'zod';

/** As Key Vault has them. Any other could be two secrets in one place and one in another. */
export const SecretName = z
  .string()
  .trim()
  .regex(/^[0-9A-Za-z-]{1,127}$/, 'is no name of a secret: 1 to 127 letters, digits and hyphens');
