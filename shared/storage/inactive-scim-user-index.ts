import type { TransactionAction } from '@azure/data-tables';
import type { ProvisionedUser } from '../domain/provisioned-user';

/** Table actions that keep the index row `i:<since>:<id>` of an inactive user in step with a change. */
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

/** The row key of the index, ordered by time, so that old rows are found by a range query. */
export function inactiveKey(sinceMs: number, id: string): string {
  return `i:${String(Math.max(0, sinceMs)).padStart(15, '0')}:${id}`;
}
