import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import type { Clock } from '../clock';
import {
  divideEvidence,
  EMPTY_CHAIN,
  linkEvidence,
  type EvidenceEntry,
  type EvidenceHead,
  type EvidenceRecord,
} from '../domain/ledger/evidence';
import type { EntityLedger, RuleLedger } from '../domain/ledger/rule-and-entity-ledgers';
import type { OrganizationLedger } from '../domain/ledger/organization-ledger';
import type { PersonLedger } from '../domain/ledger/person-ledger';
import type { Subject, SubjectKind } from '../domain/ledger/subject';
import { AppError } from '../errors';
import { createLedgerRows, partitionOf, STATE_ROW } from './ledger-rows';
import {
  EntityLedgerSchema,
  OrganizationLedgerSchema,
  PersonLedgerSchema,
  RuleLedgerSchema,
} from './ledger-schemas';
import { decodeRecord, encodeRecord, requireTransactionSize } from './record-encoding';
import { undefinedIfMissing, isConflict } from './storage-errors';
import type { StorageAccount } from './storage-account';
import { decodeListed, untold } from './unreadable-rows';

export type LedgerOf = {
  person: PersonLedger;
  rule: RuleLedger;
  entity: EntityLedger;
  organization: OrganizationLedger;
};

/** Where a ledger and its evidence stood when they were read, with the ETag for optimistic concurrency. */
type Place = Readonly<{ etag: string | undefined; head: EvidenceHead }>;

/** A ledger as read. */
export type Stored<T> = Place & Readonly<{ value: T }>;

export type LedgerStore = Readonly<{
  /** @throws AppError `record-unreadable` */
  read: <K extends SubjectKind>(subject: Subject<K>) => Promise<Stored<LedgerOf[K]> | undefined>;
  /**
   * Writes a ledger and its evidence in one transaction: neither exists without the other. More evidence than a transaction holds
   * is written before, in portions with the ledger as it was, and again by whoever repeats what was interrupted.
   * @throws AppError `record-too-large`, or `storage-conflict` when somebody else wrote since it was read
   */
  write: <K extends SubjectKind>(
    subject: Subject<K>,
    next: LedgerOf[K],
    read: Stored<LedgerOf[K]> | undefined,
    evidence: readonly EvidenceEntry[],
  ) => Promise<void>;
  /**
   * Appends evidence to a ledger that is there and leaves what it says as it is, also where that cannot be read.
   * @throws AppError `record-unreadable` where it does not say where its evidence ends, and else as `write`
   */
  appendEvidence: (subject: Subject, evidence: readonly EvidenceEntry[]) => Promise<void>;
  /** Every ledger of one kind in an organization. One that cannot be read has no value: it is there, and what it says is not known. */
  list: <K extends SubjectKind>(
    organization: string,
    kind: K,
  ) => AsyncIterable<Readonly<{ key: string; value: LedgerOf[K] | undefined }>>;
  /** About how many there are of one kind: a call for some hundreds. */
  count: (organization: string, kind: SubjectKind) => Promise<number>;
  /** A subject's evidence with the end of its chain, for explaining and verifying. */
  evidence: (
    subject: Subject,
  ) => Promise<Readonly<{ records: readonly EvidenceRecord[]; head: EvidenceHead }>>;
}>;

const SCHEMAS: Readonly<{ [K in SubjectKind]: z.ZodType<LedgerOf[K]> }> = {
  person: PersonLedgerSchema,
  rule: RuleLedgerSchema,
  entity: EntityLedgerSchema,
  organization: OrganizationLedgerSchema,
};

const HeadSchema = z.object({ seq: z.number(), hash: z.string() });

const EvidenceRecordSchema = z.object({
  kind: z.string(),
  atMs: z.number(),
  policyHash: z.string(),
  facts: z.record(z.string(), z.unknown()),
  seq: z.number(),
  previousHash: z.string(),
  hash: z.string(),
});

/** Evidence of one transaction. */
const PORTION_RECORDS = 90;
const PORTION_BYTES = 1_500_000;

const evidenceRow = (seq: number): string => `e:${String(seq).padStart(10, '0')}`;

/**
 * One partition per subject: the row `state` and its evidence `e:<number>`. Reading a subject costs one row, however long its
 * history. A subject is noted in the index before its first row is written.
 */
