import { decodeEntries, TILE_WIDTH } from '../../domain/evidence/tiles';
import type { SubjectKind } from '../../domain/ledger/subject';
import { AppError } from '../../errors';
import { ARCHIVE_CONTAINER } from '../../storage/evidence/policy-archive';
import { createLogReader } from '../../storage/evidence/read-log';
import {
  exportedRow,
  namesAfter,
  placeRows,
  rowsOfSubjects,
  type ExportedRow,
} from '../../storage/evidence/exported-rows';
import { LogHeadSchema, NEW_LOG, type LogHead } from '../../storage/evidence/log-rows';
import { fromPieces, parseJson } from '../../storage/record-encoding';
import type { StorageAccount } from '../../storage/storage-account';
import { undefinedIfMissing } from '../../storage/storage-errors';
import { SUBJECT_KINDS } from './judge-subjects';

/** A line of an export, as docs/evidence-format.md describes it. */
type ExportedLine =
  | Readonly<{ type: 'export'; v: 2; organization: string }>
  | Readonly<{ type: 'place'; row: ExportedRow }>
  | Readonly<{ type: 'entries'; entries: readonly string[] }>
  | Readonly<{ type: 'tile'; tile: string; content: string | readonly string[] }>
  | Readonly<{ type: 'policy'; hash: string; base64: string }>
  | Readonly<{ type: 'log'; origin: string; row?: ExportedRow; checkpoint?: string }>
  | Readonly<{ type: 'subject'; subject: string; state?: ExportedRow; records: readonly ExportedRow[] }>;

type ExportedStorage = Pick<StorageAccount, 'table' | 'container'>;

const PARTS = ['places', 'entries', 'tiles', 'policies', 'log', ...SUBJECT_KINDS] as const;
type PartOfExport = (typeof PARTS)[number];

/** Where an export goes on: behind which row, blob, entry or subject of which part. `log`: how far the log was when it began. */
export type ExportPlace = Readonly<{ part: PartOfExport; after: string; log: string }>;

/** A line, and where whoever has had enough goes on after it. */
export type ExportedPart = Readonly<{ line: ExportedLine; place: ExportPlace }>;

/** A line of a part, and what in that part comes before the next one. */
type LineAfter = Readonly<{ line: ExportedLine; after: string }>;

/**
 * All that is needed to verify the evidence of an organization without this application, by a few rows or one subject at a time. The
 * log is read before the ledgers: whatever it knows is in them by then. Nobody else may write meanwhile. `from`: a place that an
 * earlier call told.
 * @throws AppError `storage-conflict` where the log is not as it was when the export began
 */
export async function* exportEvidence(
  storage: ExportedStorage,
  organization: Readonly<{ alias: string; origin: string }>,
  from?: ExportPlace,
): AsyncIterable<ExportedPart> {
  const { alias } = organization;
  const row = await undefinedIfMissing(async () => (await storage.table('evidence')).getEntity(alias, 'log'));
  const told = LogHeadSchema.safeParse(row === undefined ? undefined : parseJson(fromPieces('json', row)));
  const head = told.data ?? NEW_LOG;
  const log = `${head.tree.size}/${head.published?.size ?? 0}`;
  if (from !== undefined && from.log !== log)
    throw new AppError('storage-conflict', 'The log of the evidence went on since the export began');
  if (from === undefined)
    yield {
      line: { type: 'export', v: 2, organization: alias },
      place: { part: 'places', after: '', log },
    };
  const first = PARTS.indexOf(from?.part ?? 'places');
  for (const part of PARTS.slice(first)) {
    const after = part === from?.part ? from.after : '';
    for await (const { line, after: next } of linesOf(storage, organization, { part, after, head, row }))
      yield { line, place: { part, after: next, log } };
  }
}

/** An export from whatever place. */
export type EvidenceExport = Readonly<{
  parts: (
    organization: Readonly<{ alias: string; origin: string }>,
    from?: ExportPlace,
  ) => AsyncIterable<ExportedPart>;
}>;

export function createEvidenceExport(storage: ExportedStorage): EvidenceExport {
  return { parts: (organization, from) => exportEvidence(storage, organization, from) };
}

function linesOf(
  storage: ExportedStorage,
  { alias, origin }: Readonly<{ alias: string; origin: string }>,
  at: Readonly<{ part: PartOfExport; after: string; head: LogHead; row: ExportedRow | undefined }>,
): AsyncIterable<LineAfter> {
  const { part, after, head, row } = at;
  switch (part) {
    case 'places':
      return placeLines(storage, alias, after);
    case 'entries':
      return entryLines(storage, alias, { from: Number(after), head });
    case 'tiles':
      return tilesOf(storage, alias, { size: head.published?.size ?? 0, after });
    case 'policies':
      return policiesOf(storage, after);
    case 'log':
      return logLine(storage, { alias, origin, row, isTold: after !== '' });
    case 'organization':
    case 'person':
    case 'rule':
    case 'entity':
      return subjectsOf(storage, alias, { kind: part, after });
  }
}

