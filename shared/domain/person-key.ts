import { createHash } from 'node:crypto';

/** Folds an address or a group name for comparison: lower case, composed Unicode form (NFC), trimmed. */
export function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/** The pseudonymous key of a person in storage, queues and logs: equal for every source, and shows no address. */
export function personKey(email: string): string {
  return createHash('sha256').update(fold(email)).digest('hex').slice(0, 32);
}
