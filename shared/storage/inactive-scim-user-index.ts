import type { TransactionAction } from '@azure/data-tables';
import type { ProvisionedUser } from '../domain/provisioned-user';

/** What a change does to the mark `i:<since>:<id>` of somebody who is inactive. */
export function inactiveActions(
  partitionKey: string,
  id: string,
  before: ProvisionedUser | undefined,
  after: ProvisionedUser | undefined,
): readonly TransactionAction[] {
  const was = before?.inactiveSinceMs;
  const is = after?.inactiveSinceMs;
  if (was === is) return [];
  return [
    ...(was === undefined ? [] : [['delete', { partitionKey, rowKey: inactiveKey(was, id) }] as const]),
    ...(is === undefined ? [] : [['create', { partitionKey, rowKey: inactiveKey(is, id) }] as const]),
  ].map(([kind, row]): TransactionAction => [kind, row]);
}

/** In the order of time, so that the old ones are found without reading the rest. */
export function inactiveKey(sinceMs: number, id: string): string {
  return `i:${String(Math.max(0, sinceMs)).padStart(15, '0')}:${id}`;
}