async function* placeLines(storage: ExportedStorage, alias: string, after: string): AsyncIterable<LineAfter> {
  for await (const row of placeRows(storage, alias, 's:', after))
    yield { line: { type: 'place', row: exportedRow(row) }, after: row.rowKey };
}

async function* entryLines(
  storage: ExportedStorage,
  alias: string,
  { from, head }: Readonly<{ from: number; head: LogHead }>,
): AsyncIterable<LineAfter> {
  for await (const { at, entries } of createLogReader(storage).entries(alias, from, head)) {
    const rest = entries?.slice(Math.max(0, from - at)) ?? [];
    if (entries === undefined || rest.length === 0) continue;
    yield { line: { type: 'entries', entries: rest.map(String) }, after: String(at + entries.length) };
  }
}

async function* policiesOf(storage: ExportedStorage, after: string): AsyncIterable<LineAfter> {
  const archive = await storage.container(ARCHIVE_CONTAINER);
  for (const name of await namesAfter(archive, '', after)) {
    const bytes = await archive.getBlockBlobClient(name).downloadToBuffer();
    const hash = name.replace(/\.yaml$/, '');
    yield { line: { type: 'policy', hash, base64: bytes.toString('base64') }, after: name };
  }
}

async function* logLine(
  storage: ExportedStorage,
  {
    alias,
    origin,
    row,
    isTold,
  }: Readonly<{ alias: string; origin: string; row: ExportedRow | undefined; isTold: boolean }>,
): AsyncIterable<LineAfter> {
  if (isTold) return;
  const checkpoint = await createLogReader(storage).checkpoint(alias);
  const line = {
    type: 'log',
    origin,
    ...(row === undefined ? {} : { row: exportedRow(row) }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  } as const;
  yield { line, after: 'log' };
}

/** The tiles that a checkpoint of this size needs, but those of entries that are whole: their entries are told already. */
async function* tilesOf(
  storage: ExportedStorage,
  alias: string,
  { size, after }: Readonly<{ size: number; after: string }>,
): AsyncIterable<LineAfter> {
  const container = await storage.container('evidence');
  const form = /^tile\/(entries|\d+)\/([x\d/]+?)(?:\.p\/(\d+))?$/;
  for (const name of await namesAfter(container, `${alias}/tile/`, after)) {
    const [, level, path = '', partial] = form.exec(name.slice(alias.length + 1)) ?? [];
    const index = Number(path.replaceAll(/[x/]/g, ''));
    const items = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : Number(level)));
    const width = Number(partial ?? TILE_WIDTH);
    const isNeeded = width === Math.min(TILE_WIDTH, items - index * TILE_WIDTH);
    if (level === undefined || !isNeeded || (level === 'entries' && width === TILE_WIDTH)) continue;
    const bytes = await container.getBlockBlobClient(name).downloadToBuffer();
    const content = level === 'entries' ? (decodeEntries(bytes) ?? []).map(String) : bytes.toString('base64');
    const tile = level === 'entries' ? level : `${level} ${index}`;
    yield { line: { type: 'tile', tile, content }, after: name };
  }
}

/** Those with rows in the ledger and those of which only the log knows, both in the order of their keys. */
async function* subjectsOf(
  storage: ExportedStorage,
  alias: string,
  { kind, after }: Readonly<{ kind: SubjectKind; after: string }>,
): AsyncIterable<LineAfter> {
  const placed = placeRows(storage, alias, `s:${kind}:`, after === '' ? '' : `s:${after}`)[
    Symbol.asyncIterator
  ]();
  const nextPlaced = async (): Promise<string | undefined> => {
    const found = await placed.next();
    return found.done === true ? undefined : found.value.rowKey.slice('s:'.length);
  };
  let next = await nextPlaced();
  for await (const { subject, rows } of rowsOfSubjects(storage, alias, { kind, after })) {
    for (; next !== undefined && next < subject; next = await nextPlaced()) yield lineOf(next, []);
    if (next === subject) next = await nextPlaced();
    yield lineOf(subject, rows);
  }
  for (; next !== undefined; next = await nextPlaced()) yield lineOf(next, []);
}

function lineOf(subject: string, rows: readonly ExportedRow[]): LineAfter {
  const state = rows.find(({ rowKey }) => rowKey === 'state');
  const records = rows.filter((row) => row !== state);
  const line = { type: 'subject', subject, ...(state === undefined ? {} : { state }), records } as const;
  return { line, after: subject };
}
