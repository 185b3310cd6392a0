import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { RecordSeal } from '../../domain/evidence/record-seal';
import type { SubjectEvidence } from '../../domain/evidence/verify-subject';
import { redacted } from '../../domain/ledger/erasure';
import { EMPTY_CHAIN, type EvidenceRecord } from '../../domain/ledger/evidence';
import { AppError } from '../../errors';
import { decodeEvidence, evidenceKey, evidenceRow, sealedHead, seqOf, STATE_ROW } from '../ledger-rows';
import { writeInTransactions } from '../write-in-transactions';

type PlaceOfRecords = Readonly<{ partitionKey: string; seal: RecordSeal }>;

/** The records of a ledger with the end of their chain, as they are stored. */
export async function readSubjectEvidence(
  table: TableClient,
  { partitionKey, seal }: PlaceOfRecords,
): Promise<SubjectEvidence> {
  const records: EvidenceRecord[] = [];
  const edited: number[] = [];
  let state: SubjectEvidence['state'] = 'missing';
  let head = EMPTY_CHAIN;
  const stored = table.listEntities({ queryOptions: { filter: `PartitionKey eq '${partitionKey}'` } });
  for await (const row of stored)
    if (row.rowKey === STATE_ROW) {
      const sealed = sealedHead(row, partitionKey, seal);
      head = sealed ?? EMPTY_CHAIN;
      state = sealed === undefined ? 'edited' : 'fits';
    } else {
      const record = decodeEvidence(row, partitionKey, seal);
      if (record === undefined) edited.push(seqOf(row));
      else records.push(record);
    }
  return { records, head, edited, state };
}

/**
 * Puts in place of each record of a ledger up to a number what is left of it once its person was erased.
 * @throws AppError `record-unreadable` once the others are done, where one is not as it was written
 */
export async function redactRecords(
  table: TableClient,
  { partitionKey, lastSeq, seal }: PlaceOfRecords & Readonly<{ lastSeq: number }>,
): Promise<void> {
  const filter = `PartitionKey eq '${partitionKey}' and RowKey ge '${evidenceKey(0)}' and RowKey le '${evidenceKey(lastSeq)}'`;
  const actions: TransactionAction[] = [];
  const edited: number[] = [];
  for await (const row of table.listEntities({ queryOptions: { filter } })) {
    const record = decodeEvidence(row, partitionKey, seal);
    if (record === undefined) edited.push(seqOf(row));
    else if (record.erased !== true)
      actions.push(['update', evidenceRow(redacted(record), partitionKey, seal), 'Replace']);
  }
  await writeInTransactions(table, actions);
  if (edited.length > 0)
    throw new AppError('record-unreadable', `Records were edited: ${edited.slice(0, 10).join(', ')}`);
}
