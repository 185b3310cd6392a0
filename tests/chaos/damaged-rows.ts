import type { TableClient, TableEntityResult } from '@azure/data-tables';
import type { StorageAccount } from '../../shared/storage/storage-account';
import { evidenceKey } from './evidence-check';
import { ALIAS } from './test-organization';

/** The ledger of the person, or the first that there is of the other kinds. */
type DamagedKind = 'person' | 'mark' | 'attempt' | 'hold' | 'backoff';
/** `shape`: as nobody here writes it. `newer`: by a version that comes later. `unsaid`: without a version that can be read. */
type DamageHow = 'shape' | 'newer' | 'unsaid';
export type Damage = Readonly<{ row: DamagedKind; how: DamageHow; person: string }>;

type Row = TableEntityResult<Record<string, unknown>>;
type Stored = Record<string, unknown> & { partitionKey: string; rowKey: string };

/** A row that was damaged, and how it was before. `personKeys`: whom it is about. */
export type DamagedRow = Readonly<{
  kind: DamagedKind;
  table: string;
  before: Row;
  etag: string | undefined;
  personKeys: readonly string[];
}>;

const TABLES = {
  person: 'ledger',
  mark: 'changes',
  attempt: 'changes',
  hold: 'plans',
  backoff: 'backoffs',
} as const satisfies Readonly<Record<DamagedKind, string>>;

/** Damages a row, or returns undefined where there is none of its kind now that is whole. */
export async function damageRow(
  storage: StorageAccount,
  damage: Damage,
  damagedAlready: readonly DamagedRow[],
): Promise<DamagedRow | undefined> {
  const { row: kind } = damage;
  const table = await storage.table(TABLES[kind]);
  const before = await find(table, damage, damagedAlready);
  if (before === undefined) return undefined;
  await table.updateEntity(damaged(withoutEtag(before), damage), 'Replace');
  const { etag } = await table.getEntity(before.partitionKey ?? '', before.rowKey ?? '');
  return { kind, table: TABLES[kind], before, etag, personKeys: personKeysIn(kind, before) };
}

/** Puts the row back as it was, unless it was changed since. Returns what should not have happened to it. */
export async function repairRow(storage: StorageAccount, row: DamagedRow): Promise<readonly string[]> {
  const table = await storage.table(row.table);
  const { partitionKey = '', rowKey = '' } = row.before;
  const now = await table.getEntity(partitionKey, rowKey).catch(() => undefined);
  if (now?.etag === row.etag) {
    await table.updateEntity(withoutEtag(row.before), 'Replace');
    return [];
  }
  // A mark is cleared when the person was looked at, a backoff is about nothing but itself, and the same removals may be held anew.
  if (row.kind === 'mark' || row.kind === 'backoff' || (row.kind === 'hold' && now !== undefined)) return [];
  return [`a damaged row of a ${row.kind} was ${now === undefined ? 'removed' : 'written'}`];
}

async function find(
  table: TableClient,
  { row, person }: Damage,
  damagedAlready: readonly DamagedRow[],
): Promise<Row | undefined> {
  const isWhole = ({ partitionKey, rowKey }: Row): boolean =>
    !damagedAlready.some(({ before }) => before.partitionKey === partitionKey && before.rowKey === rowKey);
  for await (const entity of table.listEntities())
    if (isWhole(entity) && isOfKind(entity, row, person)) return entity;
  return undefined;
}

function isOfKind({ partitionKey, rowKey = '', ...rest }: Row, kind: DamagedKind, person: string): boolean {
  switch (kind) {
    case 'person':
      return partitionKey === `${ALIAS}:${evidenceKey(person)}` && rowKey === 'state';
    case 'mark':
      return /^m:\d:person:/.test(rowKey);
    case 'attempt':
      return rowKey.startsWith('a:');
    case 'hold':
      return String(rest['json0']).includes('"state":"held"');
    case 'backoff':
      return true;
  }
}

function damaged(row: Stored, { row: kind, how }: Damage): Stored {
  if (how === 'newer') return { ...row, schemaVersion: 2 };
  if (how === 'unsaid') return { ...row, schemaVersion: 'first' };
  return kind === 'mark' ? { ...row, sinceMs: 'lately' } : { ...row, json0: '{"other":"shape"}' };
}

function withoutEtag(row: Row): Stored {
  const properties = Object.entries(row).filter(([name]) => name !== 'etag');
  const { partitionKey = '', rowKey = '' } = row;
  return { ...Object.fromEntries(properties), partitionKey, rowKey };
}

function personKeysIn(kind: DamagedKind, row: Row): readonly string[] {
  switch (kind) {
    case 'person':
      return [(row.partitionKey ?? '').split(':').at(-1) ?? ''];
    case 'mark':
      return [(row.rowKey ?? '').split(':').at(-1) ?? ''];
    case 'attempt':
    case 'hold':
      return [...JSON.stringify(row).matchAll(/personKey\\*":\\*"([0-9a-f]+)/g)].map(([, key = '']) => key);
    case 'backoff':
      return [];
  }
}
