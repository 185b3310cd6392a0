import { z } from 'zod';
import type { LogEntry } from '../../domain/evidence/log-entry';
import type { Frontier } from '../../domain/evidence/merkle-tree';
import { TILE_WIDTH } from '../../domain/evidence/tiles';
import type { RecordSeal } from '../../domain/evidence/record-seal';
import type { EvidenceHead } from '../../domain/ledger/evidence';
import type { Subject } from '../../domain/ledger/subject';
import { encodeRecord } from '../record-encoding';

export const LOG_TABLE = 'evidence';
export const LOG_ROW = 'log';

/** Where a log ends, and what of it was published. */
export type LogHead = Readonly<{
  tree: Frontier;
  published: Readonly<{ size: number; note: string; atMs: number }> | undefined;
  /** The tree that was verified last. */
  verified: Frontier | undefined;
  /** Where the log was when this row had been damaged and was rebuilt, and since when a night has told it. */
  rebuilt?: Readonly<{ size: number; toldAtMs?: number }> | undefined;
}>;

export const NEW_LOG: LogHead = {
  tree: { size: 0, roots: [] },
  published: undefined,
  verified: undefined,
};

const FrontierSchema = z
  .object({ size: z.number(), roots: z.array(z.string()) })
  .transform(({ size, roots }): Frontier => ({ size, roots: roots.map((root) => Buffer.from(root, 'hex')) }));

export const LogHeadSchema: z.ZodType<LogHead> = z
  .object({
    tree: FrontierSchema,
    published: z.object({ size: z.number(), note: z.string(), atMs: z.number() }).optional(),
    verified: FrontierSchema.optional(),
    rebuilt: z.object({ size: z.number(), toldAtMs: z.number().exactOptional() }).optional(),
  })
  .transform(({ tree, published, verified, rebuilt }) => ({
    tree,
    published,
    verified,
    ...(rebuilt === undefined ? {} : { rebuilt }),
  }));

export const LogEntrySchema: z.ZodType<LogEntry> = z.object({
  v: z.literal(1),
  key: z.string(),
  subject: z.string(),
  seq: z.number(),
  kind: z.string(),
  at: z.string(),
  record: z.string(),
});

export const LogEntriesSchema = z.array(LogEntrySchema).readonly();

export const EvidenceHeadSchema: z.ZodType<EvidenceHead> = z.object({ seq: z.number(), hash: z.string() });

/** A row of the table, sealed. */
export function logRow(seal: RecordSeal, partitionKey: string, rowKey: string, value: unknown) {
  const place = { partitionKey, rowKey };
  return { ...place, ...encodeRecord(value, { table: LOG_TABLE, seal, ...place }) };
}

export function storedLogHead({ tree, published, verified, rebuilt }: LogHead): object {
  return {
    tree: storedTree(tree),
    published,
    ...(verified === undefined ? {} : { verified: storedTree(verified) }),
    ...(rebuilt === undefined ? {} : { rebuilt }),
  };
}

function storedTree({ size, roots }: Frontier): object {
  return { size, roots: roots.map((root) => root.toString('hex')) };
}

/** How far a subject's evidence is in the log. */
export function subjectRowKey({ kind, key }: Pick<Subject, 'kind' | 'key'>): string {
  return `s:${kind}:${key}`;
}

/** Entries that are not yet in a whole tile, by the number of the first of them. */
export function entriesRowKey(first: number): string {
  return `n:${String(first).padStart(12, '0')}`;
}

/** Rows of entries from the number `first` on: none of them has entries of two tiles. */
export function entriesRows(
  seal: RecordSeal,
  partitionKey: string,
  first: number,
  entries: readonly LogEntry[],
) {
  const rows: Array<ReturnType<typeof logRow>> = [];
  for (let start = 0; start < entries.length;) {
    const at = first + start;
    const end = start + TILE_WIDTH - (at % TILE_WIDTH);
    rows.push(logRow(seal, partitionKey, entriesRowKey(at), entries.slice(start, end)));
    start = end;
  }
  return rows;
}
