import { createHash } from 'node:crypto';
import { fold } from './fold';

/** The pseudonymous key of a person in storage, queues and logs: equal for every source, and shows no address. */
export function personKey(email: string): string {
  return createHash('sha256').update(fold(email)).digest('hex').slice(0, 32);
}

/** True for a text of the form of such keys. */
export function isPersonKey(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** The key of a worker record in storage: it shows neither source nor id. */
export function workerRecordKey(source: string, workerId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([source, workerId]))
    .digest('hex')
    .slice(0, 32);
}

/** The key of the human behind several worker records of a source: it shows neither source nor id. */
export function sourcePersonKey(source: string, personId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['person', source, personId]))
    .digest('hex')
    .slice(0, 32);
}

/** The key of the ledger of an account that was a person's before. */
export function formerAccountKey(accountId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['former account', accountId]))
    .digest('hex')
    .slice(0, 32);
}
