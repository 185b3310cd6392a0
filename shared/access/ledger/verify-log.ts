import { openCheckpoint, type Checkpoint } from '../../domain/evidence/checkpoint';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import type { LogEntry } from '../../domain/evidence/log-entry';
import { appendLeaf, EMPTY_TREE, leafHash, rootOf, type Frontier } from '../../domain/evidence/merkle-tree';
import { errorCodeOf } from '../../errors';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import { LogEntrySchema, type LogHead } from '../../storage/evidence/log-rows';
import type { LogReader } from '../../storage/evidence/read-log';
import { createTileVerifier, type UnlikeTile } from './verify-tiles';

export type VerifyLogDeps = Readonly<{
  evidenceLog: Pick<EvidenceLog, 'read'>;
  logReader: LogReader;
  evidenceKeys: () => Promise<EvidenceKeys>;
}>;

/**
 * What is wrong with the log itself. `head`: what says where it ends cannot be relied on. `entries`: some are edited, missing or in
 * another order. `tiles`: the entries are sound, and what was published of them for others is not. `checkpoint`: what was published was not signed here, or says something else than the log. `anchor`: the log is not
 * the one that a checkpoint kept elsewhere tells of.
 */
export type LogFault = Readonly<{ kind: 'head' | 'entries' | 'tiles' | 'checkpoint' | 'anchor'; at: number }>;

export type VerifiedLog = Readonly<{
  faults: readonly LogFault[];
  /** Where the log ends; undefined where that cannot be relied on. */
  head: LogHead | undefined;
}>;

/**
 * Verifies a log from a tree that was verified before, `from`, to its end: what each entry is, that nothing is missing, and that it is
 * what was published; tiles are compared where it begins at the first entry. `anchors` are checkpoints that were kept elsewhere,
 * `placed` is how many entries its subjects have in it, as they were read before: a log of fewer was put back. `onEntries` hears of each entry in order.
 */
export async function verifyLog(
  deps: VerifyLogDeps,
  organization: Readonly<{ alias: string; origin: string }>,
  {
    from = EMPTY_TREE,
    anchors = [],
    placed = 0,
    onEntry = () => undefined,
  }: Readonly<{
    from?: Frontier;
    placed?: number;
    anchors?: readonly Pick<Checkpoint, 'size' | 'root'>[];
    onEntry?: (entry: LogEntry) => void;
  }>,
): Promise<VerifiedLog> {
  const { alias } = organization;
  const { head, checkpoint } = await readEnd(deps, organization);
  if (head === undefined) return { faults: [{ kind: 'head', at: 0 }], head };
  if (head.tree.size < placed) return { faults: [{ kind: 'head', at: head.tree.size }], head: undefined };
  const faults: LogFault[] = [];
  if (checkpoint === 'forged') faults.push({ kind: 'checkpoint', at: head.published?.size ?? 0 });
  const expected = [...anchors, ...(checkpoint === undefined || checkpoint === 'forged' ? [] : [checkpoint])];
  const roots = new Map<number, Buffer>([[from.size, rootOf(from)]]);
  const asked = new Set(expected.map(({ size }) => size));
  const tiles = createTileVerifier(deps.logReader, alias, from.size === 0 ? (head.published?.size ?? 0) : 0);
  const unlikeTiles: UnlikeTile[] = [];
  let tree = from;
  for await (const { at, entries } of deps.logReader.entries(alias, from.size, head)) {
    if (entries === undefined) return { faults: [...faults, { kind: 'entries', at }], head };
    for (const [index, entry] of entries.entries()) {
      const position = at + index;
      if (position < from.size) continue;
      tree = appendLeaf(tree, leafHash(entry));
      if (position >= head.tree.size) continue;
      tiles.hear(entry);
      const known = parseEntry(entry);
      if (known !== undefined) onEntry(known);
      if (asked.has(tree.size)) roots.set(tree.size, rootOf(tree));
    }
    unlikeTiles.push(...(await tiles.faults()));
  }
  if (!rootOf(tree).equals(rootOf(head.tree)) || tree.size !== head.tree.size)
    faults.push({ kind: 'entries', at: from.size });
  else faults.push(...(await faultsOfTiles(deps, alias, { head, unlikeTiles })));
  for (const { size, root } of expected)
    if (size >= from.size && roots.get(size)?.equals(root) !== true)
      faults.push({
        kind: anchors.some((anchor) => anchor.size === size) ? 'anchor' : 'checkpoint',
        at: size,
      });
  return { faults, head };
}

/** A tile that was not whole in the checkpoint of `head` may be gone since another one was published. */
async function faultsOfTiles(
  deps: VerifyLogDeps,
  alias: string,
  { head, unlikeTiles }: Readonly<{ head: LogHead; unlikeTiles: readonly UnlikeTile[] }>,
): Promise<readonly LogFault[]> {
  if (unlikeTiles.length === 0) return [];
  const now = await readLogHead(deps, alias);
  const isNewest = now === undefined || now.published?.size === head.published?.size;
  const missing = unlikeTiles.flatMap(({ at, isWhole }) => (isWhole || isNewest ? [at] : []));
  return [...new Set(missing)].toSorted((a, b) => a - b).map((at) => ({ kind: 'tiles', at }));
}

type ReadEnd = Readonly<{ head: LogHead | undefined; checkpoint: Checkpoint | 'forged' | undefined }>;

const READ_TOGETHER_AT_MOST = 4;

/** Where a log ends, and its checkpoint of then: where they do not fit, the log may have been published between both. */
async function readEnd(
  deps: VerifyLogDeps,
  organization: Readonly<{ alias: string; origin: string }>,
): Promise<ReadEnd> {
  let head = await readLogHead(deps, organization.alias);
  for (let attempt = 1; ; attempt += 1) {
    if (head === undefined) return { head, checkpoint: undefined };
    const checkpoint = await checkpointOf(deps, organization, head);
    const isOfThen = checkpoint !== 'forged' && (checkpoint?.size ?? 0) <= head.tree.size;
    if (isOfThen || attempt === READ_TOGETHER_AT_MOST) return { head, checkpoint };
    const again = await readLogHead(deps, organization.alias);
    const isSame = again?.tree.size === head.tree.size && again.published?.size === head.published?.size;
    if (isSame) return { head, checkpoint };
    head = again;
  }
}

/** Where a log ends; undefined where that cannot be relied on. */
export async function readLogHead(
  deps: Pick<VerifyLogDeps, 'evidenceLog'>,
  alias: string,
): Promise<LogHead | undefined> {
  try {
    return await deps.evidenceLog.read(alias);
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}

/** undefined: nothing was published yet. A newer one than the row has is of a process that died between both: its root is judged as any. */
async function checkpointOf(
  deps: VerifyLogDeps,
  { alias, origin }: Readonly<{ alias: string; origin: string }>,
  { published }: LogHead,
): Promise<Checkpoint | 'forged' | undefined> {
  const note = await deps.logReader.checkpoint(alias);
  if (note === undefined && published === undefined) return undefined;
  const checkpoint = openCheckpoint(note ?? '', origin, await deps.evidenceKeys());
  if (checkpoint === undefined) return 'forged';
  const isNewer = checkpoint.size > (published?.size ?? 0);
  return isNewer || note === published?.note ? checkpoint : 'forged';
}

/** undefined: the bytes are no entry. */
export function parseEntry(bytes: Buffer): LogEntry | undefined {
  try {
    return LogEntrySchema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
