import { createHash } from 'node:crypto';
import type { Hold } from '../domain/plan/hold';
import { digestsOf } from '../domain/plan/hold-digests';
import { AppError, errorCodeOf } from '../errors';
import { fromPieces, inPieces } from './record-encoding';
import { BlobSchema, StoredHoldSchema, type HoldHead, type StoredHold } from './hold-schema';
import { createRecordTable, type StoredRow } from './record-table';
import { undefinedIfMissing } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { untold } from './unreadable-rows';

export type HoldStore = Readonly<{
  /**
   * Every hold of an organization that can be read, or those of some states. What cannot be read is told and passed over;
   * `unreadable`, where it is asked for, is each of which row or blob cannot be read and that may hold something or is released.
   */
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

const UNREADABLE = {
  state: 'unreadable',
  guards: [],
  removals: [],
  expiresAtMs: Infinity,
  releasedBy: undefined,
  releasedAtMs: undefined,
} as const;

/** Characters of JSON. A row holds some more; what is this large is in a blob. */
const LARGEST_ROW_LENGTH = 250_000;

/**
 * One row per hold and organization, by hash. A release is a compare-and-set of that row. What it holds is in a blob as well, named
 * after the hold and its content and written before the row: whoever reads the row finds it, and a row that cannot be read lets
 * nothing go.
 */
export function createHoldStore(
  storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>,
  onUnreadable = untold,
): HoldStore {
  const rows = createRecordTable<StoredHold>(storage, {
    name: 'plans',
    noun: 'plan',
    schema: StoredHoldSchema,
    toStored: ({ parts, digests: _digests, ...head }) =>
      typeof parts === 'string' ? { ...head, partsBlob: parts } : { ...head, ...parts },
    beside: ({ state, digests, heldAtMs, joinedAtMs = heldAtMs }) =>
      isOver(state)
        ? { isOver: true }
        : { heldSinceMs: joinedAtMs, ...(digests === undefined ? {} : inPieces('digests', digests)) },
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
    return { ...withDigests(head, removals), parts: isLarge ? name : { guards, removals } };
  };
  const toHold = async (organization: string, { parts, ...head }: StoredHold): Promise<Hold> => {
    if (typeof parts !== 'string') return { ...head, ...parts };
    const found = await read(`${organization}/${parts}`);
    if (!found.success)
      throw new AppError('record-unreadable', 'The removals of a stored plan are gone or of another shape');
    const { guards, removals } = found.data;
    return { ...head, guards, removals };
  };
  /** What a hold holds whose row cannot be read, without end. */
  const ofUnreadableRow = async (
    organization: string,
    hash: string,
    row: StoredRow,
  ): Promise<readonly Hold[]> => {
    if (row['isOver'] === true) return [];
    const holds: Hold[] = [];
    for (const name of await blobsOf(organization, hash)) {
      const { data } = await read(name);
      if (data === undefined) continue;
      const { guards, removals, heldAtMs = Infinity } = data;
      holds.push({ ...UNREADABLE, hash, guards, removals, heldAtMs });
    }
    if (holds.length > 0) return holds;
    const { heldSinceMs } = row;
    const heldAtMs = typeof heldSinceMs === 'number' ? heldSinceMs : Infinity;
    return [{ ...UNREADABLE, hash, heldAtMs, digests: fromPieces('digests', row) }];
  };

  /** The same where the row can be read and its blob cannot. A plan of the audit ends. */
  const ofUnreadableBlob = async (organization: string, head: StoredHold): Promise<Hold> => {
    const { hash, kind = 'guard', state, heldAtMs, joinedAtMs, expiresAtMs } = head;
    const table = await storage.table('plans');
    const row = (await undefinedIfMissing(async () => table.getEntity(organization, hash))) ?? {};
    const ends = kind === 'remediation' && state === 'held' ? { expiresAtMs } : {};
    const since = { heldAtMs: joinedAtMs ?? heldAtMs };
    return { ...UNREADABLE, hash, kind, ...since, ...ends, digests: fromPieces('digests', row) };
  };

  return {
    list: async (organization, ...states) => {
      const holds: Hold[] = [];
      const unread = new Map<string, StoredRow>();
      const isUnreadableAsked = states.includes('unreadable');
      for (const stored of await rows.list(organization, (hash, row) => void unread.set(hash, row))) {
        const isAsked = states.length === 0 || states.includes(stored.state);
        const mayBeUnreadable =
          isUnreadableAsked && typeof stored.parts === 'string' && !isOver(stored.state);
        if (!isAsked && !mayBeUnreadable) continue;
        try {
          const hold = await toHold(organization, stored);
          if (isAsked) holds.push(hold);
        } catch (error) {
          if (errorCodeOf(error) !== 'record-unreadable') throw error;
          onUnreadable({ table: 'plans', partitionKey: organization, rowKey: stored.hash });
          if (mayBeUnreadable) holds.push(await ofUnreadableBlob(organization, stored));
        }
      }
      if (isUnreadableAsked)
        for (const [hash, row] of unread) holds.push(...(await ofUnreadableRow(organization, hash, row)));
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
        if (!isSame) return toStored(organization, changed);
        return { ...withDigests(head, removals), parts: stored.parts };
      });
      if (next !== undefined && isOver(next.state) && typeof next.parts !== 'string')
        await removeBlobs(organization, hash);
      return changed;
    },
    forget: async (organization, hasEnded, most) => {
      const over = (await rows.list(organization)).filter(hasEnded).slice(0, most);
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

function isOver(state: Hold['state']): boolean {
  return state === 'done' || state === 'stale';
}

function withDigests(head: HoldHead, removals: Hold['removals']): HoldHead {
  const digests = digestsOf(removals);
  return digests === undefined ? head : { ...head, digests };
}

function parseJson(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
