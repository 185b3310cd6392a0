import type { TableClient } from '@azure/data-tables';
import type { Subject, SubjectKind } from '../domain/ledger/subject';
import type { Lane } from '../domain/lane';
import { removeRows } from './record-table';
import { listRowsInPages } from './list-rows-in-pages';
import type { StorageAccount } from './storage-account';
import { timeKey } from './time-key';
import { untold } from './unreadable-rows';

/**
 * A scheduled mark: the subject is marked at that time, for a future date, an expiry or a retry. The lane is the
 * normal one unless it says so.
 */
export type DueItem = Readonly<{
  subject: Subject;
  dueAtMs: number;
  lane?: Lane;
  /** Of an item that was listed: the key of its row, whatever that is. */
  rowKey?: string;
}>;

export type DueDates = Readonly<{
  schedule: (item: DueItem) => Promise<void>;
  /** Items of an organization due at or before `nowMs`: earliest first, and where there are more than `most`, urgent ones before the others. */
  listDue: (organization: string, nowMs: number, most: number) => Promise<readonly DueItem[]>;
  /**
   * Forgets items that were due before `beforeMs` of organizations that are not among these, at most so many. Returns how many.
   */
  forgetOfOthers: (organizations: ReadonlySet<string>, beforeMs: number, most: number) => Promise<number>;
  /** Removes items of one organization; one that is gone already is no error. */
  remove: (...items: readonly DueItem[]) => Promise<void>;
}>;

const KINDS: readonly SubjectKind[] = ['person', 'rule', 'entity', 'organization'];

/** Rows sort by time. The same item scheduled twice is one row. */
export function createDueDates(storage: Pick<StorageAccount, 'table'>, onUnreadable = untold): DueDates {
  const table = async (): Promise<TableClient> => storage.table('due');

  const list = async (organization: string, filter: string, most: number): Promise<readonly DueItem[]> => {
    const items: DueItem[] = [];
    const rows = (await table()).listEntities<{ rowKey: string; lane?: string }>({
      queryOptions: { filter },
    });
    for await (const { rowKey, lane } of listRowsInPages(rows, most)) {
      if (items.length >= most) break;
      const item = whatIsDue(organization, rowKey);
      if (item === undefined) onUnreadable({ table: 'due', partitionKey: organization, rowKey });
      else items.push({ ...item, lane: lane === 'urgent' ? 'urgent' : 'normal' });
    }
    return items;
  };

  const keysOf = async (filter: string, most: number) => {
    const keys: Readonly<{ partitionKey: string; rowKey: string }>[] = [];
    const rows = (await table()).listEntities<{ partitionKey: string; rowKey: string }>({
      queryOptions: { filter },
    });
    for await (const { partitionKey, rowKey } of listRowsInPages(rows, most)) {
      if (keys.length >= most) break;
      keys.push({ partitionKey, rowKey });
    }
    return keys;
  };

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
      const filter = `PartitionKey eq '${organization}' and RowKey lt '${timeKey(nowMs + 1)}'`;
      const earliest = await list(organization, filter, most);
      if (earliest.length < most) return earliest;
      const urgent = await list(organization, `${filter} and lane eq 'urgent'`, most);
      return [...urgent, ...earliest.filter(({ lane }) => lane !== 'urgent')].slice(0, most);
    },

    // From one partition to the next: it costs as many calls as there are organizations, however much they have stored.
    forgetOfOthers: async (organizations, beforeMs, most) => {
      let forgotten = 0;
      let [next] = await keysOf(`PartitionKey gt ''`, 1);
      while (next !== undefined && forgotten < most) {
        const { partitionKey } = next;
        if (!organizations.has(partitionKey)) {
          const filter = `PartitionKey eq '${partitionKey}' and RowKey lt '${timeKey(beforeMs)}'`;
          const old = (await keysOf(filter, most - forgotten)).map(({ rowKey }) => rowKey);
          await removeRows(await table(), partitionKey, old);
          forgotten += old.length;
        }
        [next] = await keysOf(`PartitionKey gt '${partitionKey}'`, 1);
      }
      return forgotten;
    },

    remove: async (...items) => {
      const [first] = items;
      if (first === undefined) return;
      await removeRows(
        await table(),
        first.subject.organization,
        items.map((item) => item.rowKey ?? rowKeyOf(item)),
      );
    },
  };
}

/** undefined for what cannot be the row of a date. One that says more than a date does goes by its own key. */
function whatIsDue(organization: string, rowKey: string): DueItem | undefined {
  const [time = '', kindName = '', key = ''] = rowKey.split(':');
  const kind = KINDS.find((known) => known === kindName);
  if (kind === undefined || key === '' || !/^\d+$/.test(time)) return undefined;
  return { subject: { organization, kind, key }, dueAtMs: Number(time), rowKey };
}

function rowKeyOf({ subject, dueAtMs }: DueItem): string {
  return `${timeKey(dueAtMs)}:${subject.kind}:${subject.key}`;
}
