import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { z } from 'zod';
import type { Clock } from '../clock';
import {
  EMPTY_CHAIN,
  linkEvidence,
  toPortions,
  type EvidenceEntry,
  type EvidenceHead,
} from '../domain/ledger/evidence';
import type { EntityLedger, RuleLedger } from '../domain/ledger/rule-and-entity-ledgers';
import type { OrganizationLedger } from '../domain/ledger/organization-ledger';
import type { PersonLedger } from '../domain/ledger/person-ledger';
import type { Subject, SubjectKind } from '../domain/ledger/subject';
import { AppError } from '../errors';
import { createLedgerEvidence, type LedgerEvidence } from './evidence/ledger-evidence';
import {
  besideState,
  createLedgerRows,
  evidenceKey,
  evidenceRow,
  headOf,
  LEDGER_TABLE,
  partitionOf,
  resealedState,
  sealedHead,
  sealingOfState,
  STATE_ROW,
} from './ledger-rows';
import { LEDGER_SCHEMAS } from './ledger-schemas';
import { decodeRecord, encodeRecord, requireTransactionSize } from './record-encoding';
import { undefinedIfMissing, isConflict } from './storage-errors';
import type { StoredRow } from './record-table';
import type { StorageAccount } from './storage-account';
import { decodeListed, untold } from './unreadable-rows';

export type LedgerOf = {
  person: PersonLedger;
  rule: RuleLedger;
  entity: EntityLedger;
  organization: OrganizationLedger;
};

/** Where a ledger and its evidence stood when they were read, with the ETag for optimistic concurrency. */
type Place = Readonly<{
  etag: string | undefined;
  head: EvidenceHead;
  /** As it is stored, for a write that leaves what it says as it is. */
  row?: StoredRow;
}>;

/** A ledger as read. */
export type Stored<T> = Place & Readonly<{ value: T }>;

export type LedgerStore = Readonly<{
  /** @throws AppError `record-unreadable` */
  read: <K extends SubjectKind>(subject: Subject<K>) => Promise<Stored<LedgerOf[K]> | undefined>;
  /**
   * Writes a ledger and its evidence in one transaction: neither exists without the other. More evidence than a transaction holds
   * is written before, in portions with the ledger as it was, and again by whoever repeats what was interrupted.
   * @throws AppError `record-too-large`, `storage-conflict` when somebody else wrote since it was read, or `record-unreadable` where
   * there are records beyond its end: somebody put them there, or removed the state
   */
  write: <K extends SubjectKind>(
    subject: Subject<K>,
    next: LedgerOf[K],
    read: Stored<LedgerOf[K]> | undefined,
    evidence: readonly EvidenceEntry[],
  ) => Promise<void>;
  /**
   * Appends evidence to a ledger that is there and leaves what it says as it is, also where that cannot be read.
   * @throws AppError `record-unreadable` where it does not say where its evidence ends, also as it was removed, and else as `write`
   */
  appendEvidence: (subject: Subject, evidence: readonly EvidenceEntry[]) => Promise<void>;
  /** Every ledger of one kind in an organization. One that cannot be read has no value: it is there, and what it says is not known. */
  list: <K extends SubjectKind>(
    organization: string,
    kind: K,
  ) => AsyncIterable<Readonly<{ key: string; value: LedgerOf[K] | undefined }>>;
  /** About how many there are of one kind: a call for some hundreds. */
  count: (organization: string, kind: SubjectKind) => Promise<number>;
  /** Of each ledger of one kind, where its evidence ends; undefined where it does not say so as it was written. */
  heads: (
    organization: string,
    kind: SubjectKind,
  ) => AsyncIterable<Readonly<{ key: string; head: EvidenceHead | undefined }>>;
}> &
  LedgerEvidence;

const SCHEMAS: Readonly<{ [K in SubjectKind]: z.ZodType<LedgerOf[K]> }> = LEDGER_SCHEMAS;

/**
 * One partition per subject: the row `state` and its evidence `e:<number>`. Reading a subject costs one row, however long its
 * history. A subject is noted in the index before its first row is written.
 */
