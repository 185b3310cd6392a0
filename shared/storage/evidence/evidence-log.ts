import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { entryBytes, toLogEntry } from '../../domain/evidence/log-entry';
import { appendLeaf, leafHash } from '../../domain/evidence/merkle-tree';
import type { EvidenceHead, EvidenceRecord } from '../../domain/ledger/evidence';
import type { Subject, SubjectKind } from '../../domain/ledger/subject';
import { AppError } from '../../errors';
import { coalesceWrites } from '../coalesce-writes';
import { decodeRecord } from '../record-encoding';
import type { StorageAccount } from '../storage-account';
import { isConflict, undefinedIfMissing } from '../storage-errors';
import {
  entryRowKey,
  EvidenceHeadSchema,
  LOG_ROW,
  LOG_TABLE,
  LogHeadSchema,
  logRow,
  NEW_LOG,
  storedLogHead,
  subjectRowKey,
  type LogHead,
} from './log-rows';

/** How far a subject's evidence is in the log, as it was read. */
type LoggedHead = EvidenceHead & Readonly<{ etag: string | undefined }>;

/** What of a subject goes into the log: what follows what is there. */
type LogAddition = Readonly<{
  subject: Subject;
  after: LoggedHead;
  records: readonly EvidenceRecord[];
}>;

type StoredLogHead = LogHead & Readonly<{ etag: string | undefined }>;

export type EvidenceLog = Readonly<{
  /** Number 0 where nothing is in the log. @throws AppError `record-unreadable` */
  headOf: (subject: Subject) => Promise<LoggedHead>;
  /**
   * Appends what follows what is in the log of a subject; what is asked for at the same time shares a transaction. A log that cannot
   * be read takes nothing.
   * @throws AppError `record-unreadable`, or `storage-conflict` when somebody else appended of the same subject
   */
  append: (addition: LogAddition) => Promise<void>;
  /** @throws AppError `record-unreadable` */
  read: (organization: string) => Promise<StoredLogHead>;
  /** Replaces what is said of the log beside its entries. false: it went on meanwhile. */
  update: (organization: string, read: StoredLogHead, next: Omit<LogHead, 'tree'>) => Promise<boolean>;
  /** How far each subject of a kind is in the log, in the order of their keys. One that cannot be read has no head. */
  heads: (
    organization: string,
    kind: SubjectKind,
  ) => AsyncIterable<Readonly<{ key: string; head: EvidenceHead | undefined }>>;
}>;

/** Rows of a transaction beside the one of the log and one for each subject. */
const ENTRIES_TOGETHER = 90;
const SUBJECTS_TOGETHER = 8;
const ATTEMPTS = 6;

/**
 * One partition per organization: the row `log` with the hashes that its tree can be continued with, a row `s:<subject>` of how far
 * each subject is, and rows `n:<number>` of entries that are not in a whole tile yet. An entry, the tree with it and the place of its
 * subject are one transaction: the log has each record once.
 */
