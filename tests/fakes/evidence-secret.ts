import { createHash } from 'node:crypto';

/** The secret of one evidence key, always the same for one number. */
export function evidenceSecret(number: number): string {
  return createHash('sha256').update(`evidence key ${number}`).digest('base64');
}
