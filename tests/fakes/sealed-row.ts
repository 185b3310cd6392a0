import { sandboxSeal } from '../../sandbox/evidence-key';
import { encodeRecord } from '../../shared/storage/record-encoding';

type Row = Readonly<Record<string, unknown>> & Readonly<{ partitionKey: string; rowKey: string }>;

/** A row that says something else, as an application with the key writes it: another version, or one with a mistake. */
export async function rewritten(table: string, row: Row, value: unknown): Promise<Row> {
  const { evidenceSeq, evidenceHash, partitionKey, rowKey } = row;
  const place = { table, partitionKey, rowKey, seal: await sandboxSeal() };
  const beside =
    evidenceSeq === undefined
      ? {}
      : { beside: `${Number(evidenceSeq)}:${typeof evidenceHash === 'string' ? evidenceHash : ''}` };
  return { ...row, ...encodeRecord(value, { ...place, ...beside }) };
}