export function createEvidenceLog(
  storage: Pick<StorageAccount, 'table' | 'seal'>,
  keys: () => Promise<EvidenceKeys>,
): EvidenceLog {
  const table = async (): Promise<TableClient> => storage.table(LOG_TABLE);
  const sealing = async (partitionKey: string, rowKey: string) => ({
    table: LOG_TABLE,
    partitionKey,
    rowKey,
    seal: await storage.seal(),
  });

  const read = async (organization: string): Promise<StoredLogHead> => {
    const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, LOG_ROW));
    if (row === undefined) return { ...NEW_LOG, etag: undefined };
    return {
      ...decodeRecord(LogHeadSchema, row, await sealing(organization, LOG_ROW)),
      etag: row.etag,
    };
  };

  const write = async (
    organization: string,
    { etag }: StoredLogHead,
    next: LogHead,
    others: readonly TransactionAction[],
  ): Promise<boolean> => {
    const row = logRow(await storage.seal(), organization, LOG_ROW, storedLogHead(next));
    const ofLog: TransactionAction =
      etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag }];
    try {
      await (await table()).submitTransaction([ofLog, ...others]);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  };

  /** false: somebody else appended meanwhile, of the log or of a subject. */
  const appendOnce = async (organization: string, additions: readonly LogAddition[]): Promise<boolean> => {
    const [key] = await keys();
    const seal = await storage.seal();
    const stored = await read(organization);
    let { tree } = stored;
    const actions: TransactionAction[] = [];
    for (const { subject, after, records } of additions) {
      for (const record of records) {
        const entry = logRow(seal, organization, entryRowKey(tree.size), toLogEntry(key, subject, record));
        actions.push(['upsert', entry, 'Replace']);
        tree = appendLeaf(tree, leafHash(entryBytes(toLogEntry(key, subject, record))));
      }
      const { seq, hash } = records.at(-1) ?? after;
      const row = logRow(seal, organization, subjectRowKey(subject), { seq, hash });
      actions.push(
        after.etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag: after.etag }],
      );
    }
    return write(organization, stored, { ...stored, tree }, actions);
  };

  /** The log is everybody's, and is read again; what of a subject is in it only its reader can read again. */
  const appendOne = async (organization: string, addition: LogAddition): Promise<'appended' | AppError> => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (await appendOnce(organization, [addition])) return 'appended';
      const now = await headOf(addition.subject);
      // Ours, whose answer was lost, and which the library sent again.
      if (now.hash === addition.records.at(-1)?.hash) return 'appended';
      if (now.etag !== addition.after.etag) break;
    }
    return new AppError('storage-conflict', 'Somebody else wrote to the log of evidence at the same time');
  };

  const headOf: EvidenceLog['headOf'] = async (subject) => {
    const { organization } = subject;
    const rowKey = subjectRowKey(subject);
    const row = await undefinedIfMissing(async () => (await table()).getEntity(organization, rowKey));
    if (row === undefined) return { seq: 0, hash: '', etag: undefined };
    const head = decodeRecord(EvidenceHeadSchema, row, await sealing(organization, rowKey));
    return { ...head, etag: row.etag };
  };

  const appendIn = new Map<string, (addition: LogAddition) => Promise<'appended' | AppError>>();
  const appenderOf = (organization: string) => {
    const made =
      appendIn.get(organization) ??
      coalesceWrites<LogAddition, 'appended' | AppError>(SUBJECTS_TOGETHER, async (additions) => {
        const entries = additions.reduce((sum, { records }) => sum + records.length, 0);
        const subjects = new Set(additions.map(({ subject }) => subjectRowKey(subject)));
        const isTogether =
          additions.length > 1 && entries <= ENTRIES_TOGETHER && subjects.size === additions.length;
        if (isTogether && (await appendOnce(organization, additions)))
          return additions.map(() => 'appended' as const);
        const outcomes: Array<'appended' | AppError> = [];
        for (const addition of additions) outcomes.push(await appendOne(organization, addition));
        return outcomes;
      });
    appendIn.set(organization, made);
    return made;
  };

  return {
    headOf,
    read,
    append: async ({ subject, after, records }) => {
      let head = after;
      for (let start = 0; start < records.length; start += ENTRIES_TOGETHER) {
        const part = records.slice(start, start + ENTRIES_TOGETHER);
        const outcome = await appenderOf(subject.organization)({ subject, after: head, records: part });
        if (outcome !== 'appended') throw outcome;
        if (start + ENTRIES_TOGETHER < records.length) head = await headOf(subject);
      }
    },
    update: async (organization, stored, next) =>
      write(organization, stored, { ...next, tree: stored.tree }, []),
    heads: async function* (organization, kind) {
      const seal = await storage.seal();
      const rows = (await table()).listEntities<{ rowKey: string }>({
        queryOptions: {
          filter: `PartitionKey eq '${organization}' and RowKey ge 's:${kind}:' and RowKey lt 's:${kind};'`,
        },
      });
      for await (const row of rows) {
        const place = { table: LOG_TABLE, partitionKey: organization, rowKey: row.rowKey, seal };
        yield { key: row.rowKey.slice(`s:${kind}:`.length), head: decodeHead(row, place) };
      }
    },
  };
}

function decodeHead(
  row: Readonly<Record<string, unknown>>,
  place: Parameters<typeof decodeRecord>[2],
): EvidenceHead | undefined {
  try {
    return decodeRecord(EvidenceHeadSchema, row, place);
  } catch (error) {
    if (error instanceof AppError && error.code === 'record-unreadable') return undefined;
    throw error;
  }
}
