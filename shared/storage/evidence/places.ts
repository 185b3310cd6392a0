import type { EvidenceHead } from '../../domain/ledger/evidence';
import type { StorageAccount } from '../storage-account';
import { decodeListed, untold } from '../unreadable-rows';
import { EvidenceHeadSchema, LOG_TABLE } from './log-rows';

/** How far a subject's evidence is in the log, as it was read. */
export type LoggedHead = EvidenceHead & Readonly<{ etag: string | undefined }>;

/** By `<kind>:<key>`; undefined where that cannot be read. */
export type Places = ReadonlyMap<string, LoggedHead | undefined>;

export async function readPlaces(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  organization: string,
): Promise<Places> {
  const told = { table: LOG_TABLE, seal: await storage.seal(), onUnreadable: untold };
  const places = new Map<string, LoggedHead | undefined>();
  const filter = `PartitionKey eq '${organization}' and RowKey ge 's:' and RowKey lt 's;'`;
  const rows = (await storage.table(LOG_TABLE)).listEntities<{ rowKey: string }>({
    queryOptions: { filter },
  });
  for await (const row of rows) {
    const head = decodeListed(EvidenceHeadSchema, { ...row, partitionKey: organization }, told);
    places.set(row.rowKey.slice('s:'.length), head && { ...head, etag: row.etag });
  }
  return places;
}
