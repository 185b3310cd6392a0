import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { callInShort, columnsOf, type CallInShort } from '../domain/plan/call-in-short';
import type { AppliedMembership } from '../domain/ledger/person-ledger';
import { AppError } from '../errors';
import { encodeRecord } from './record-encoding';
import { isConflict, undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { decodeListed, type OnUnreadable } from './unreadable-rows';

/**
 * `by`: what gives an addition. `seen`: UiPath showed the change before the contrary was done. `again`: a later call removed them once
 * more.
 */
export type AttemptMember = Readonly<{
  personKey: string;
  memberId: string;
  by?: AppliedMembership['by'];
  seen?: boolean | undefined;
  again?: boolean | undefined;
}>;

/** One PUT of a group's members. */
export type MembershipAttempt = Readonly<{
  kind: 'membership';
  id: string;
  groupId: string;
  groupName: string;
  add: readonly AttemptMember[];
  remove: ReadonlyArray<AttemptMember & Readonly<{ cause?: string | undefined }>>;
  planHash: string;
  startedAtMs: number;
  /** When UiPath was last asked whether it shows the change; undefined: never. */
  askedAtMs?: number | undefined;
}>;

/** One POST of a rule. */
export type CreateRuleAttempt = Readonly<{
  kind: 'create-rule';
  id: string;
  subjectKey: string;
  name: string;
  description: string;
  contentHash: string;
  startedAtMs: number;
  /** When UiPath was last asked whether it lists the rule; undefined: never. */
  askedAtMs?: number | undefined;
}>;

/** An attempt (write-ahead intent): one call that changes UiPath, stored before it is made. */
export type Attempt = MembershipAttempt | CreateRuleAttempt;

/** An open call that cannot be read: it is there, and what it did is not known. `about`: what its columns say. */
type UnreadableAttempt = Readonly<{ kind: 'unreadable'; id: string; about: CallInShort | undefined }>;

/** A fencing token: a number that grows with every writer of the organization, checked with each attempt. */
export type Fence = { readonly token: number; etag: string };

/** Calls that were begun and not ended, and the fence that keeps a writer that was replaced from either. */
export type FencedAttempts = Readonly<{
  takeFence: (organization: string) => Promise<Fence>;
  /** Stores the intent of one call. @throws AppError `lease-lost` when another writer took over */
  begin: (organization: string, fence: Fence, attempt: Attempt) => Promise<void>;
  /** Stores an open attempt anew; one that is ended already is no error. @throws AppError `lease-lost` as `begin` */
  replace: (organization: string, fence: Fence, attempt: Attempt) => Promise<void>;
  /** Ends an attempt whose outcome is recorded; one that is ended already is no error. @throws AppError `lease-lost` as `begin` */
  end: (organization: string, fence: Fence, attemptId: string) => Promise<void>;
  /** @throws AppError `lease-lost` when another writer took over */
  requireFence: (organization: string, fence: Fence) => Promise<void>;
  /** Calls whose outcome was not recorded: the writer died, or the answer was lost. */
  listAttempts: (organization: string) => Promise<ReadonlyArray<Attempt | UnreadableAttempt>>;
}>;

const member = z.object({
  personKey: z.string(),
  memberId: z.string(),
  by: z.enum(['birthright', 'grant']).optional(),
  seen: z.boolean().optional(),
  again: z.boolean().optional(),
});
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
    askedAtMs: z.number().optional(),
  }),
  z.object({
    kind: z.literal('create-rule'),
    id: z.string(),
    subjectKey: z.string(),
    name: z.string(),
    description: z.string(),
    contentHash: z.string(),
    startedAtMs: z.number(),
    askedAtMs: z.number().optional(),
  }),
]);

const FENCE_ROW = 'fence';
/** Matches no row: without an ETag the next write must not pass for an unconditional one. */
const NO_ETAG = 'W/"none"';

/** In the partition of each organization: the row `fence` and the open attempts `a:<id>`, written in one transaction with it. */
export function createFencedAttempts(
  { table: open, seal }: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable: OnUnreadable,
): FencedAttempts {
  const table = async (): Promise<TableClient> => open('changes');
  const rowOf = async (partitionKey: string, attempt: Attempt) => {
    const place = { partitionKey, rowKey: `a:${attempt.id}` };
    const sealing = { table: 'changes', seal: await seal(), ...place };
    return { ...place, ...columnsOf(attempt), ...encodeRecord(attempt, sealing) };
  };
  const readOwn = async (
    organization: string,
    fence: Fence,
    cause?: unknown,
  ): Promise<Readonly<{ etag: string }>> => {
    const now = await undefinedIfMissing(async () =>
      (await table()).getEntity<{ token: number }>(organization, FENCE_ROW),
    );
    if (now?.token !== fence.token)
      throw new AppError('lease-lost', 'Another run writes to this organization now', { cause });
    return now;
  };
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
        const now = await readOwn(organization, fence, error);
        if (now.etag === fence.etag) return;
        fence.etag = now.etag;
      }
    }
  };

  return {
    takeFence: async (organization) => {
      const client = await table();
      for (;;) {
        const row = await undefinedIfMissing(async () =>
          client.getEntity<{ token: number }>(organization, FENCE_ROW),
        );
        const entity = { partitionKey: organization, rowKey: FENCE_ROW, token: (row?.token ?? 0) + 1 };
        try {
          const { etag = NO_ETAG } =
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
      fenced(organization, fence, ['create', await rowOf(organization, attempt)]),

    replace: async (organization, fence, attempt) => {
      const row = await rowOf(organization, attempt);
      await undefinedIfMissing(async () => fenced(organization, fence, ['update', row, 'Replace']));
    },

    end: async (organization, fence, attemptId) => {
      await undefinedIfMissing(async () =>
        fenced(organization, fence, ['delete', { partitionKey: organization, rowKey: `a:${attemptId}` }]),
      );
    },

    requireFence: async (organization, fence) => {
      await readOwn(organization, fence);
    },

    listAttempts: async (organization) => {
      const attempts: Array<Attempt | UnreadableAttempt> = [];
      const told = { table: 'changes', onUnreadable, seal: await seal() };
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${organization}' and RowKey ge 'a:' and RowKey lt 'a;'` },
      });
      for await (const row of rows) {
        const attempt = decodeListed(AttemptSchema, row, told);
        // By its key it ends, whatever an edited row says.
        const id = (row.rowKey ?? '').slice('a:'.length);
        attempts.push(
          attempt === undefined ? { kind: 'unreadable', id, about: callInShort(row) } : { ...attempt, id },
        );
      }
      return attempts;
    },
  };
}
