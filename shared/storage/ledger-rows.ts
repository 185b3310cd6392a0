import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import type { Clock } from '../clock';
import { DAY_MS } from '../domain/durations';
import type { Subject, SubjectKind } from '../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../map-concurrently';
import { undefinedIfMissing } from './storage-errors';
import type { RecordSeal } from '../domain/evidence/record-seal';
import { type EvidenceHead, type EvidenceRecord } from '../domain/ledger/evidence';
import { AppError } from '../errors';
import { encodeRecord, isSealed, resealRecord, type Sealing } from './record-encoding';
import { decodeListed, untold } from './unreadable-rows';
import type { StoredRow } from './record-table';
import type { StorageAccount } from './storage-account';
import { writeInTransactions } from './write-in-transactions';

export const LEDGER_TABLE = 'ledger';
export const STATE_ROW = 'state';

const HeadSchema = z.object({ seq: z.number(), hash: z.string() });

const EvidenceRecordSchema = z.object({
  kind: z.string(),
  atMs: z.number(),
  policyHash: z.string(),
  facts: z.record(z.string(), z.unknown()),
  seq: z.number(),
  previousHash: z.string(),
  hash: z.string(),
  erased: z.literal(true).exactOptional(),
});

export function evidenceKey(seq: number): string {
  return `e:${String(seq).padStart(10, '0')}`;
}

export function evidenceRow(record: EvidenceRecord, partitionKey: string, seal: RecordSeal) {
  const place = { partitionKey, rowKey: evidenceKey(record.seq) };
  return { ...place, ...encodeRecord(record, { table: LEDGER_TABLE, ...place, seal }) };
}

/** undefined: the row is not one that this application wrote there. */
export function decodeEvidence(
  row: StoredRow,
  partitionKey: string,
  seal: RecordSeal,
): EvidenceRecord | undefined {
  const place = { partitionKey, rowKey: String(row['rowKey']) };
  const record = decodeListed(
    EvidenceRecordSchema,
    { ...row, ...place },
    { table: LEDGER_TABLE, onUnreadable: untold, seal },
  );
  return record !== undefined && evidenceKey(record.seq) === place.rowKey ? record : undefined;
}

/** Of a row of evidence, by its key, whatever it says. */
export function seqOf(row: StoredRow): number {
  return Number(String(row['rowKey']).slice('e:'.length)) || 0;
}

/** A state is sealed with where its evidence ends: neither goes without the other. */
export function sealingOfState(seal: RecordSeal, partitionKey: string, { seq, hash }: EvidenceHead): Sealing {
  return { table: LEDGER_TABLE, partitionKey, rowKey: STATE_ROW, seal, beside: `${seq}:${hash}` };
}

/** What stands beside the state of a row that may say anything. */
export function besideState(row: StoredRow): string {
  return `${String(row['evidenceSeq'])}:${String(row['evidenceHash'])}`;
}

/** The seal of a state that stays as it is while its evidence goes on. One that does not fit is left so. */
export function resealedState(
  seal: RecordSeal,
  partitionKey: string,
  read: Readonly<{ head: EvidenceHead; row?: StoredRow }> | undefined,
  head: EvidenceHead,
): Readonly<Record<string, string>> {
  if (read?.row === undefined) return {};
  return resealRecord(
    read.row,
    sealingOfState(seal, partitionKey, read.head),
    sealingOfState(seal, partitionKey, head),
  );
}

type LedgerRow = Readonly<{ key: string; row: Readonly<Record<string, unknown>> }>;

/** Which ledgers there are, and their rows without their evidence. */
export type LedgerRows = Readonly<{
  /** Notes that there is, or is about to be, a ledger of this subject. Idempotent. */
  note: (subject: Subject) => Promise<void>;
  pages: (organization: string, kind: SubjectKind) => AsyncIterable<readonly LedgerRow[]>;
  /** About how many there are: a call for each page of the index. */
  count: (organization: string, kind: SubjectKind) => Promise<number>;
}>;

/** A page stays in memory while its rows are worked on: of the thousand that storage would give, several megabytes. */
const PAGE_SIZE = 250;

/** An earlier version, which notes no subject, may run beside this one for as long as a deployment takes. */
const BESIDE_EARLIER_MS = DAY_MS;
/** And may come back for a while. */
const RESCAN_MS = 7 * DAY_MS;

/** When all rows were looked at first and last, epoch milliseconds: each the beginning of a scan that came to its end. */
const ScansSchema = z.object({ firstMs: z.number(), lastMs: z.number() });

const SCANS_ROW = 'scans';
const KEY_PREFIX = 'k:';

export function partitionOf({ organization, kind, key }: Subject): string {
  return `${organization}:${kind}:${key}`;
}

/**
 * The table `subjects` names the ledgers, one partition per organization and kind, so that to list them storage need not look
 * at their evidence. A subject is noted before its ledger: one that is noted may have none, and one that has a ledger is noted.
 * Not so those of an earlier version: until the index can be trusted all rows are looked at, and the index learns what is found.
 */
