import type { SubjectKind } from '../../domain/ledger/subject';
import type { StorageAccount } from '../../storage/storage-account';
import { ARCHIVE_CONTAINER } from '../../storage/evidence/policy-archive';
import { SUBJECT_KINDS } from './verify-evidence';

/** A line of an export, as docs/evidence-format.md describes it. */
export type ExportedLine =
  | Readonly<{ type: 'export'; v: 1; organization: string; origin: string }>
  | Readonly<{ type: 'row'; table: 'ledger' | 'evidence'; row: Readonly<Record<string, unknown>> }>
  | Readonly<{ type: 'blob'; name: string; base64: string }>
  | Readonly<{ type: 'policy'; hash: string; base64: string }>;

/**
 * All that is needed to verify the evidence of an organization without this application. The log is read before the ledgers: whatever it
 * knows is in them by then. Nobody else may write meanwhile.
 */
export async function* exportEvidence(
  storage: Pick<StorageAccount, 'table' | 'container'>,
  { alias, origin }: Readonly<{ alias: string; origin: string }>,
): AsyncIterable<ExportedLine> {
  yield { type: 'export', v: 1, organization: alias, origin };
  yield* rowsOf(storage, 'evidence', `PartitionKey eq '${alias}'`);
  const container = await storage.container('evidence');
  for await (const { name } of container.listBlobsFlat({ prefix: `${alias}/` })) {
    const bytes = await container.getBlockBlobClient(name).downloadToBuffer();
    yield { type: 'blob', name: name.slice(alias.length + 1), base64: bytes.toString('base64') };
  }
  for (const kind of SUBJECT_KINDS) yield* rowsOf(storage, 'ledger', partitionsOf(alias, kind));
  const archive = await storage.container(ARCHIVE_CONTAINER);
  for await (const { name } of archive.listBlobsFlat({ prefix: '' })) {
    const bytes = await archive.getBlockBlobClient(name).downloadToBuffer();
    yield { type: 'policy', hash: name.replace(/\.yaml$/, ''), base64: bytes.toString('base64') };
  }
}

function partitionsOf(alias: string, kind: SubjectKind): string {
  return `PartitionKey ge '${alias}:${kind}:' and PartitionKey lt '${alias}:${kind};'`;
}

async function* rowsOf(
  storage: Pick<StorageAccount, 'table'>,
  table: 'ledger' | 'evidence',
  filter: string,
): AsyncIterable<ExportedLine> {
  for await (const row of (await storage.table(table)).listEntities({ queryOptions: { filter } }))
    yield { type: 'row', table, row: withoutStamps(row) };
}

/** What storage itself adds to a row. */
function withoutStamps(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([name]) => name !== 'etag' && name !== 'timestamp' && !name.startsWith('odata'),
    ),
  );
}
