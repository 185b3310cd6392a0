import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Delivery } from '../domain/delivery';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock';
import type { ProvisionedUser, UserKey } from '../domain/provisioned-user';
import { lastRowOf, partitionOf, rowsOf } from './delivery-rows';
import { inactiveActions, inactiveKey } from './inactive-scim-user-index';
import { createCachedKeyPages } from './cache-row-keys-for-paging';
import type { RecordSeal } from '../domain/evidence/record-seal';
import { decodeRecord, encodeRecord } from './record-encoding';
import { undefinedIfMissing, isConflict, isNotFound } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { decodeListed, untold } from './unreadable-rows';

export type StoredUser = Readonly<{ value: ProvisionedUser; etag: string }>;

/** Who has a key; the ETag is needed to take it over. */
export type KeyHolder = Readonly<{ id: string; etag: string }>;

/**
 * Whom a key is taken from, by its ETag. `loser` is that user before and without it: with them in the transaction, no change
 * of theirs can be made in the belief that the key is still theirs. undefined: they were not there when they were read.
 */
type Taken = Readonly<{
  etag: string;
  loser: Readonly<{ before: StoredUser; after: ProvisionedUser }> | undefined;
}>;

/** A user's next state, and the delivery that says what it means. */
export type UserChange = Readonly<{
  source: string;
  before: StoredUser | undefined;
  /** undefined: they are deleted. */
  after: ProvisionedUser | undefined;
  take: ReadonlyArray<Readonly<{ key: UserKey; from: Taken | undefined }>>;
  /** Keys of `before`: no other user can have them while `before` is what is stored. */
  drop: readonly UserKey[];
  delivery: Delivery | undefined;
}>;

export type ProvisionedUsers = Readonly<{
  /** @throws AppError `record-unreadable` */
  get: (source: string, id: string) => Promise<StoredUser | undefined>;
  holderOf: (source: string, key: UserKey) => Promise<KeyHolder | undefined>;
  /**
   * A page in the order of ids, and how many users there are. `skip` counts from 0. The first page looks who is there; pages
   * after it may be of those who were there up to a minute before, as far as another process made or deleted them since.
   */
  list: (
    source: string,
    page: Readonly<{ skip: number; count: number }>,
  ) => Promise<Readonly<{ total: number; users: readonly ProvisionedUser[] }>>;
  /**
   * Writes a user, their keys and the delivery in one transaction (optimistic concurrency): a change that was answered
   * always has its delivery. `changed-meanwhile`: the user, one of the keys, or the user who loses a key is no longer
   * what was read; nothing was written.
   */
  write: (change: UserChange) => Promise<'written' | 'changed-meanwhile'>;
  /** Ids of users who are inactive since before an instant. */
  listInactive: (source: string, beforeMs: number) => Promise<readonly string[]>;
}>;

