import type { z } from 'zod';
import type { Clock } from '../clock';
import { HOUR_MS } from '../domain/durations';
import { AppError } from '../errors';
import type { RecordSeal } from '../domain/evidence/record-seal';
import { decodeRecord } from './record-encoding';

/** Where a row is that cannot be read. Keys hold hashes, ids and names of sources, never personal data. */
export type UnreadableRow = Readonly<{ table: string; partitionKey: string; rowKey: string }>;

/** Hears of each row that a list passed over. */
export type OnUnreadable = (row: UnreadableRow) => void;

/** Of a store that nobody listens to, such as one that is only written. */
export const untold: OnUnreadable = () => undefined;

/** Hands on a row once an hour, however many lists pass over it. */
export function tellHourly(tell: OnUnreadable, clock: Pick<Clock, 'now'>): OnUnreadable {
  const toldAtMs = new Map<string, number>();
  return (row) => {
    const key = `${row.table}/${row.partitionKey}/${row.rowKey}`;
    const nowMs = clock.now();
    const toldMs = toldAtMs.get(key);
    if (toldMs !== undefined && nowMs - toldMs < HOUR_MS) return;
    for (const [other, atMs] of toldAtMs) if (nowMs - atMs >= HOUR_MS) toldAtMs.delete(other);
    toldAtMs.set(key, nowMs);
    tell(row);
  };
}

type ListedRow = Readonly<Record<string, unknown>> &
  Readonly<{ partitionKey?: string | undefined; rowKey?: string | undefined }>;

/** One row of a list; undefined for one that cannot be read, which is told and left as it is. */
export function decodeListed<S extends z.ZodType>(
  schema: S,
  row: ListedRow,
  told: Readonly<{ table: string; onUnreadable: OnUnreadable; seal: RecordSeal; beside?: string }>,
): z.output<S> | undefined {
  const { partitionKey = '', rowKey = '' } = row;
  try {
    return decodeRecord(schema, row, { ...told, partitionKey, rowKey });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'record-unreadable') throw error;
    told.onUnreadable({ table: told.table, partitionKey, rowKey });
    return undefined;
  }
}
