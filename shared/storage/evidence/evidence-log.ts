import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { EvidenceKeys } from '../../domain/evidence/evidence-keys';
import { entryBytes, toLogEntry } from '../../domain/evidence/log-entry';
import { appendLeaf, leafHash } from '../../domain/evidence/merkle-tree';
import type { EvidenceHead, EvidenceRecord } from '../../domain/ledger/evidence';
import type { Subject } from '../../domain/ledger/subject';
import { AppError } from '../../errors';
import { coalesceWrites } from '../coalesce-writes';
import { decodeRecord } from '../record-encoding';
import type { StorageAccount } from '../storage-account';
import { isConflict, undefinedIfMissing } from '../storage-errors';
import { readPlaces, type LoggedHead, type Places } from './places';
import { soundHead } from './sound-head';
import {
  entriesRows,
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
   * Appends what follows what is in the log of a subject, and returns how far it is then; what is asked for at the same time shares a
   * transaction. A log that cannot be read takes nothing.
   * @throws AppError `record-unreadable`, or `storage-conflict` when somebody else appended of the same subject
   */
  append: (addition: LogAddition) => Promise<LoggedHead>;
  /** @throws AppError `record-unreadable` */
  read: (organization: string) => Promise<StoredLogHead>;
  /** Replaces what is said of the log beside its entries. false: it went on meanwhile. */
  update: (organization: string, read: StoredLogHead, next: Omit<LogHead, 'tree'>) => Promise<boolean>;
  /**
   * Rebuilds the row of where the log ends where it was edited, removed or put back, from tiles, rows and the newest signed checkpoint; it
   * says so in that row. @throws AppError `record-unreadable` where these do not fit: then the row stays as it is
   */
  mend: (organization: string) => Promise<void>;
  /** How far each subject is in the log, by `<kind>:<key>`. One whose place cannot be read has none. */
  places: (organization: string) => Promise<Places>;
}>;

/** A transaction has a row for each subject, one of the log, and those of the entries, of which each tile has its own. */
const SUBJECTS_TOGETHER = 90;
const ENTRIES_TOGETHER = 1_000;
const ATTEMPTS = 6;

/**
 * One partition per organization: the row `log` with the hashes that its tree can be continued with, a row `s:<subject>` of how far
 * each subject is, and rows `n:<number>` of the entries that are not in a whole tile yet. An entry, the tree with it and the place of its
 * subject are one transaction: the log has each record once.
 */
export function createEvidenceLog(
  storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>,
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

  /** As this process wrote them last: where nobody else did, nothing needs to be read. */
  const last = new Map<string, StoredLogHead>();

  /** The ETags of the other rows, in order; undefined: somebody else wrote meanwhile. */
  const write = async (
    organization: string,
    { etag }: StoredLogHead,
    next: LogHead,
    others: readonly TransactionAction[],
  ): Promise<ReadonlyArray<string | undefined> | undefined> => {
    const row = logRow(await storage.seal(), organization, LOG_ROW, storedLogHead(next));
    const ofLog: TransactionAction =
      etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag }];
    try {
      const { subResponses } = await (await table()).submitTransaction([ofLog, ...others]);
      const [ofHead, ...etags] = subResponses.map((response) => response.etag);
      if (ofHead !== undefined) last.set(organization, { ...next, etag: ofHead });
      return etags;
    } catch (error) {
      last.delete(organization);
      if (isConflict(error)) return undefined;
      throw error;
    }
  };

  /** The log as it is to be continued, rebuilt where it has to be. undefined: somebody else wrote it meanwhile. */
  const readSound = async (organization: string, inDoubt: boolean): Promise<StoredLogHead | undefined> => {
    const found = await soundHead(storage, await keys(), organization, inDoubt);
    if (found?.isRebuilt !== true) return found;
    const isWritten = await write(organization, { ...NEW_LOG, etag: found.etag }, found, []);
    return isWritten === undefined ? undefined : last.get(organization);
  };

  /** undefined: somebody else appended meanwhile, of the log or of a subject. */
  const appendOnce = async (
    organization: string,
    additions: readonly LogAddition[],
    inDoubt = false,
  ): Promise<readonly LoggedHead[] | undefined> => {
    const [key] = await keys();
    const seal = await storage.seal();
    const stored = last.get(organization) ?? (await readSound(organization, inDoubt));
    if (stored === undefined) return undefined;
    const entries = additions.flatMap(({ subject, records }) =>
      records.map((record) => toLogEntry(key, subject, record)),
    );
    const tree = entries.reduce(
      (grown, entry) => appendLeaf(grown, leafHash(entryBytes(entry))),
      stored.tree,
    );
    const actions = entriesRows(seal, organization, stored.tree.size, entries).map(
      (row): TransactionAction => ['create', row],
    );
    const heads: Array<EvidenceHead & Readonly<{ at: number }>> = [];
    for (const { subject, after, records } of additions) {
      const { seq, hash } = records.at(-1) ?? after;
      heads.push({ seq, hash, at: actions.length });
      const row = logRow(seal, organization, subjectRowKey(subject), { seq, hash });
      actions.push(
        after.etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag: after.etag }],
      );
    }
    const etags = await write(organization, stored, { ...stored, tree }, actions);
    return etags && heads.map(({ at, ...head }) => ({ ...head, etag: etags[at] }));
  };

  /** The log is everybody's, and is read again; what of a subject is in it only its reader can read again. */
  const appendOne = async (organization: string, addition: LogAddition): Promise<LoggedHead | AppError> => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const [head] = (await appendOnce(organization, [addition], attempt > 1)) ?? [];
      if (head !== undefined) return head;
      const now = await headOf(addition.subject);
      // Ours, whose answer was lost, and which the library sent again.
      if (now.hash === addition.records.at(-1)?.hash) return now;
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

  const appendIn = new Map<string, (addition: LogAddition) => Promise<LoggedHead | AppError>>();
  const appenderOf = (organization: string) => {
    const made =
      appendIn.get(organization) ??
      coalesceWrites<LogAddition, LoggedHead | AppError>(SUBJECTS_TOGETHER, async (additions) => {
        const outcomes: Array<LoggedHead | AppError> = [];
        for (const part of inTransactions(additions)) {
          const together = part.length > 1 ? await appendOnce(organization, part) : undefined;
          if (together !== undefined) outcomes.push(...together);
          else for (const addition of part) outcomes.push(await appendOne(organization, addition));
        }
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
        if (outcome instanceof AppError) throw outcome;
        head = outcome.etag === undefined ? await headOf(subject) : outcome;
      }
      return head;
    },
    update: async (organization, stored, next) =>
      (await write(organization, stored, { ...next, tree: stored.tree }, [])) !== undefined,
    mend: async (organization) => {
      last.delete(organization);
      await readSound(organization, true);
    },
    places: async (organization) => readPlaces(storage, organization),
  };
}

/** What goes into the log together: no more than a transaction takes, and each subject once. */
function inTransactions(additions: readonly LogAddition[]): ReadonlyArray<readonly LogAddition[]> {
  const parts: LogAddition[][] = [];
  let entries = 0;
  let subjects = new Set<string>();
  for (const addition of additions) {
    const name = subjectRowKey(addition.subject);
    entries += addition.records.length;
    if (parts.length === 0 || entries > ENTRIES_TOGETHER || subjects.has(name)) {
      parts.push([]);
      entries = addition.records.length;
      subjects = new Set();
    }
    parts.at(-1)?.push(addition);
    subjects.add(name);
  }
  return parts;
}
