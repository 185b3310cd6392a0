import type { SourcePolicy } from '../../domain/policy';

/** Names a ticket: two ticket systems may use the same number. */
export function ticketOf({ name }: Pick<SourcePolicy, 'name'>, ticketId: string): string {
  return JSON.stringify([name, ticketId]);
}
