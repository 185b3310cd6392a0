import type { ContainerClient } from '@azure/storage-blob';
import type { SubjectKind } from '../../domain/ledger/subject';
import { fromPieces } from '../record-encoding';
import type { StorageAccount } from '../storage-account';

/** A row as an export has it. */
export type ExportedRow = Readonly<Record<string, unknown>>;

type Tables = Pick<StorageAccount, 'table'>;

/** Rows that say where subjects are in the log, by their names. */
export async function* placeRows(
  storage: Tables,
  alias: string,
  beginning: string,
  after: string,
): AsyncIterable<ExportedRow & Readonly<{ rowKey: string }>> {
  const from = after === '' ? `RowKey ge '${beginning}'` : `RowKey gt '${quoted(after)}'`;
  const filter = `PartitionKey eq '${alias}' and ${from} and RowKey lt '${beginning.slice(0, -1)};'`;
  const listed = (await storage.table('evidence')).listEntities<{ rowKey: string }>({
    queryOptions: { filter },
  });
  for await (const row of listed) yield row;
}

/** All rows of one subject after the other, in the order of their keys. */
export async function* rowsOfSubjects(
  storage: Tables,
  alias: string,
  { kind, after }: Readonly<{ kind: SubjectKind; after: string }>,
): AsyncIterable<Readonly<{ subject: string; rows: readonly ExportedRow[] }>> {
  const prefix = `${alias}:${kind}:`;
  const from = after === '' ? `PartitionKey ge '${prefix}'` : `PartitionKey gt '${alias}:${quoted(after)}'`;
  const filter = `${from} and PartitionKey lt '${prefix}~'`;
  let partition: string | undefined;
  let rows: ExportedRow[] = [];
  const subjectOf = (partitionKey: string): string => partitionKey.slice(alias.length + 1);
  for await (const row of (await storage.table('ledger')).listEntities({ queryOptions: { filter } })) {
    if (partition !== undefined && partition !== row.partitionKey) {
      yield { subject: subjectOf(partition), rows };
      rows = [];
    }
    partition = row.partitionKey ?? '';
    rows.push(exportedRow(row));
  }
  if (partition !== undefined) yield { subject: subjectOf(partition), rows };
}

/** Names of blobs in their order, whatever the order in which they are listed. */
export async function namesAfter(
  container: Pick<ContainerClient, 'listBlobsFlat'>,
  prefix: string,
  after: string,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix })) if (name > after) names.push(name);
  return names.toSorted();
}

/** A row with its JSON in one piece, without what storage adds to it. */
export function exportedRow(row: Readonly<Record<string, unknown>>): ExportedRow {
  const others = Object.entries(row).filter(
    ([name]) =>
      name !== 'etag' && name !== 'timestamp' && !name.startsWith('odata') && !/^json\d+$/.test(name),
  );
  return { ...Object.fromEntries(others), json: fromPieces('json', row) };
}

function quoted(key: string): string {
  return key.replaceAll("'", "''");
}