export function createLedgerStore(
  storage: Pick<StorageAccount, 'table'>,
  onUnreadable = untold,
  clock: Pick<Clock, 'now'> = Date,
): LedgerStore {
  const table = async (): Promise<TableClient> => storage.table('ledger');
  const rows = createLedgerRows(storage, clock);
  /** Defined where a conflict is with our own write: its answer was lost and the client library sent it again. */
  const etagIfEndsWith = async (subject: Subject, head: EvidenceHead): Promise<string | undefined> => {
    const row = await undefinedIfMissing(async () =>
      (await table()).getEntity(partitionOf(subject), STATE_ROW),
    );
    return row !== undefined && headOf(row).hash === head.hash ? row.etag : undefined;
  };

  /** `value` undefined: the row keeps what it says. */
  const writePortion = async (
    subject: Subject,
    value: LedgerOf[SubjectKind] | undefined,
    read: Place | undefined,
    evidence: readonly EvidenceEntry[],
  ): Promise<EvidenceHead> => {
    const partitionKey = partitionOf(subject);
    const { records, head } = linkEvidence(read?.head ?? EMPTY_CHAIN, evidence);
    const state = {
      partitionKey,
      rowKey: STATE_ROW,
      evidenceSeq: head.seq,
      evidenceHash: head.hash,
      ...(value === undefined ? {} : encodeRecord(value)),
    };
    const mode = value === undefined ? 'Merge' : 'Replace';
    const actions: TransactionAction[] = [
      read?.etag === undefined ? ['create', state] : ['update', state, mode, { etag: read.etag }],
      ...records.map((record): TransactionAction => [
        'create',
        { partitionKey, rowKey: evidenceRow(record.seq), ...encodeRecord(record) },
      ]),
    ];
    requireTransactionSize(actions);
    try {
      await (await table()).submitTransaction(actions);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (records.length === 0 || (await etagIfEndsWith(subject, head)) === undefined) throw conflict(error);
    }
    return head;
  };

  /** All but the last portion leave the ledger as it was: `before`. */
  const writePortions = async (
    subject: Subject,
    { before, next }: Readonly<Record<'before' | 'next', LedgerOf[SubjectKind] | undefined>>,
    read: Place | undefined,
    evidence: readonly EvidenceEntry[],
  ): Promise<void> => {
    const portions = toPortions(evidence.flatMap(divideEvidence));
    let stored = read;
    for (const portion of portions.slice(0, -1)) {
      const head = await writePortion(subject, before, stored, portion);
      const etag = await etagIfEndsWith(subject, head);
      if (etag === undefined) throw conflict();
      stored = { etag, head };
    }
    await writePortion(subject, next, stored, portions.at(-1) ?? []);
  };

  return {
    read: async (subject) => {
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity(partitionOf(subject), STATE_ROW),
      );
      if (row === undefined) return undefined;
      return {
        value: decodeRecord(SCHEMAS[subject.kind], row),
        etag: row.etag,
        head: headOf(row),
      };
    },

    write: async (subject, next, read, evidence) => {
      if (read === undefined) await rows.note(subject);
      await writePortions(subject, { before: read?.value ?? next, next }, read, evidence);
    },

    appendEvidence: async (subject, evidence) => {
      const row = await undefinedIfMissing(async () =>
        (await table()).getEntity(partitionOf(subject), STATE_ROW),
      );
      if (row === undefined) throw conflict();
      const place = { etag: row.etag, head: headOf(row) };
      await writePortions(subject, { before: undefined, next: undefined }, place, evidence);
    },

    list: async function* (organization, kind) {
      for await (const page of rows.pages(organization, kind))
        for (const { key, row } of page)
          yield { key, value: decodeListed(SCHEMAS[kind], row, { table: 'ledger', onUnreadable }) };
    },

    count: rows.count,

    evidence: async (subject) => {
      const records: EvidenceRecord[] = [];
      let head = EMPTY_CHAIN;
      const stored = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${partitionOf(subject)}'` },
      });
      for await (const row of stored)
        if (row.rowKey === STATE_ROW) head = headOf(row);
        else records.push(decodeRecord(EvidenceRecordSchema, row));
      return { records, head };
    },
  };
}

/** At least one, each of what a transaction holds beside the ledger itself. */
function toPortions(evidence: readonly EvidenceEntry[]): ReadonlyArray<readonly EvidenceEntry[]> {
  const portions: EvidenceEntry[][] = [[]];
  let bytes = 0;
  for (const entry of evidence) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    const portion = portions.at(-1) ?? [];
    if (portion.length > 0 && (portion.length >= PORTION_RECORDS || bytes + size > PORTION_BYTES)) {
      portions.push([entry]);
      bytes = size;
    } else {
      portion.push(entry);
      bytes += size;
    }
  }
  return portions;
}

function conflict(cause?: unknown): AppError {
  return new AppError('storage-conflict', 'Somebody else wrote this ledger at the same time', { cause });
}

function headOf(row: Readonly<Record<string, unknown>>): EvidenceHead {
  const head = HeadSchema.safeParse({ seq: row['evidenceSeq'], hash: row['evidenceHash'] });
  if (head.success) return head.data;
  throw new AppError('record-unreadable', 'A stored ledger does not say where its evidence ends');
}
