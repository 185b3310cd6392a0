import { createHash } from 'node:crypto';

/** E-mail addresses and group names are compared without case, in composed Unicode form, without outer blanks. */
export function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/** The key of a person in storage, queues and logs: it names the same person in every source and shows no address. */
export function personKey(email: string): string {
  return createHash('sha256').update(fold(email)).digest('hex').slice(0, 32);
}
