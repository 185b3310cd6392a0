import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Hold } from '../domain/plan/hold';
import { AppError } from '../errors';
import { createRecordTable } from './record-table';
import { RuleOrEntryChangeSchema } from './rule-or-entry-change-schema';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';

export type HoldStore = Readonly<{
  /** Every hold of an organization that can be read, or those of some states. What cannot be read is told and passed over. */
  list: (organization: string, ...states: ReadonlyArray<Hold['state']>) => Promise<readonly Hold[]>;
  /** The same without what may be in a blob, of every state. */
  heads: (organization: string) => Promise<readonly HoldHead[]>;
  /** @throws AppError `record-unreadable` */
  get: (organization: string, hash: string) => Promise<Hold | undefined>;
  put: (organization: string, hold: Hold) => Promise<void>;
  /** Puts a hold unless one of the same hash is released, or cannot be read. Returns whether it did. */
  putUnlessReleased: (organization: string, hold: Hold) => Promise<boolean>;
  /**
   * Changes a hold that is still as `decide` sees it; a decision that returns undefined changes nothing.
   * @throws AppError `storage-conflict` when somebody else changed it at the same time
   */
  change: (
    organization: string,
    hash: string,
    decide: (hold: Hold) => Hold | undefined,
  ) => Promise<Hold | undefined>;
  /** Removes holds that are over, with their removals, at most so many. Returns how many. */
  forget: (organization: string, isOver: (hold: HoldHead) => boolean, most: number) => Promise<number>;
}>;

/** A hold without what may be in a blob. */
type HoldHead = Omit<Hold, 'guards' | 'removals'>;

/** What grows with the number of people: it is never changed, and stands in a blob, and in the row as well where that holds it. */
const PartsSchema = z.object({
  guards: z.array(
    z.object({
      guard: z.enum(['group', 'day', 'run', 'batch']),
      scope: z.string(),
      removals: z.number(),
      whole: z.number(),
    }),
  ),
  removals: z.array(
    z.object({
      groupId: z.string(),
      groupName: z.string(),
      personKey: z.string(),
      memberId: z.string(),
      why: z.array(z.string()),
    }),
  ),
});

/** With it what a row that cannot be read does not tell: since when it is held. Earlier versions did not write that. */
const BlobSchema = PartsSchema.extend({ heldAtMs: z.number().exactOptional() });

const HeadSchema = z.object({
  hash: z.string(),
  kind: z.enum(['guard', 'remediation']).exactOptional(),
  state: z.enum(['held', 'released', 'done', 'stale']),
  change: RuleOrEntryChangeSchema.exactOptional(),
  causes: z.array(z.string()).exactOptional(),
  heldAtMs: z.number(),
  joinedAtMs: z.number().exactOptional(),
  expiresAtMs: z.number(),
  releasedBy: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  releasedAtMs: z
    .number()
    .nullish()
    .transform((value) => value ?? undefined),
  over: z.string().exactOptional(),
  because: z.string().exactOptional(),
});

/** As a row has it: whole, or with the name of the blob that has the rest. */
type StoredHold = Readonly<HoldHead> & Readonly<{ parts: Parts | string }>;
type Parts = Pick<Hold, 'guards' | 'removals'>;

const StoredHoldSchema: z.ZodType<StoredHold> = z.union([
  HeadSchema.extend({ partsBlob: z.string() }).transform(({ partsBlob, ...head }) => ({
    ...head,
    parts: partsBlob,
  })),
  HeadSchema.extend(PartsSchema.shape).transform(({ guards, removals, ...head }) => ({
    ...head,
    parts: { guards, removals },
  })),
]);

/** Characters of JSON. A row holds some more; what is this large is in a blob. */
const LARGEST_ROW_LENGTH = 250_000;

/**
 * One row per hold and organization, by hash. A release is a compare-and-set of that row. What it holds is in a blob as well, named
 * after the hold and its content and written before the row: whoever reads the row finds it, and a row that cannot be read lets
 * nothing go.
 */
