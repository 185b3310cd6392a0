import type { TableClient } from '@azure/data-tables';
import type { Subject, SubjectKind } from '../domain/ledger/subject';
import type { Lane } from '../domain/lane';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';

/**
 * A scheduled mark: the subject is marked at that time, for a future date, an expiry or a retry. The lane is the
 * normal one unless it says so.
 */
export type DueItem = Readonly<{ subject: Subject; dueAtMs: number; lane?: Lane }>;

export type DueDates = Readonly<{
  schedule: (item: DueItem) => Promise<void>;
  /** Items of an organization due at or before `nowMs`, earliest first. */
  listDue: (organization: string, nowMs: number, most: number) => Promise<readonly DueItem[]>;
  remove: (item: DueItem) => Promise<void>;
}>;

const KINDS: readonly SubjectKind[] = ['person', 'rule', 'entity', 'organization'];

/** Rows sort by time. The same item scheduled twice is one row. */
export function createDueDates(storage: Pick<StorageAccount, 'table'>): DueDates {
  const table = async (): Promise<TableClient> => storage.table('due');

  return {
    schedule: async (item) => {
      await (
        await table()
      ).upsertEntity(
        {
          partitionKey: item.subject.organization,
          rowKey: rowKeyOf(item),
          lane: item.lane ?? 'normal',
        },
        'Replace',
      );
    },

    listDue: async (organization, nowMs, most) => {
      const items: DueItem[] = [];
      const rows = (await table()).listEntities<{ rowKey: string; lane?: string }>({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey lt '${timeKey(nowMs + 1)}'` },
      });
      for await (const { rowKey, lane } of rows) {
        if (items.length >= most) break;
        const [time = '', kindName = '', key = ''] = rowKey.split(':');
        const kind = KINDS.find((known) => known === kindName);
        if (kind !== undefined)
          items.push({
            subject: { organization, kind, key },
            dueAtMs: Number(time),
            lane: lane === 'urgent' ? 'urgent' : 'normal',
          });
      }
      return items;
    },

    remove: async (item) => {
      await undefinedIfMissing(async () =>
        (await table()).deleteEntity(item.subject.organization, rowKeyOf(item)),
      );
    },
  };
}

function timeKey(ms: number): string {
  return String(Math.max(0, Math.ceil(ms))).padStart(15, '0');
}

function rowKeyOf({ subject, dueAtMs }: DueItem): string {
  return `${timeKey(dueAtMs)}:${subject.kind}:${subject.key}`;
}
