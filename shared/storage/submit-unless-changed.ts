import type { TableClient, TransactionAction } from '@azure/data-tables';
import { isConflict, isNotFound } from './storage-errors';

/** Submits a transaction on rows that were read before. False, and nothing is written, when somebody changed or took one of them. */
export async function submitUnlessChanged(
  client: Pick<TableClient, 'submitTransaction'>,
  actions: readonly TransactionAction[],
): Promise<boolean> {
  try {
    await client.submitTransaction([...actions]);
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return false;
    throw error;
  }
}