export function createHoldStore(
  storage: Pick<StorageAccount, 'table' | 'container'>,
  onUnreadable = untold,
): HoldStore {
  const rows = createRecordTable<StoredHold>(storage, {
    name: 'plans',
    noun: 'plan',
    schema: StoredHoldSchema,
    toStored: ({ parts, ...head }) =>
      typeof parts === 'string' ? { ...head, partsBlob: parts } : { ...head, ...parts },
    onUnreadable,
  });
  const container = async () => storage.container('plans');
  const blob = async (name: string) => (await container()).getBlockBlobClient(name);
  const blobsOf = async (organization: string, hash: string): Promise<readonly string[]> => {
    const names: string[] = [];
    for await (const { name } of (await container()).listBlobsFlat({ prefix: `${organization}/${hash}-` }))
      names.push(name);
    return names;
  };
  const removeBlobs = async (organization: string, hash: string): Promise<void> => {
    for (const name of await blobsOf(organization, hash)) await (await blob(name)).deleteIfExists();
  };
  const read = async (name: string) =>
    BlobSchema.safeParse(
      parseJson(await undefinedIfMissing(async () => (await blob(name)).downloadToBuffer())),
    );

  const toStored = async (organization: string, hold: Hold): Promise<StoredHold> => {
    const { guards, removals, ...head } = hold;
    const { hash, joinedAtMs: heldAtMs = head.heldAtMs } = head;
    const json = JSON.stringify({ guards, removals, heldAtMs });
    const name = `${hash}-${createHash('sha256').update(json).digest('hex').slice(0, 16)}.json`;
    if (removals.length > 0) await (await blob(`${organization}/${name}`)).uploadData(Buffer.from(json));
    const isLarge = removals.length > 0 && json.length > LARGEST_ROW_LENGTH;
    return { ...head, parts: isLarge ? name : { guards, removals } };
  };
  const toHold = async (organization: string, { parts, ...head }: StoredHold): Promise<Hold> => {
    if (typeof parts !== 'string') return { ...head, ...parts };
    const found = await read(`${organization}/${parts}`);
    if (!found.success)
      throw new AppError('record-unreadable', 'The removals of a stored plan are gone or of another shape');
    const { guards, removals } = found.data;
    return { ...head, guards, removals };
  };
  /** What a hold holds whose row cannot be read, without end. One that is over has no blob any more, but for a large one. */
  const unreadable = async (organization: string, hash: string): Promise<readonly Hold[]> => {
    const holds: Hold[] = [];
    for (const name of await blobsOf(organization, hash)) {
      const { data } = await read(name);
      if (data === undefined) continue;
      const { guards, removals, heldAtMs = Infinity } = data;
      const unknown = { expiresAtMs: Infinity, releasedBy: undefined, releasedAtMs: undefined };
      holds.push({ hash, state: 'unreadable', guards, removals, heldAtMs, ...unknown });
    }
    return holds;
  };

  return {
    list: async (organization, ...states) => {
      const holds: Hold[] = [];
      const passedOver: string[] = [];
      for (const stored of await rows.list(organization, (hash) => void passedOver.push(hash))) {
        if (states.length > 0 && !states.includes(stored.state)) continue;
        try {
          holds.push(await toHold(organization, stored));
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'record-unreadable') throw error;
          onUnreadable({ table: 'plans', partitionKey: organization, rowKey: stored.hash });
        }
      }
      if (states.includes('unreadable'))
        for (const hash of passedOver) holds.push(...(await unreadable(organization, hash)));
      return holds;
    },
    heads: async (organization) => rows.list(organization),
    get: async (organization, hash) => {
      const stored = await rows.get(organization, hash);
      return stored === undefined ? undefined : toHold(organization, stored);
    },
    put: async (organization, hold) => rows.put(organization, hold.hash, await toStored(organization, hold)),
    putUnlessReleased: async (organization, hold) =>
      rows.putUnless(
        organization,
        hold.hash,
        await toStored(organization, hold),
        ({ state }) => state === 'released',
      ),
    change: async (organization, hash, decide) => {
      let changed: Hold | undefined;
      const next = await rows.change(organization, hash, async (stored) => {
        const hold = await toHold(organization, stored);
        changed = decide(hold);
        if (changed === undefined) return undefined;
        const { guards, removals, ...head } = changed;
        const isSame = guards === hold.guards && removals === hold.removals;
        return isSame ? { ...head, parts: stored.parts } : toStored(organization, changed);
      });
      const isOver = next?.state === 'done' || next?.state === 'stale';
      if (isOver && typeof next.parts !== 'string') await removeBlobs(organization, hash);
      return changed;
    },
    forget: async (organization, isOver, most) => {
      const over = (await rows.list(organization)).filter(isOver).slice(0, most);
      // Only a row tells of its blobs.
      for (const { hash } of over) await removeBlobs(organization, hash);
      await rows.remove(
        organization,
        over.map(({ hash }) => hash),
      );
      return over.length;
    },
  };
}

function parseJson(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
