import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { AppError } from '../errors';
import { createBookings, type Bookings } from './writer-bookings';
import type { Lane } from '../domain/lane';
import type { Subject, SubjectKind } from '../domain/ledger/subject';
import { encodeRecord } from './encode-record';
import { rowsInPages } from './rows-in-pages';
import { undefinedIfMissing, isConflict, isNotFound } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { decodeListed, untold } from './unreadable-rows';

/**
 * A to-do note for the writer, "look at this subject": its ledger may differ from what UiPath has. The note stays until
 * both are the same; the ETag tells whether the subject was marked again since.
 */
export type Mark = Readonly<{
  subject: Subject;
  lane: Lane;
  etag: string;
  sinceMs: number;
  cause: string;
}>;

/** One PUT of a group's members. */
export type MembershipAttempt = Readonly<{
  kind: 'membership';
  id: string;
  groupId: string;
  groupName: string;
  add: ReadonlyArray<Readonly<{ personKey: string; memberId: string }>>;
  remove: ReadonlyArray<Readonly<{ personKey: string; memberId: string; cause?: string | undefined }>>;
  planHash: string;
  startedAtMs: number;
}>;

/** An attempt (write-ahead intent): one call that changes UiPath, stored before it is made. */
export type Attempt =
  | MembershipAttempt
  | Readonly<{
      kind: 'create-rule';
      id: string;
      subjectKey: string;
      name: string;
      description: string;
      contentHash: string;
      startedAtMs: number;
    }>;

/** A fencing token: a number that grows with every writer of the organization, checked with each attempt. */
export type Fence = { readonly token: number; etag: string };

export type ChangeStore = Bookings &
  Readonly<{
    /**
     * Marks a subject for the writer. `cause` is the source whose event led to it, or `time`. A subject that is marked
     * already keeps its first time.
     */
    mark: (subject: Subject, lane: Lane, nowMs: number, cause?: string) => Promise<void>;
    /** Marks of an organization, urgent ones first. */
    listMarks: (organization: string, most: number) => Promise<readonly Mark[]>;
    /** Removes a mark unless the subject was marked again since it was read. */
    clearMark: (mark: Mark) => Promise<void>;
    /** True when something is marked or a call was left open. */
    hasWork: (organization: string) => Promise<boolean>;
    takeFence: (organization: string) => Promise<Fence>;
    /** Stores the intent of one call. @throws AppError `lease-lost` when another writer took over */
    begin: (organization: string, fence: Fence, attempt: Attempt) => Promise<void>;
    /** Ends an attempt whose outcome is recorded; one that is ended already is no error. @throws AppError `lease-lost` as `begin` */
    end: (organization: string, fence: Fence, attemptId: string) => Promise<void>;
    /** Calls whose outcome was not recorded: the writer died, or the answer was lost. */
    listAttempts: (organization: string) => Promise<readonly Attempt[]>;
  }>;

const member = z.object({ personKey: z.string(), memberId: z.string() });
const AttemptSchema: z.ZodType<Attempt> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('membership'),
    id: z.string(),
    groupId: z.string(),
    groupName: z.string(),
    add: z.array(member),
    remove: z.array(member.extend({ cause: z.string().optional() })),
    planHash: z.string(),
    startedAtMs: z.number(),
  }),
  z.object({
    kind: z.literal('create-rule'),
    id: z.string(),
    subjectKey: z.string(),
    name: z.string(),
    description: z.string(),
    contentHash: z.string(),
    startedAtMs: z.number(),
  }),
]);

const LANES: readonly Lane[] = ['urgent', 'normal'];
const KINDS: readonly SubjectKind[] = ['person', 'rule', 'entity', 'organization'];
/** The booking and the fence sort between attempts and marks. */
const ROWS_BEFORE_MARKS = 2;
const FENCE_ROW = 'fence';
/** Matches no row: without an ETag the next write must not pass for an unconditional one. */
const NO_ETAG = 'W/"none"';

/**
 * One partition per organization: marks `m:<lane>:<kind>:<key>`, open attempts `a:<id>`, the fence and the booking.
 * An attempt and the fence are written in one transaction, so a writer that was replaced cannot begin a call.
 */
