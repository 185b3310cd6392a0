import { createHash } from 'node:crypto';
import { z } from 'zod';
import { createRecordTable } from './record-table';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';

/** Delivery state of a receiver: the last night that was sent to it, and the failures since. */
export type NotificationState = Readonly<{
  target: string;
  night: string | undefined;
  toldAtMs: number | undefined;
  failure: Readonly<{ code: string; night: string; atMs: number; attempts: number }> | undefined;
}>;

export type NotificationStates = Readonly<{
  list: (organization: string) => Promise<readonly NotificationState[]>;
  put: (organization: string, told: NotificationState) => Promise<void>;
  /** Forgets receivers; one that is gone already is no error. */
  remove: (organization: string, targets: readonly string[]) => Promise<void>;
}>;

const NotificationStateSchema: z.ZodType<NotificationState> = z
  .object({
    target: z.string(),
    night: z.string().optional(),
    toldAtMs: z.number().optional(),
    failure: z
      .object({ code: z.string(), night: z.string(), atMs: z.number(), attempts: z.number() })
      .optional(),
  })
  .transform(({ target, night, toldAtMs, failure }) => ({ target, night, toldAtMs, failure }));

/** One row per receiver and organization. */
export function createNotificationStates(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): NotificationStates {
  const records = createRecordTable(storage, {
    name: 'notifications',
    noun: 'receiver',
    schema: NotificationStateSchema,
    onUnreadable,
  });
  return {
    list: records.list,
    put: async (organization, told) => records.put(organization, keyOf(told.target), told),
    remove: async (organization, targets) => records.remove(organization, targets.map(keyOf)),
  };
}

/** An address of a receiver may hold what a key must not. */
function keyOf(target: string): string {
  return createHash('sha256').update(target).digest('hex');
}
