import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { RecordSeal } from '../../domain/evidence/record-seal';
import type { SubjectEvidence } from '../../domain/evidence/verify-subject';
import { HOUR_MS } from '../../domain/durations';
import { redacted } from '../../domain/ledger/erasure';
import { EMPTY_CHAIN, type EvidenceHead, type EvidenceRecord } from '../../domain/ledger/evidence';
import type { Subject, SubjectKind } from '../../domain/ledger/subject';
import { AppError } from '../../errors';
import {
  decodeEvidence,
  evidenceKey,
  evidenceRow,
  LEDGER_TABLE,
  partitionOf,
  sealedHead,
  seqOf,
  STATE_ROW,
} from '../ledger-rows';
import { listRowsInPages } from '../list-rows-in-pages';
import type { StoredRow } from '../record-table';
import { undefinedIfMissing } from '../storage-errors';
import type { StorageAccount } from '../storage-account';
import { writeInTransactions } from '../write-in-transactions';

/** Evidence as it is stored, for explaining, verifying and erasing it. */
export type LedgerEvidence = Readonly<{
  /** A subject's evidence with the end of its chain. */
  evidence: (subject: Subject) => Promise<SubjectEvidence>;
  /** The same of every subject of a kind of which there is any row, in a call for a thousand rows. */
  evidenceOfAll: (
    organization: string,
    kind: SubjectKind,
  ) => AsyncIterable<Readonly<{ key: string; evidence: SubjectEvidence }>>;
  /** Records after this number, in order; those that are not as they were written are not among them. */
  evidenceAfter: (subject: Subject, seq: number) => Promise<readonly EvidenceRecord[]>;
  /**
   * Records of a time, in order, at most so many, in a few calls however many there are. They are searched for by their times, which go on
   * as their numbers do. Those that are not as they were written are not among them.
   */
  evidenceBetween: (
    subject: Subject,
    span: Readonly<{ fromMs: number; untilMs: number; most: number }>,
  ) => Promise<readonly EvidenceRecord[]>;
  /**
   * Puts in place of each record up to this number what is left of it once its person was erased. Idempotent, and not one transaction.
   * @throws AppError `record-unreadable` once the others are done, where one is not as it was written: what it says is there still
   */
  redact: (subject: Subject, lastSeq: number) => Promise<void>;
}>;

