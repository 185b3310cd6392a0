import type { TableClient } from '@azure/data-tables';
import { createFencedAttempts, type FencedAttempts } from './fenced-attempts';
import { createBookings, type Bookings } from './writer-bookings';
import type { Lane } from '../domain/lane';
import type { Subject, SubjectKind } from '../domain/ledger/subject';
import { isEmptying } from '../domain/plan/guards';
import { listRowsInPages } from './list-rows-in-pages';
import { isConflict, isNotFound } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';

/** Of a mark whose key this version does not know. `key` is that of the row. */
type UnreadableSubject = Readonly<{ organization: string; kind: 'unreadable'; key: string }>;

/**
 * A to-do note for the writer, "look at this subject": its ledger may differ from what UiPath has. The note stays until
 * both are the same; the ETag tells whether the subject was marked again since.
 */
export type Mark = Readonly<{
  subject: Subject | UnreadableSubject;
  lane: Lane;
  etag: string;
  sinceMs: number;
  cause: string;
}>;

export type ChangeStore = Bookings &
  FencedAttempts &
  Readonly<{
    /**
     * Marks a subject for the writer. `cause` is the source whose event led to it; without one it is `time`, or that of a mark
     * that is there. A subject that is marked already keeps its first time, and that an edit of the policy which empties something
     * concerns them: another word meanwhile is no release.
     */
    mark: (subject: Subject, lane: Lane, nowMs: number, cause?: string) => Promise<void>;
    /** The cause of an edit of the policy which empties something, where the subject is marked for one. */
    emptyingEditOf: (subject: Subject) => Promise<string | undefined>;
    /** Marks of an organization, urgent ones first: `most` that can be read, and those between them that cannot. */
    listMarks: (organization: string, most: number) => Promise<readonly Mark[]>;
    /** Removes a mark unless the subject was marked again since it was read. */
    clearMark: (mark: Mark) => Promise<void>;
    /** True when something is marked or a call was left open. */
    hasWork: (organization: string) => Promise<boolean>;
  }>;

type MarkRow = Readonly<{ rowKey: string; sinceMs: number; cause?: string; emptying?: string }>;

const LANES: readonly Lane[] = ['urgent', 'normal'];
const KINDS: readonly SubjectKind[] = ['person', 'rule', 'entity', 'organization'];
/** The booking and the fence sort between attempts and marks. */
const ROWS_BEFORE_MARKS = 2;

/**
 * One partition per organization: marks `m:<lane>:<kind>:<key>`, open attempts `a:<id>`, the fence and the booking.
 * An attempt and the fence are written in one transaction, so a writer that was replaced cannot begin a call.
 */
export function createChangeStore(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): ChangeStore {
  const table = async (): Promise<TableClient> => storage.table('changes');

  return {
    mark: async ({ organization, kind, key }, lane, nowMs, cause) => {
      const client = await table();
      const id = { partitionKey: organization, rowKey: markKey(lane, kind, key) };
      const row = {
        ...id,
        ...(cause === undefined ? {} : { cause }),
        ...(cause !== undefined && isEmptying(cause) ? { emptying: cause } : {}),
      };
      // Another ETag for a mark that is there, so that a run which has looked already does not clear it.
      while (!(await isMade(async () => client.createEntity({ ...row, sinceMs: nowMs }), isConflict)))
        if (await isMade(async () => client.updateEntity({ ...row, againAtMs: nowMs }, 'Merge'), isNotFound))
          return;
    },

    emptyingEditOf: async ({ organization, kind, key }) => {
      const client = await table();
      for (const lane of LANES)
        try {
          const { emptying } = await client.getEntity<MarkRow>(organization, markKey(lane, kind, key));
          if (emptying !== undefined) return emptying;
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      return undefined;
    },

    listMarks: async (organization, most) => {
      const marks: Mark[] = [];
      let readable = 0;
      const rows = (await table()).listEntities<MarkRow>({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey ge 'm:' and RowKey lt 'm;'` },
      });
      for await (const { rowKey, etag, sinceMs, ...row } of listRowsInPages(rows, most)) {
        if (readable >= most) break;
        const { subject, lane } = whatIsMarked(organization, rowKey);
        if (subject.kind === 'unreadable')
          onUnreadable({ table: 'changes', partitionKey: organization, rowKey });
        else readable += 1;
        marks.push({ subject, lane, etag, sinceMs, cause: row.emptying ?? row.cause ?? 'time' });
      }
      return marks;
    },

    clearMark: async ({ subject, lane, etag }) => {
      try {
        await (
          await table()
        ).deleteEntity(subject.organization, markKey(lane, subject.kind, subject.key), { etag });
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error;
      }
    },

    ...createBookings(table),
    ...createFencedAttempts(storage, onUnreadable),

    hasWork: async (organization) => {
      const rows = (await table()).listEntities<{ rowKey: string }>({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey lt 'n'`, select: ['RowKey'] },
      });
      for await (const row of listRowsInPages(rows, ROWS_BEFORE_MARKS + 1))
        if (/^[am]:/.test(row.rowKey)) return true;
      return false;
    },
  };
}

/** From a row key `m:<lane>:<kind>:<key>`. One of another form cannot be read: clearing the mark would leave the row. */
function whatIsMarked(organization: string, rowKey: string): Pick<Mark, 'subject' | 'lane'> {
  const [, laneIndex = '', kindName = '', key = ''] = rowKey.split(':');
  const lane = LANES[Number(laneIndex)];
  const kind = KINDS.find((known) => known === kindName);
  if (lane === undefined || kind === undefined || key === '' || rowKey !== markKey(lane, kind, key))
    return { subject: { organization, kind: 'unreadable', key: rowKey }, lane: lane ?? 'normal' };
  return { subject: { organization, kind, key }, lane };
}

/** False when it failed in the way that `isExpected` tells. */
async function isMade(
  make: () => Promise<unknown>,
  isExpected: (error: unknown) => boolean,
): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return false;
  }
}

function markKey(lane: Lane, kind: Mark['subject']['kind'], key: string): string {
  return `m:${LANES.indexOf(lane)}:${kind}:${key}`;
}
