import { AppError } from '../../errors';
import type { ContainedDeps } from './containment';

/** A row of pending work, or a hold, that cannot be read stays as it is. It is shown, and looked at again, with a backoff of its own. */
export async function failUnreadableRow(
  { units }: ContainedDeps,
  rowKey: string,
  kind: 'row' | 'hold' = 'row',
): Promise<void> {
  await units.run({ kind, key: rowKey }, async () => {
    throw new AppError('record-unreadable', 'A row of pending work cannot be read');
  });
}
