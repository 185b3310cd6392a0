import type { TableClient, TransactionAction } from '@azure/data-tables';
import { mapConcurrently } from '../map-concurrently';

/** Azure's limits of a transaction are 100 rows and 4 MiB; the text of a row may take more bytes than characters. */
const MOST_ROWS = 100;
const MOST_CHARACTERS = 1_000_000;

/** Transactions at the same time. */
const WIDTH = 4;

/**
 * Writes rows of one partition, many at a time. Not one transaction: where it fails some may be written, and writing them
 * again must be harmless. `failed` may take over a transaction that was refused.
 */
export async function writeInTransactions(
  client: Pick<TableClient, 'submitTransaction'>,
  actions: readonly TransactionAction[],
  failed: (refused: readonly TransactionAction[], error: unknown) => Promise<void> = rethrow,
): Promise<void> {
  await mapConcurrently(inTransactions(actions), WIDTH, async (some) => {
    try {
      await client.submitTransaction(some);
    } catch (error) {
      await failed(some, error);
    }
  });
}

async function rethrow(_refused: readonly TransactionAction[], error: unknown): Promise<void> {
  throw error;
}

function inTransactions(actions: readonly TransactionAction[]): ReadonlyArray<TransactionAction[]> {
  const transactions: TransactionAction[][] = [];
  let characters = 0;
  for (const action of actions) {
    const own = JSON.stringify(action[1]).length;
    const last = transactions.at(-1);
    if (last === undefined || last.length === MOST_ROWS || characters + own > MOST_CHARACTERS) {
      transactions.push([action]);
      characters = own;
    } else {
      last.push(action);
      characters += own;
    }
  }
  return transactions;
}
