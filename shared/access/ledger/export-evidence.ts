import { decodeEntries, TILE_WIDTH } from '../../domain/evidence/tiles';
import type { SubjectKind } from '../../domain/ledger/subject';
import { ARCHIVE_CONTAINER } from '../../storage/evidence/policy-archive';
import { createLogReader } from '../../storage/evidence/read-log';
import { LogHeadSchema, NEW_LOG } from '../../storage/evidence/log-rows';
import { fromPieces, parseJson } from '../../storage/record-encoding';
import type { StorageAccount } from '../../storage/storage-account';
import { undefinedIfMissing } from '../../storage/storage-errors';
import { SUBJECT_KINDS } from './judge-subjects';

type ExportedRow = Readonly<Record<string, unknown>>;

/** A line of an export, as docs/evidence-format.md describes it. */
export type ExportedLine =
  | Readonly<{ type: 'export'; v: 2; organization: string }>
  | Readonly<{ type: 'place'; row: ExportedRow }>
  | Readonly<{ type: 'entries'; entries: readonly string[] }>
  | Readonly<{ type: 'tile'; tile: string; content: string | readonly string[] }>
  | Readonly<{ type: 'policy'; hash: string; base64: string }>
  | Readonly<{ type: 'log'; origin: string; row?: ExportedRow; checkpoint?: string }>
  | Readonly<{ type: 'subject'; subject: string; state?: ExportedRow; records: readonly ExportedRow[] }>;

type ExportedStorage = Pick<StorageAccount, 'table' | 'container'>;

/**
 * All that is needed to verify the evidence of an organization without this application, by a few rows or one subject at a time. The
 * log is read before the ledgers: whatever it knows is in them by then. Nobody else may write meanwhile.
 */
export async function* exportEvidence(
  storage: ExportedStorage,
  { alias, origin }: Readonly<{ alias: string; origin: string }>,
): AsyncIterable<ExportedLine> {
  yield { type: 'export', v: 2, organization: alias };
  const without = new Set<string>();
  const evidence = await storage.table('evidence');
  const places = `PartitionKey eq '${alias}' and RowKey ge 's:' and RowKey lt 's;'`;
  for await (const row of evidence.listEntities<{ rowKey: string }>({ queryOptions: { filter: places } })) {
    without.add(row.rowKey.slice('s:'.length));
    yield { type: 'place', row: exportedRow(row) };
  }
  const row = await undefinedIfMissing(async () => evidence.getEntity(alias, 'log'));
  const told = LogHeadSchema.safeParse(row === undefined ? undefined : parseJson(fromPieces('json', row)));
  const head = told.data ?? NEW_LOG;
  const reader = createLogReader(storage);
  for await (const { entries } of reader.entries(alias, 0, head))
    if (entries !== undefined) yield { type: 'entries', entries: entries.map(String) };
  yield* tilesOf(storage, alias, head.published?.size ?? 0);
  const archive = await storage.container(ARCHIVE_CONTAINER);
  for await (const { name } of archive.listBlobsFlat({ prefix: '' })) {
    const bytes = await archive.getBlockBlobClient(name).downloadToBuffer();
    yield { type: 'policy', hash: name.replace(/\.yaml$/, ''), base64: bytes.toString('base64') };
  }
  const checkpoint = await reader.checkpoint(alias);
  yield {
    type: 'log',
    origin,
    ...(row === undefined ? {} : { row: exportedRow(row) }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
  for (const kind of SUBJECT_KINDS)
    for await (const line of subjectsOf(storage, alias, kind)) {
      without.delete(line.subject);
      yield line;
    }
  for (const subject of without) yield { type: 'subject', subject, records: [] };
}

/** The tiles that a checkpoint of this size needs, but those of entries that are whole: their entries are told already. */
async function* tilesOf(storage: ExportedStorage, alias: string, size: number): AsyncIterable<ExportedLine> {
  const container = await storage.container('evidence');
  const form = /^tile\/(entries|\d+)\/([x\d/]+?)(?:\.p\/(\d+))?$/;
  for await (const { name } of container.listBlobsFlat({ prefix: `${alias}/tile/` })) {
    const [, level, path = '', partial] = form.exec(name.slice(alias.length + 1)) ?? [];
    const index = Number(path.replaceAll(/[x/]/g, ''));
    const items = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : Number(level)));
    const width = Number(partial ?? TILE_WIDTH);
    const isNeeded = width === Math.min(TILE_WIDTH, items - index * TILE_WIDTH);
    if (level === undefined || !isNeeded || (level === 'entries' && width === TILE_WIDTH)) continue;
    const bytes = await container.getBlockBlobClient(name).downloadToBuffer();
    if (level === 'entries')
      yield { type: 'tile', tile: level, content: (decodeEntries(bytes) ?? []).map(String) };
    else yield { type: 'tile', tile: `${level} ${index}`, content: bytes.toString('base64') };
  }
}

async function* subjectsOf(
  storage: ExportedStorage,
  alias: string,
  kind: SubjectKind,
): AsyncIterable<Extract<ExportedLine, { type: 'subject' }>> {
  const prefix = `${alias}:${kind}:`;
  const filter = `PartitionKey ge '${prefix}' and PartitionKey lt '${prefix}~'`;
  let rows: ExportedRow[] = [];
  const lineOf = (): Extract<ExportedLine, { type: 'subject' }> => {
    const state = rows.find(({ rowKey }) => rowKey === 'state');
    const subject = String(rows[0]?.['partitionKey']).slice(alias.length + 1);
    const records = rows.filter((row) => row !== state);
    return { type: 'subject', subject, ...(state === undefined ? {} : { state }), records };
  };
  for await (const row of (await storage.table('ledger')).listEntities({ queryOptions: { filter } })) {
    if (rows.length > 0 && rows[0]?.['partitionKey'] !== row.partitionKey) {
      yield lineOf();
      rows = [];
    }
    rows.push(exportedRow(row));
  }
  if (rows.length > 0) yield lineOf();
}

/** A row with its JSON in one piece, without what storage adds to it. */
function exportedRow(row: Readonly<Record<string, unknown>>): ExportedRow {
  const others = Object.entries(row).filter(
    ([name]) =>
      name !== 'etag' && name !== 'timestamp' && !name.startsWith('odata') && !/^json\d+$/.test(name),
  );
  return { ...Object.fromEntries(others), json: fromPieces('json', row) };
}
