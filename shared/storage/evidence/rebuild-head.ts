import { openCheckpoint } from '../../domain/evidence/checkpoint';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { entryBytes, recordInLog, subjectInLog, type LogEntry } from '../../domain/evidence/log-entry';
import { appendLeaf, EMPTY_TREE, leafHash, rootOf, type Frontier } from '../../domain/evidence/merkle-tree';
import { decodeEntries, TILE_WIDTH } from '../../domain/evidence/tiles';
import type { EvidenceHead } from '../../domain/ledger/evidence';
import { parseJson } from '../record-encoding';
import type { StorageAccount } from '../storage-account';
import { decodeListed, untold } from '../unreadable-rows';
import { entriesRowKey, LogEntriesSchema, LogEntrySchema, LOG_TABLE, type LogHead } from './log-rows';
import { createLogReader, rowsOfEntries, wholeTiles } from './read-log';

type StoredLog = Pick<StorageAccount, 'table' | 'container' | 'seal'>;

/** The newest checkpoint that was signed here; undefined where there is none, or it is not as it was signed. */
export async function signedCheckpoint(
  storage: StoredLog,
  keys: EvidenceKeys,
  organization: string,
): Promise<Readonly<{ size: number; root: Buffer; note: string }> | undefined> {
  const note = await createLogReader(storage).checkpoint(organization);
  const opened = openCheckpoint(note ?? '', note?.split('\n')[0] ?? '', keys);
  return note === undefined || opened === undefined ? undefined : { ...opened, note };
}

/**
 * Where a log ends, by all else that is stored of it: the tiles are those of the newest signed checkpoint, the rows after them are sealed
 * and go on from there without a gap, and every subject has as many entries as its place says, of which the last is that of its last
 * record. undefined where any of it does not fit.
 */
export async function rebuildHead(
  storage: StoredLog,
  keys: EvidenceKeys,
  organization: string,
  places: ReadonlyMap<string, EvidenceHead | undefined>,
): Promise<LogHead | undefined> {
  const checkpoint = await signedCheckpoint(storage, keys, organization);
  if (checkpoint === undefined) return undefined;
  const ends = new Map<string, Readonly<{ count: number; last: LogEntry }>>();
  let tree: Frontier = EMPTY_TREE;
  let isSigned = checkpoint.size === 0;
  for await (const entry of entriesOf(storage, organization, checkpoint.size)) {
    if (entry === undefined) return undefined;
    const name = `${entry.key}/${entry.subject}`;
    ends.set(name, { count: (ends.get(name)?.count ?? 0) + 1, last: entry });
    tree = appendLeaf(tree, leafHash(entryBytes(entry)));
    if (tree.size === checkpoint.size) isSigned = rootOf(tree).equals(checkpoint.root);
  }
  if (!isSigned || !areAll(keys, tree.size, places, ends)) return undefined;
  const { size, note } = checkpoint;
  return { tree, published: { size, note, atMs: 0 }, verified: undefined, rebuilt: { size: tree.size } };
}

/** In the order of the log; the last one is undefined where some are missing, or not as they were written. */
async function* entriesOf(
  storage: StoredLog,
  organization: string,
  signed: number,
): AsyncIterable<LogEntry | undefined> {
  const reader = createLogReader(storage);
  const end = wholeTiles(signed);
  for (let at = 0; at < end; at += TILE_WIDTH) {
    const bytes = await reader.tile(organization, {
      level: 'entries',
      index: at / TILE_WIDTH,
      width: TILE_WIDTH,
    });
    const entries = bytes === undefined ? undefined : decodeEntries(bytes);
    if (entries?.length !== TILE_WIDTH) {
      yield undefined;
      return;
    }
    for (const entry of entries) yield LogEntrySchema.safeParse(parseJson(entry.toString('utf8'))).data;
  }
  const told = { table: LOG_TABLE, seal: await storage.seal(), onUnreadable: untold };
  const filter = `PartitionKey eq '${organization}' and RowKey ge '${entriesRowKey(end)}' and RowKey lt 'n;'`;
  const rows = (await storage.table(LOG_TABLE)).listEntities<{ rowKey: string }>({
    queryOptions: { filter },
  });
  let at = end;
  for await (const row of rowsOfEntries(rows)) {
    const entries = decodeListed(LogEntriesSchema, { ...row, partitionKey: organization }, told);
    if (entries === undefined || row.rowKey !== entriesRowKey(at)) {
      yield undefined;
      return;
    }
    at += entries.length;
    yield* entries;
  }
}

function areAll(
  keys: EvidenceKeys,
  size: number,
  places: ReadonlyMap<string, EvidenceHead | undefined>,
  ends: ReadonlyMap<string, Readonly<{ count: number; last: LogEntry }>>,
): boolean {
  let placed = 0;
  for (const [name, place] of places) {
    const kindEnd = name.indexOf(':');
    const subject = { kind: name.slice(0, kindEnd), key: name.slice(kindEnd + 1) };
    const own = keys.flatMap((key) => {
      const end = ends.get(`${key.id}/${subjectInLog(key, subject)}`);
      return end === undefined ? [] : [{ key, ...end }];
    });
    const count = own.reduce((sum, end) => sum + end.count, 0);
    const last = own.find((end) => end.last.seq === place?.seq);
    if (place === undefined || count !== place.seq || last === undefined) return false;
    if (last.last.record !== recordInLog(last.key, subject, place.hash)) return false;
    placed += count;
  }
  return placed === size;
}
