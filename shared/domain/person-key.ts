import { createHash } from 'node:crypto';
import { fold } from './fold';

/** The pseudonymous key of a person in storage, queues and logs: equal for every source, and shows no address. */
export function personKey(email: string): string {
  return createHash('sha256').update(fold(email)).digest('hex').slice(0, 32);
}
