import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import {
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
import {
  EntityLedgerSchema,
  OrganizationLedgerSchema,
  PersonLedgerSchema,
  RuleLedgerSchema,
} from './ledger-schemas';
import { decodeRecord, encodeRecord } from './encode-record';
import { undefinedIfMissing, isConflict } from './storage-errors';
import type { StorageAccount } from './storage-account';

export type LedgerOf = {
  person: PersonLedger;
  rule: RuleLedger;
  entity: EntityLedger;
  organization: OrganizationLedger;
};

/** A ledger as read, with the ETag for optimistic concurrency. */
export type Stored<T> = Readonly<{ value: T; etag: string | undefined; head: EvidenceHead }>;

export type LedgerStore = Readonly<{
  /** @throws AppError `record-unreadable` */
  read: <K extends SubjectKind>(subject: Subject<K>) => Promise<Stored<LedgerOf[K]> | undefined>;
  /**
   * Writes a ledger and its evidence in one transaction: neither exists without the other.
   * @throws AppError `storage-conflict` when somebody else wrote since it was read
   */
  write: <K extends SubjectKind>(
    subject: Subject<K>,
    next: LedgerOf[K],
    read: Stored<LedgerOf[K]> | undefined,
    evidence: readonly EvidenceEntry[],
  ) => Promise<void>;
  /** Every ledger of one kind in an organization. */
  list: <K extends SubjectKind>(
    organization: string,
    kind: K,
  ) => AsyncIterable<Readonly<{ key: string; value: LedgerOf[K] }>>;
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

/** A page stays in memory while its rows are worked on: of the thousand that storage would give, several megabytes. */
const PAGE_SIZE = 250;

const STATE_ROW = 'state';
const evidenceRow = (seq: number): string => `e:${String(seq).padStart(10, '0')}`;

/** One partition per subject: the row `state` and its evidence `e:<number>`. Reading a subject costs one row, however long its history. */
export function createLedgerStore(storage: Pick<StorageAccount, 'table'>): LedgerStore {
  const table = async (): Promise<TableClient> => storage.table('ledger');
  /** True where a conflict is with our own write: its answer was lost and the client library sent it again. */
  const endsWith = async (subject: Subject, head: EvidenceHead): Promise<boolean> => {
    const row = await undefinedIfMissing(async () =>
      (await table()).getEntity(partitionOf(subject), STATE_ROW),
    );
    return row !== undefined && headOf(row).hash === head.hash;
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
      const partitionKey = partitionOf(subject);
      const { records, head } = linkEvidence(read?.head ?? EMPTY_CHAIN, evidence);
      const state = {
        partitionKey,
        rowKey: STATE_ROW,
        evidenceSeq: head.seq,
        evidenceHash: head.hash,
        ...encodeRecord(next),
      };
      const actions: TransactionAction[] = [
        read?.etag === undefined ? ['create', state] : ['update', state, 'Replace', { etag: read.etag }],
        ...records.map((record): TransactionAction => [
          'create',
          { partitionKey, rowKey: evidenceRow(record.seq), ...encodeRecord(record) },
        ]),
      ];
      try {
        await (await table()).submitTransaction(actions);
      } catch (error) {
        if (!isConflict(error)) throw error;
        if (records.length > 0 && (await endsWith(subject, head))) return;
        throw new AppError('storage-conflict', 'Somebody else wrote this ledger at the same time', {
          cause: error,
        });
      }
    },

    list: async function* (organization, kind) {
      const prefix = `${organization}:${kind}:`;
      const rows = (await table()).listEntities({
        queryOptions: {
          filter: `PartitionKey ge '${prefix}' and PartitionKey lt '${prefix}~' and RowKey eq '${STATE_ROW}'`,
        },
      });
      for await (const page of rows.byPage({ maxPageSize: PAGE_SIZE }))
        for (const row of page)
          yield {
            key: (row.partitionKey ?? '').slice(prefix.length),
            value: decodeRecord(SCHEMAS[kind], row),
          };
    },

    evidence: async (subject) => {
      const records: EvidenceRecord[] = [];
      let head = EMPTY_CHAIN;
      const rows = (await table()).listEntities({
        queryOptions: { filter: `PartitionKey eq '${partitionOf(subject)}'` },
      });
      for await (const row of rows)
        if (row.rowKey === STATE_ROW) head = headOf(row);
        else records.push(decodeRecord(EvidenceRecordSchema, row));
      return { records, head };
    },
  };
}

function headOf(row: Readonly<Record<string, unknown>>): EvidenceHead {
  const head = HeadSchema.safeParse({ seq: row['evidenceSeq'], hash: row['evidenceHash'] });
  if (head.success) return head.data;
  throw new AppError('record-unreadable', 'A stored ledger does not say where its evidence ends');
}

function partitionOf({ organization, kind, key }: Subject): string {
  return `${organization}:${kind}:${key}`;
}