export function createLedgerStore(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  onUnreadable = untold,
  clock: Pick<Clock, 'now'> = Date,
): LedgerStore {
  const table = async (): Promise<TableClient> => storage.table(LEDGER_TABLE);
  const rows = createLedgerRows(storage, clock);
  const stateOf = async (subject: Subject) =>
    undefinedIfMissing(async () => (await table()).getEntity(partitionOf(subject), STATE_ROW));
  const placeIfEndsWith = async (subject: Subject, head: EvidenceHead): Promise<Place | undefined> => {
    const row = await stateOf(subject);
    return row !== undefined && headOf(row).hash === head.hash ? { etag: row.etag, head, row } : undefined;
  };
  /** Of a state that nobody wrote since: somebody put them there, or the state back. */
  const hasRecordsAfter = async (subject: Subject, seq: number): Promise<boolean> => {
    const filter = `PartitionKey eq '${partitionOf(subject)}' and RowKey gt '${evidenceKey(seq)}' and RowKey lt 'f'`;
    const found = (await table()).listEntities({ queryOptions: { filter } });
    for await (const page of found.byPage({ maxPageSize: 1 })) if (page.length > 0) return true;
    return false;
  };

  /** `value` undefined: the row keeps what it says. */
  const writePortion = async (
    subject: Subject,
    value: LedgerOf[SubjectKind] | undefined,
    read: Place | undefined,
    evidence: readonly EvidenceEntry[],
  ): Promise<EvidenceHead> => {
    const partitionKey = partitionOf(subject);
    const seal = await storage.seal();
    const { records, head } = linkEvidence(read?.head ?? EMPTY_CHAIN, evidence);
    const state = {
      partitionKey,
      rowKey: STATE_ROW,
      evidenceSeq: head.seq,
      evidenceHash: head.hash,
      ...(value === undefined
        ? resealedState(seal, partitionKey, read, head)
        : encodeRecord(value, sealingOfState(seal, partitionKey, head))),
    };
    const mode = value === undefined ? 'Merge' : 'Replace';
    const actions: TransactionAction[] = [
      read?.etag === undefined ? ['create', state] : ['update', state, mode, { etag: read.etag }],
      ...records.map((record): TransactionAction => ['create', evidenceRow(record, partitionKey, seal)]),
    ];
    requireTransactionSize(actions);
    try {
      await (await table()).submitTransaction(actions);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Ours, whose answer was lost, and which the client library sent again.
      const row = records.length === 0 ? undefined : await stateOf(subject);
      if (row !== undefined && headOf(row).hash === head.hash) return head;
      const isAsRead = records.length > 0 && row?.etag === read?.etag;
      if (isAsRead && (await hasRecordsAfter(subject, read?.head.seq ?? 0))) throw blocked(error);
      throw conflict(error);
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
    const portions = toPortions(evidence);
    let stored = read;
    for (const portion of portions.slice(0, -1)) {
      const head = await writePortion(subject, before, stored, portion);
      stored = await placeIfEndsWith(subject, head);
      if (stored === undefined) throw conflict();
    }
    await writePortion(subject, next, stored, portions.at(-1) ?? []);
  };

  return {
    read: async (subject) => {
      const row = await stateOf(subject);
      if (row === undefined) return undefined;
      const head = headOf(row);
      const sealing = sealingOfState(await storage.seal(), partitionOf(subject), head);
      return { value: decodeRecord(SCHEMAS[subject.kind], row, sealing), etag: row.etag, head };
    },

    write: async (subject, next, read, evidence) => {
      if (read === undefined) await rows.note(subject);
      await writePortions(subject, { before: read?.value ?? next, next }, read, evidence);
    },

    appendEvidence: async (subject, evidence) => {
      const row = await stateOf(subject);
      if (row === undefined) throw (await hasRecordsAfter(subject, 0)) ? blocked() : conflict();
      const place = { etag: row.etag, head: headOf(row), row };
      await writePortions(subject, { before: undefined, next: undefined }, place, evidence);
    },

    list: async function* (organization, kind) {
      const seal = await storage.seal();
      for await (const page of rows.pages(organization, kind))
        for (const { key, row } of page) {
          const place = { partitionKey: partitionOf({ organization, kind, key }), rowKey: STATE_ROW };
          const told = { table: LEDGER_TABLE, onUnreadable, seal, beside: besideState(row) };
          yield { key, value: decodeListed(SCHEMAS[kind], { ...row, ...place }, told) };
        }
    },

    count: rows.count,

    heads: async function* (organization, kind) {
      const seal = await storage.seal();
      for await (const page of rows.pages(organization, kind))
        for (const { key, row } of page) {
          yield { key, head: sealedHead(row, partitionOf({ organization, kind, key }), seal) };
        }
    },

    ...createLedgerEvidence(storage),
  };
}

function blocked(cause?: unknown): AppError {
  const what = 'There are records beyond where the ledger says that its evidence ends';
  return new AppError('record-unreadable', what, { cause });
}

function conflict(cause?: unknown): AppError {
  return new AppError('storage-conflict', 'Somebody else wrote this ledger at the same time', { cause });
}