export function createLedgerRows(
  storage: Pick<StorageAccount, 'table'>,
  clock: Pick<Clock, 'now'>,
): LedgerRows {
  const ledgers = async (): Promise<TableClient> => storage.table(LEDGER_TABLE);
  const subjects = async (): Promise<TableClient> => storage.table('subjects');

  const scansOf = async (partitionKey: string): Promise<z.infer<typeof ScansSchema> | undefined> => {
    const row = await undefinedIfMissing(async () => (await subjects()).getEntity(partitionKey, SCANS_ROW));
    const scans = ScansSchema.safeParse(row);
    return scans.success ? scans.data : undefined;
  };

  const keyPages = async function* (partitionKey: string): AsyncIterable<readonly string[]> {
    const rows = (await subjects()).listEntities<{ rowKey: string }>({
      queryOptions: {
        filter: `PartitionKey eq '${partitionKey}' and RowKey ge '${KEY_PREFIX}' and RowKey lt 'k;'`,
        select: ['RowKey'],
      },
    });
    for await (const page of rows.byPage({ maxPageSize: PAGE_SIZE }))
      yield page.map(({ rowKey }) => rowKey.slice(KEY_PREFIX.length));
  };

  const pagesByIndex = async function* (partitionKey: string): AsyncIterable<readonly LedgerRow[]> {
    for await (const keys of keyPages(partitionKey)) {
      const client = await ledgers();
      const found = await mapConcurrently(keys, STORAGE_WIDTH, async (key): Promise<readonly LedgerRow[]> => {
        const row = await undefinedIfMissing(async () =>
          client.getEntity(`${partitionKey}:${key}`, STATE_ROW),
        );
        return row === undefined ? [] : [{ key, row }];
      });
      yield found.flat();
    }
  };

  const pagesByScan = async function* (partitionKey: string): AsyncIterable<readonly LedgerRow[]> {
    const begunAtMs = clock.now();
    const prefix = `${partitionKey}:`;
    const rows = (await ledgers()).listEntities({
      queryOptions: {
        filter: `PartitionKey ge '${prefix}' and PartitionKey lt '${prefix}~' and RowKey eq '${STATE_ROW}'`,
      },
    });
    for await (const page of rows.byPage({ maxPageSize: PAGE_SIZE })) {
      const found = page.map((row) => ({ key: (row.partitionKey ?? '').slice(prefix.length), row }));
      const noted = found.map(({ key }): TransactionAction => [
        'upsert',
        { partitionKey, rowKey: `${KEY_PREFIX}${key}` },
        'Merge',
      ]);
      await writeInTransactions(await subjects(), noted);
      yield found;
    }
    const firstMs = (await scansOf(partitionKey))?.firstMs ?? begunAtMs;
    await (
      await subjects()
    ).upsertEntity({ partitionKey, rowKey: SCANS_ROW, firstMs, lastMs: begunAtMs }, 'Replace');
  };

  return {
    note: async ({ organization, kind, key }) => {
      const row = { partitionKey: listOf(organization, kind), rowKey: `${KEY_PREFIX}${key}` };
      await (await subjects()).upsertEntity(row, 'Merge');
    },
    pages: async function* (organization, kind) {
      const partitionKey = listOf(organization, kind);
      const scans = await scansOf(partitionKey);
      const isTrusted =
        scans !== undefined &&
        scans.lastMs - scans.firstMs >= BESIDE_EARLIER_MS &&
        clock.now() - scans.lastMs < RESCAN_MS;
      yield* isTrusted ? pagesByIndex(partitionKey) : pagesByScan(partitionKey);
    },
    count: async (organization, kind) => {
      const partitionKey = listOf(organization, kind);
      const isScanned = (await scansOf(partitionKey)) !== undefined;
      let count = 0;
      for await (const page of isScanned ? keyPages(partitionKey) : pagesByScan(partitionKey))
        count += page.length;
      return count;
    },
  };
}

/** What the keys of all partitions of a kind begin with. */
function listOf(organization: string, kind: SubjectKind): string {
  return `${organization}:${kind}`;
}

/** @throws AppError `record-unreadable` */
export function headOf(row: Readonly<Record<string, unknown>>): EvidenceHead {
  const head = HeadSchema.safeParse({ seq: row['evidenceSeq'], hash: row['evidenceHash'] });
  if (head.success) return head.data;
  throw new AppError('record-unreadable', 'A stored ledger does not say where its evidence ends');
}

/** The same of a row that may say anything; undefined for one that is not as this application wrote it there. */
export function sealedHead(row: StoredRow, partitionKey: string, seal: RecordSeal): EvidenceHead | undefined {
  const head = HeadSchema.safeParse({ seq: row['evidenceSeq'], hash: row['evidenceHash'] });
  const place = { table: LEDGER_TABLE, partitionKey, rowKey: STATE_ROW, seal };
  return head.success && isSealed(row, { ...place, beside: besideState(row) }) ? head.data : undefined;
}
