import type { TableClient, TransactionAction } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors';
import { decodeRecord, encodeRecord } from './record-encoding';
import { removeRows } from './record-table';
import { listRowsInPages } from './list-rows-in-pages';
import { undefinedIfMissing, isConflict } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { decodeListed, untold } from './unreadable-rows';

/** An index entry of a request: the subject whose ledger has its state, or why it was refused. It holds no person's name. */
export type RequestEntry = Readonly<{
  requestId: string;
  source: string;
  action: string;
  receivedAtMs: number;
  subject: Readonly<{ kind: 'person' | 'rule' | 'entity'; key: string }>;
  /** undefined for what is about no group. */
  group: string | undefined;
  refusal: string | undefined;
}>;

/** An entry and its place in the list. */
type RequestInList = Readonly<{ entry: RequestEntry; cursor: string }>;

/** Whom a ticket granted something, by their keys, and when its approval was taken back last. */
type NotedTicket = Readonly<{ people: readonly string[]; withdrawnAtMs: number }>;

const NotedTicketSchema: z.ZodType<NotedTicket> = z.object({
  people: z.array(z.string()),
  withdrawnAtMs: z.number(),
});

export type RequestIndex = Readonly<{
  /** Keeps a request under its id, and in the list where it was when it came first. */
  put: (organization: string, entry: RequestEntry) => Promise<void>;
  /** Adds to what is known of a ticket of a source, and tells all that is. */
  noteTicket: (
    organization: string,
    ticket: string,
    said: Readonly<{ person?: string; withdrawnAtMs?: number }>,
  ) => Promise<NotedTicket>;
  /** Whom a ticket granted something, by their keys. */
  peopleOfTicket: (organization: string, ticket: string) => Promise<readonly string[]>;
  get: (organization: string, requestId: string) => Promise<RequestEntry | undefined>;
  /** Newest first, at most so many, from the one after `cursor`. @throws AppError `query-invalid` for a cursor that is none */
  list: (
    organization: string,
    from: Readonly<{ cursor: string | undefined; most: number }>,
  ) => Promise<readonly RequestInList[]>;
  /** Takes requests that came before `beforeMs` from the list, some at a time; by their id they are still found. */
  forgetInList: (organization: string, beforeMs: number) => Promise<number>;
  /** Forgets requests, by their id too, that came before `beforeMs` and are out of the list, some at a time. */
  forgetIds: (organization: string, beforeMs: number) => Promise<number>;
}>;

const maybe = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

const RequestEntrySchema: z.ZodType<RequestEntry> = z.object({
  requestId: z.string(),
  source: z.string(),
  action: z.string(),
  receivedAtMs: z.number(),
  subject: z.object({ kind: z.enum(['person', 'rule', 'entity']), key: z.string() }),
  group: maybe,
  refusal: maybe,
});

const CURSOR = /^\d{15}-[0-9a-f]{64}$/;
const LATEST_MS = 999_999_999_999_999;
const ATTEMPTS = 4;
/** As many as a transaction holds. */
const FORGOTTEN_TOGETHER = 100;

/**
 * One partition per organization, and two rows per request, written together: one by the id that its ticket system gave it,
 * and `t:<time>-<id>` for the list, whose times run backwards so that the newest come first. What leaves the list keeps a row
 * `o:<time>-<id>`, by which it is forgotten later.
 */