export function createChangeStore(
  storage: Pick<StorageAccount, 'table'>,
  onUnreadable = untold,
): ChangeStore {
  const table = async (): Promise<TableClient> => storage.table('changes');

  /**
   * One change and the fence in one transaction: it fails where another writer took the fence. When the answer to it was lost
   * and the library sent it again, the conflict is with ourselves: the fence still has our token.
   */
  const fenced = async (organization: string, fence: Fence, action: TransactionAction): Promise<void> => {
    const row = { partitionKey: organization, rowKey: FENCE_ROW, token: fence.token };
    for (;;) {
      try {
        const answer = await (
          await table()
        ).submitTransaction([['update', row, 'Replace', { etag: fence.etag }], action]);
        // By its place: the service names only the rows that it created.
        fence.etag = answer.subResponses[0]?.etag ?? NO_ETAG;
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
        const now = await undefinedIfMissing(async () =>
          (await table()).getEntity<{ token: number }>(organization, FENCE_ROW),
        );
        if (now?.token !== fence.token)
          throw new AppError('lease-lost', 'Another run writes to this organization now', { cause: error });
        if (now.etag === fence.etag) return;
        fence.etag = now.etag;
      }
    }
  };

  return {
    mark: async ({ organization, kind, key }, lane, nowMs, cause = 'time') => {
      const client = await table();
      const row = { partitionKey: organization, rowKey: `m:${laneKey(lane)}:${kind}:${key}`, cause };
      // Another ETag for a mark that is there, so that a run which has looked already does not clear it.
      while (!(await isMade(async () => client.createEntity({ ...row, sinceMs: nowMs }), isConflict)))
        if (await isMade(async () => client.updateEntity(row, 'Merge'), isNotFound)) return;
    },

    listMarks: async (organization, most) => {
      const marks: Mark[] = [];
      const rows = (await table()).listEntities<{ rowKey: string; sinceMs: number; cause?: string }>({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey ge 'm:' and RowKey lt 'm;'` },
      });
      for await (const row of rowsInPages(rows, most)) {
        if (marks.length >= most) break;
        const [, laneIndex = '', kindName = '', key = ''] = row.rowKey.split(':');
        const lane = LANES[Number(laneIndex)];
        const kind = KINDS.find((known) => known === kindName);
        if (lane === undefined || kind === undefined || key === '') {
          onUnreadable({ table: 'changes', partitionKey: organization, rowKey: row.rowKey });
          continue;
        }
        marks.push({
          subject: { organization, kind, key },
          lane,
          etag: row.etag,
          sinceMs: row.sinceMs,
          cause: row.cause ?? 'time',
        });
      }
      return marks;
    },

    clearMark: async ({ subject, lane, etag }) => {
      try {
        await (
          await table()
        ).deleteEntity(subject.organization, `m:${laneKey(lane)}:${subject.kind}:${subject.key}`, { etag });
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error;
      }
    },

    ...createBookings(table),

    hasWork: async (organization) => {
      const rows = (await table()).listEntities<{ rowKey: string }>({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey lt 'n'`, select: ['RowKey'] },
      });
      for await (const row of rowsInPages(rows, ROWS_BEFORE_MARKS + 1))
        if (/^[am]:/.test(row.rowKey)) return true;
      return false;
    },

    takeFence: async (organization) => {
      const client = await table();
      for (;;) {
        const row = await undefinedIfMissing(async () =>
          client.getEntity<{ token: number }>(organization, FENCE_ROW),
        );
        const entity = { partitionKey: organization, rowKey: FENCE_ROW, token: (row?.token ?? 0) + 1 };
        try {
          const { etag = '' } =
            row === undefined
              ? await client.createEntity(entity)
              : await client.updateEntity(entity, 'Replace', { etag: row.etag });
          return { token: entity.token, etag };
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
    },

    begin: async (organization, fence, attempt) =>
      fenced(organization, fence, [
        'create',
        { partitionKey: organization, rowKey: `a:${attempt.id}`, ...encodeRecord(attempt) },
      ]),

    end: async (organization, fence, attemptId) => {
      await undefinedIfMissing(async () =>
        fenced(organization, fence, ['delete', { partitionKey: organization, rowKey: `a:${attemptId}` }]),
      );
    },

    listAttempts: async (organization) => {
      const attempts: Attempt[] = [];
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey ge 'a:' and RowKey lt 'a;'` },
      });
      for await (const row of rows) {
        const attempt = decodeListed(AttemptSchema, row, { table: 'changes', onUnreadable });
        if (attempt !== undefined) attempts.push(attempt);
      }
      return attempts;
    },
  };
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

function laneKey(lane: Lane): number {
  return LANES.indexOf(lane);
}