const UserSchema: z.ZodType<ProvisionedUser> = z.object({
  id: z.string(),
  version: z.number(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
  inactiveSinceMs: z.number().exactOptional(),
  address: z.string(),
  formerAddresses: z.array(z.string()),
  user: z.record(z.string(), z.unknown()),
});

/** Ids are made here; any other may hold what a key must not. */
const ownId = /^[\da-f-]{36}$/;

/**
 * In the partition of the source's deliveries, so that a user and the delivery of their change share a transaction: the user
 * `u:<id>`, a key `k:<hash>` with the id of its holder, a mark `i:<since>:<id>` of the inactive.
 */
export function createProvisionedUsers(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  clock: Pick<Clock, 'now'>,
  onUnreadable = untold,
): ProvisionedUsers {
  const table = async (): Promise<TableClient> => storage.table('deliveries');

  const sealing = async (partitionKey: string, id: string) => ({
    table: 'deliveries',
    partitionKey,
    rowKey: `u:${id}`,
    seal: await storage.seal(),
  });

  const listed = createCachedKeyPages(async (partitionKey) => {
    const keys: string[] = [];
    const rows = (await table()).listEntities<{ rowKey: string; gone?: boolean }>({
      queryOptions: { filter: between(partitionKey, 'u:', 'u;'), select: ['rowKey', 'gone'] },
    });
    for await (const { rowKey, gone } of rows) if (gone !== true) keys.push(rowKey);
    return keys;
  }, clock);

  return {
    get: async (source, id) => {
      if (!ownId.test(id)) return undefined;
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<{ gone?: boolean }>(partitionOf('hr', source), `u:${id}`),
      );
      return row === undefined || row.gone === true
        ? undefined
        : {
            value: decodeRecord(UserSchema, row, await sealing(partitionOf('hr', source), id)),
            etag: row.etag,
          };
    },

    holderOf: async (source, key) => {
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity<{ id: string }>(partitionOf('hr', source), rowKeyOf(key)),
      );
      return row === undefined ? undefined : { id: row.id, etag: row.etag };
    },

    list: async (source, { skip, count }) => {
      const partitionKey = partitionOf('hr', source);
      const keys = await listed.keysAt(partitionKey, skip);
      const asked = keys.slice(skip, skip + count);
      const [first] = asked;
      if (first === undefined) return { total: keys.length, users: [] };
      const users: ProvisionedUser[] = [];
      const told = { ...(await sealing(partitionKey, '')), onUnreadable };
      const rows = (await table()).listEntities<{ rowKey: string; gone?: boolean }>({
        queryOptions: { filter: between(partitionKey, first, `${asked.at(-1) ?? first} `) },
      });
      const wanted = new Set(asked);
      for await (const row of rows)
        if (row.gone !== true && wanted.has(row.rowKey)) {
          const user = decodeListed(UserSchema, row, told);
          if (user !== undefined) users.push(user);
        }
      return { total: keys.length, users };
    },

    write: async ({ source, before, after, take, drop, delivery }) => {
      const partitionKey = partitionOf('hr', source);
      const id = after?.id ?? before?.value.id ?? '';
      const seal = await storage.seal();
      const actions: TransactionAction[] = [
        userAction({ seal, partitionKey, id }, before, after),
        ...take.flatMap(({ key, from }): readonly TransactionAction[] => {
          const row = { partitionKey, rowKey: rowKeyOf(key), id };
          if (from === undefined) return [['create', row]];
          const { etag, loser } = from;
          return [
            ['update', row, 'Replace', { etag }],
            ...(loser === undefined
              ? []
              : [userAction({ seal, partitionKey, id: loser.after.id }, loser.before, loser.after)]),
          ];
        }),
        ...drop.map((key): TransactionAction => ['delete', { partitionKey, rowKey: rowKeyOf(key) }]),
        ...inactiveActions(partitionKey, id, before?.value, after),
        ...(delivery === undefined ? [] : [...rowsOf(delivery, seal), lastRowOf(delivery)]),
      ];
      try {
        await (await table()).submitTransaction(actions);
      } catch (error) {
        // Not found: the user was deleted meanwhile, or a key was given up.
        if (isConflict(error) || isNotFound(error)) return 'changed-meanwhile';
        throw error;
      } finally {
        if (before === undefined || after === undefined) listed.forget(partitionKey);
      }
      // What stays of a deleted user if the process ends here holds nothing of theirs.
      if (after === undefined) await (await table()).deleteEntity(partitionKey, `u:${id}`);
      return 'written';
    },

    listInactive: async (source, beforeMs) => {
      const ids: string[] = [];
      const rows = (await table()).listEntities<{ rowKey: string }>({
        queryOptions: { filter: between(partitionOf('hr', source), 'i:', inactiveKey(beforeMs, '')) },
      });
      for await (const { rowKey } of rows) ids.push(rowKey.split(':')[2] ?? '');
      return ids;
    },
  };
}

/** A deletion leaves an empty row first, as only an update can insist on what was read. */
function userAction(
  { seal, partitionKey, id }: Readonly<{ seal: RecordSeal; partitionKey: string; id: string }>,
  before: StoredUser | undefined,
  after: ProvisionedUser | undefined,
): TransactionAction {
  const place = { partitionKey, rowKey: `u:${id}` };
  const row =
    after === undefined
      ? { ...place, gone: true }
      : { ...place, ...encodeRecord(after, { table: 'deliveries', seal, ...place }) };
  return before === undefined ? ['create', row] : ['update', row, 'Replace', { etag: before.etag }];
}

/** An address is personal data, and a key may hold no slash. */
function rowKeyOf({ kind, value }: UserKey): string {
  return `k:${createHash('sha256').update(`${kind}/${value}`).digest('hex')}`;
}

function between(partitionKey: string, from: string, to: string): string {
  return `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${to}'`;
}