export function createRequestIndex(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
): RequestIndex {
  const table = async (): Promise<TableClient> => storage.table('requests');

  const listRows = async (organization: string, afterKey: string) =>
    (await table()).listEntities<{ rowKey: string }>({
      queryOptions: {
        filter: `PartitionKey eq '${organization}' and RowKey gt '${afterKey}' and RowKey lt 't;'`,
      },
    });

  const listSome = async (organization: string, from: string, to: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    const rows = (await table()).listEntities<{ rowKey: string }>({
      queryOptions: {
        filter: `PartitionKey eq '${organization}' and RowKey gt '${from}' and RowKey lt '${to}'`,
      },
    });
    for await (const { rowKey } of listRowsInPages(rows, FORGOTTEN_TOGETHER)) {
      if (keys.length >= FORGOTTEN_TOGETHER) break;
      keys.push(rowKey);
    }
    return keys;
  };

  const get = async (organization: string, requestId: string): Promise<RequestEntry | undefined> => {
    const place = { table: 'requests', partitionKey: organization, rowKey: keyOf(requestId) };
    const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, place.rowKey));
    if (row === undefined) return undefined;
    return decodeRecord(RequestEntrySchema, row, { ...place, seal: await storage.seal() });
  };

  return {
    get,

    put: async (organization, entry) => {
      const rowKey = keyOf(entry.requestId);
      const seal = await storage.seal();
      for (let attempt = 1; ; attempt += 1) {
        const known = await get(organization, entry.requestId);
        const { receivedAtMs } = known ?? entry;
        const rowAt = (key: string) => ({
          partitionKey: organization,
          rowKey: key,
          ...encodeRecord(
            { ...entry, receivedAtMs },
            { table: 'requests', partitionKey: organization, rowKey: key, seal },
          ),
        });
        const row = rowAt(rowKey);
        const inList = rowAt(`t:${timeKey(receivedAtMs)}-${rowKey}`);
        const actions: TransactionAction[] = [
          known === undefined ? ['create', row] : ['upsert', row, 'Replace'],
          ['upsert', inList, 'Replace'],
        ];
        try {
          await (await table()).submitTransaction(actions);
          return;
        } catch (error) {
          // Somebody wrote the same request first: it stays where they put it.
          if (!isConflict(error) || attempt === ATTEMPTS) throw error;
        }
      }
    },

    noteTicket: async (organization, ticket, { person, withdrawnAtMs = 0 }) => {
      const place = { partitionKey: organization, rowKey: `k:${keyOf(ticket)}` };
      const sealing = { table: 'requests', ...place, seal: await storage.seal() };
      for (let attempt = 1; ; attempt += 1) {
        const row = await undefinedIfMissing(async () =>
          (await table()).getEntity(organization, place.rowKey),
        );
        const known = row === undefined ? undefined : decodeRecord(NotedTicketSchema, row, sealing);
        const next = {
          people: [...new Set([...(known?.people ?? []), ...(person === undefined ? [] : [person])])],
          withdrawnAtMs: Math.max(known?.withdrawnAtMs ?? 0, withdrawnAtMs),
        };
        const isNews =
          next.people.length !== known?.people.length || next.withdrawnAtMs !== known.withdrawnAtMs;
        if (!isNews) return known;
        const entity = { ...place, ...encodeRecord(next, sealing) };
        try {
          if (row === undefined) await (await table()).createEntity(entity);
          else await (await table()).updateEntity(entity, 'Replace', { etag: row.etag });
          return next;
        } catch (error) {
          if (!isConflict(error) || attempt === ATTEMPTS) throw error;
        }
      }
    },

    peopleOfTicket: async (organization, ticket) => {
      const place = { table: 'requests', partitionKey: organization, rowKey: `k:${keyOf(ticket)}` };
      const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, place.rowKey));
      if (row === undefined) return [];
      return decodeRecord(NotedTicketSchema, row, { ...place, seal: await storage.seal() }).people;
    },

    list: async (organization, { cursor, most }) => {
      if (cursor !== undefined && !CURSOR.test(cursor))
        throw new AppError('query-invalid', 'cursor is not one that a list gave', {
          fields: [{ field: 'cursor', problem: 'is not one that a list gave' }],
        });
      const found: RequestInList[] = [];
      const told = { table: 'requests', onUnreadable, seal: await storage.seal() };
      for await (const row of listRowsInPages(await listRows(organization, `t:${cursor ?? ''}`), most)) {
        if (found.length >= most) break;
        const entry = decodeListed(RequestEntrySchema, row, told);
        if (entry !== undefined) found.push({ entry, cursor: row.rowKey.slice(2) });
      }
      return found;
    },

    forgetInList: async (organization, beforeMs) => {
      const rows = await listSome(organization, `t:${timeKey(beforeMs - 1)}`, 't;');
      let forgotten = 0;
      for (let start = 0; start < rows.length; start += FORGOTTEN_TOGETHER / 2) {
        const part = rows.slice(start, start + FORGOTTEN_TOGETHER / 2);
        const actions = part.flatMap((rowKey): TransactionAction[] => [
          ['delete', { partitionKey: organization, rowKey }],
          ['upsert', { partitionKey: organization, rowKey: oldKeyOf(rowKey) }, 'Replace'],
        ]);
        // Another tick of the timer may have taken them meanwhile.
        const done = await undefinedIfMissing(async () => (await table()).submitTransaction(actions));
        if (done !== undefined) forgotten += part.length;
      }
      return forgotten;
    },

    forgetIds: async (organization, beforeMs) => {
      const old = await listSome(organization, 'o:', `o:${ascendingKey(beforeMs)}`);
      const ids = old.map((rowKey) => rowKey.slice('o:'.length + 16));
      const client = await table();
      await removeRows(client, organization, ids);
      await removeRows(client, organization, old);
      return old.length;
    },
  };
}

/** Where the list goes on with requests that came before an instant. */
export function cursorBefore(ms: number): string {
  return `${timeKey(Math.max(0, ms - 1))}-${'0'.repeat(64)}`;
}

/** Ids of ticket systems hold characters that a key must not. */
function keyOf(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex');
}

/** `o:<time>-<id>` of a row of the list that goes: in the order of time, oldest first. */
function oldKeyOf(rowKeyInList: string): string {
  const [time = '', id = ''] = rowKeyInList.slice('t:'.length).split('-');
  return `o:${ascendingKey(LATEST_MS - Number(time))}-${id}`;
}

function ascendingKey(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(15, '0');
}

/** The later, the smaller. */
function timeKey(ms: number): string {
  return String(LATEST_MS - Math.floor(ms)).padStart(15, '0');
}
