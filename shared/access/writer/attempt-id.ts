import { randomUUID } from 'node:crypto';

/** Names an attempt by the time it began, epoch milliseconds, and a UUID. Ids sort by that time. */
export function newAttemptId(startedAtMs: number): string {
  return `${String(startedAtMs).padStart(15, '0')}-${randomUUID()}`;
}

/** When the attempt of this id began, epoch milliseconds. */
export function startOfAttempt(id: string): number {
  return Number(id.split('-')[0]);
}
