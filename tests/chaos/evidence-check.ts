import { createHash } from 'node:crypto';
import type { StorageAccount } from '../../shared/storage/storage-account';
import { ALIAS } from './test-organization';

/** One record of somebody's evidence, as far as it is looked at. */
type Record_ = Readonly<{
  seq: number;
  atMs: number;
  kind: string;
  facts: Readonly<Record<string, unknown>>;
}>;

export type Chains = Readonly<{
  /** By person, or `organization` and so on: `<kind>:<key>`. */
  records: ReadonlyMap<string, readonly Record_[]>;
  faults: readonly string[];
}>;

type Row = Readonly<Record<string, unknown> & { partitionKey: string; rowKey: string }>;

/** Reads every chain of the organization from the raw rows and checks each link with a hash of its own making. */
export async function checkEvidence(storage: StorageAccount): Promise<Chains> {
  const table = await storage.table('ledger');
  const bySubject = new Map<string, Row[]>();
  for await (const row of table.listEntities())
    bySubject.set(row.partitionKey ?? '', [...(bySubject.get(row.partitionKey ?? '') ?? []), row as Row]);
  const faults: string[] = [];
  const records = new Map<string, readonly Record_[]>();
  for (const [partition, rows] of bySubject) {
    const state = rows.find(({ rowKey }) => rowKey === 'state');
    const chain = rows
      .filter(({ rowKey }) => rowKey !== 'state')
      .toSorted((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
    let previous = '';
    const found = chain.map((row, index) => {
      const record = JSON.parse(textOf(row)) as Record_ & Readonly<{ hash: string; previousHash: string }>;
      const { hash, ...content } = record;
      const own = createHash('sha256').update(canonical(content)).digest('hex');
      if (record.seq !== index + 1 || own !== hash || record.previousHash !== previous)
        faults.push(`evidence of ${partition}: record ${index + 1} does not follow`);
      previous = hash;
      return record;
    });
    if (state === undefined || state['evidenceSeq'] !== found.length || state['evidenceHash'] !== previous)
      faults.push(`evidence of ${partition}: the end is not the one that was kept apart`);
    records.set(partition.slice(ALIAS.length + 1), found);
  }
  return { records, faults };
}

/** The key that a person's evidence has: it shows no address. */
export function evidenceKey(person: string): string {
  return `person:${createHash('sha256').update(person).digest('hex').slice(0, 32)}`;
}

function textOf(row: Row): string {
  let text = '';
  for (let piece = 0; typeof row[`json${piece}`] === 'string'; piece += 1)
    text += String(row[`json${piece}`]);
  return text;
}

/** JSON with sorted keys and without undefined members. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    .join(',')}}`;
}