export function createLedgerEvidence(storage: Pick<StorageAccount, 'table' | 'seal'>): LedgerEvidence {
  const table = async (): Promise<TableClient> => storage.table(LEDGER_TABLE);
  return {
    evidence: async (subject) => {
      const partitionKey = partitionOf(subject);
      const collected = createCollector(partitionKey, await storage.seal());
      const filter = `PartitionKey eq '${partitionKey}'`;
      for await (const row of (await table()).listEntities({ queryOptions: { filter } })) collected.add(row);
      return collected.evidence();
    },

    evidenceOfAll: async function* (organization, kind) {
      const seal = await storage.seal();
      const prefix = partitionOf({ organization, kind, key: '' });
      const filter = `PartitionKey ge '${prefix}' and PartitionKey lt '${prefix}~'`;
      let key: string | undefined;
      let collected = createCollector(prefix, seal);
      for await (const row of (await table()).listEntities({ queryOptions: { filter } })) {
        const partitionKey = row.partitionKey ?? '';
        const next = partitionKey.slice(prefix.length);
        if (next !== key) {
          if (key !== undefined) yield { key, evidence: collected.evidence() };
          key = next;
          collected = createCollector(partitionKey, seal);
        }
        collected.add(row);
      }
      if (key !== undefined) yield { key, evidence: collected.evidence() };
    },

    evidenceAfter: async (subject, seq) => {
      const records: EvidenceRecord[] = [];
      const seal = await storage.seal();
      const partitionKey = partitionOf(subject);
      const filter = `PartitionKey eq '${partitionKey}' and RowKey gt '${evidenceKey(seq)}' and RowKey lt 'f'`;
      for await (const row of (await table()).listEntities({ queryOptions: { filter } })) {
        const record = decodeEvidence(row, partitionKey, seal);
        if (record !== undefined) records.push(record);
      }
      return records;
    },

    evidenceBetween: async (subject, { fromMs, untilMs, most }) => {
      const seal = await storage.seal();
      const partitionKey = partitionOf(subject);
      const client = await table();
      const state = await undefinedIfMissing(async () => client.getEntity(partitionKey, STATE_ROW));
      const end = state === undefined ? undefined : sealedHead(state, partitionKey, seal);
      const first = await firstSince(
        end?.seq ?? 0,
        async (seq) => {
          const row = await undefinedIfMissing(async () => client.getEntity(partitionKey, evidenceKey(seq)));
          return row === undefined ? undefined : decodeEvidence(row, partitionKey, seal)?.atMs;
        },
        fromMs - OUT_OF_ORDER_MS,
      );
      const filter = `PartitionKey eq '${partitionKey}' and RowKey ge '${evidenceKey(first)}' and RowKey lt 'f'`;
      const records: EvidenceRecord[] = [];
      const rows = listRowsInPages(client.listEntities({ queryOptions: { filter } }), ROWS_TOGETHER);
      for await (const row of rows) {
        const record = decodeEvidence(row, partitionKey, seal);
        if (record !== undefined && record.atMs >= untilMs + OUT_OF_ORDER_MS) break;
        if (record !== undefined && record.atMs >= fromMs && record.atMs < untilMs) records.push(record);
        if (records.length === most) break;
      }
      return records;
    },

    redact: async (subject, lastSeq) => {
      const partitionKey = partitionOf(subject);
      const seal = await storage.seal();
      const filter = `PartitionKey eq '${partitionKey}' and RowKey ge '${evidenceKey(0)}' and RowKey le '${evidenceKey(lastSeq)}'`;
      const actions: TransactionAction[] = [];
      const edited: number[] = [];
      for await (const row of (await table()).listEntities({ queryOptions: { filter } })) {
        const record = decodeEvidence(row, partitionKey, seal);
        if (record === undefined) edited.push(seqOf(row));
        if (record === undefined || record.erased === true) continue;
        actions.push(['update', evidenceRow(redacted(record), partitionKey, seal), 'Replace']);
      }
      await writeInTransactions(await table(), actions);
      if (edited.length > 0)
        throw new AppError(
          'record-unreadable',
          `Records of the ledger ${subject.key} were edited: ${edited.slice(0, 10).join(', ')}`,
        );
    },
  };
}

/** Two that record at the same time may do so in another order than their clocks say. */
const OUT_OF_ORDER_MS = HOUR_MS;
const ROWS_TOGETHER = 200;
/** Records that cannot be read are passed over; of more in a row the search begins before them. */
const MOST_PASSED_OVER = 8;

/** The number of the first of so many records that is not older, where their times go up. */
async function firstSince(
  count: number,
  timeOf: (seq: number) => Promise<number | undefined>,
  sinceMs: number,
): Promise<number> {
  let [low, high] = [1, count + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    let atMs: number | undefined;
    for (let seq = middle; atMs === undefined && seq < Math.min(high, middle + MOST_PASSED_OVER); seq += 1)
      atMs = await timeOf(seq);
    if (atMs !== undefined && atMs < sinceMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the rows of one subject, in their order. */
function createCollector(
  partitionKey: string,
  seal: RecordSeal,
): Readonly<{ add: (row: StoredRow) => void; evidence: () => SubjectEvidence }> {
  const records: EvidenceRecord[] = [];
  const edited: number[] = [];
  let state: SubjectEvidence['state'] = 'missing';
  let head: EvidenceHead = EMPTY_CHAIN;
  return {
    add: (row) => {
      if (row['rowKey'] === STATE_ROW) {
        const sealed = sealedHead(row, partitionKey, seal);
        head = sealed ?? EMPTY_CHAIN;
        state = sealed === undefined ? 'edited' : 'fits';
        return;
      }
      const record = decodeEvidence(row, partitionKey, seal);
      if (record === undefined) edited.push(seqOf(row));
      else records.push(record);
    },
    evidence: () => ({ records, head, edited, state }),
  };
}
