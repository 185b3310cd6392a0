import { digestEntry, isAsLogged, type EntriesDigest } from '../../domain/evidence/digest-entries';
import type { EvidenceKey } from '../../domain/evidence/evidence-keys';
import { subjectInLog, type LogEntry } from '../../domain/evidence/log-entry';
import {
  faultOfSubject,
  type FaultOfSubject,
  type SubjectEntry,
  type SubjectEvidence,
} from '../../domain/evidence/verify-subject';
import { EMPTY_CHAIN, type EvidenceHead } from '../../domain/ledger/evidence';
import type { Subject, SubjectKind } from '../../domain/ledger/subject';
import { errorCodeOf } from '../../errors';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { Places } from '../../storage/evidence/places';
import type { LogHead } from '../../storage/evidence/log-rows';
import type { LedgerStore } from '../../storage/ledger';
import { parseEntry, type VerifyLogDeps } from './verify-log';

export type JudgeDeps = VerifyLogDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'evidence'>;
    evidenceLog: Pick<EvidenceLog, 'headOf'>;
  }>;

/** `subject`: `person:<key>` and its like; of one that only the log knows `unknown:<its name there>`; of a version of the policy `policy:<hash>`. */
export type FaultySubject = FaultOfSubject & Readonly<{ subject: string }>;

export const SUBJECT_KINDS: readonly SubjectKind[] = ['organization', 'person', 'rule', 'entity'];

/** What the log has of each subject, by the name that a key gives it there. */
export type DigestsByName = Map<string, EntriesDigest>;

export function digestInto(digests: DigestsByName, entry: LogEntry): void {
  const name = `${entry.key}/${entry.subject}`;
  digests.set(name, digestEntry(digests.get(name), entry));
}

/** What the log says, as it was read before the rows of subjects: places before and after its entries. */
type LogAsRead = Readonly<{
  /** undefined: the log cannot be relied on, or was not read from its beginning. */
  digests: DigestsByName | undefined;
  head: LogHead | undefined;
  before: Places;
  after: Places;
}>;

export type SubjectJudge = Readonly<{
  /** Whether the log has more entries of a subject, or fewer, than its places say. */
  isMiscounted: (subject: Subject) => boolean;
  /** Takes in the rows of a subject. */
  hear: (subject: Subject, evidence: SubjectEvidence) => void;
  /**
   * What is wrong with those that were heard. Rows of which some were read before a write and others after it do not fit, and digests
   * do not tell which entry it is: whatever looks like a fault is judged by rows and entries that are read again.
   */
  faults: () => Promise<readonly FaultySubject[]>;
}>;

export async function createSubjectJudge(
  deps: JudgeDeps,
  alias: string,
  { digests, head, before, after }: LogAsRead,
): Promise<SubjectJudge> {
  const keys = await deps.evidenceKeys();
  const keysById = new Map(keys.map((key) => [key.id, key]));
  const suspects: Subject[] = [];
  const namesOf = (subject: Subject): readonly string[] => keys.map((key) => nameInLog(key, subject));

  const faultOf = (
    subject: Subject,
    evidence: SubjectEvidence,
    entries: readonly SubjectEntry[] | undefined,
    now: EvidenceHead | undefined,
  ) =>
    faultOfSubject(keysById, subject, evidence, {
      entries,
      before: placeIn(before, nameOf(subject)),
      after: now,
    });

  const isSuspect = (subject: Subject, evidence: SubjectEvidence): boolean => {
    const places = { before: placeIn(before, nameOf(subject)), after: placeIn(after, nameOf(subject)) };
    if (faultOf(subject, evidence, undefined, places.after) !== undefined) return true;
    if (digests === undefined) return false;
    const own = new Map<string, EntriesDigest>();
    for (const key of keys) {
      const known = digests.get(nameInLog(key, subject));
      if (known !== undefined) own.set(key.id, known);
    }
    return !isAsLogged(keys, subject, evidence.records, { digests: own, ...places });
  };

  /** The entries of some subjects, in the order of the log. */
  const entriesOf = async (names: ReadonlySet<string>): Promise<ReadonlyMap<string, SubjectEntry[]>> => {
    const found = new Map<string, SubjectEntry[]>();
    if (head === undefined || names.size === 0) return found;
    for await (const { entries } of deps.logReader.entries(alias, 0, head))
      for (const entry of entries?.map(parseEntry) ?? []) {
        const name = `${entry?.key ?? ''}/${entry?.subject ?? ''}`;
        if (entry === undefined || !names.has(name)) continue;
        const { key, seq, record } = entry;
        found.set(name, [...(found.get(name) ?? []), { key, seq, record }]);
      }
    return found;
  };

  return {
    isMiscounted: (subject) => {
      const count = namesOf(subject).reduce((sum, name) => sum + (digests?.get(name)?.count ?? 0), 0);
      const [from, to] = [before, after].map((places) => placeIn(places, nameOf(subject))?.seq ?? 0);
      return count < (from ?? 0) || count > (to ?? 0);
    },
    hear: (subject, evidence) => {
      if (isSuspect(subject, evidence)) suspects.push(subject);
    },
    faults: async () => {
      const entries = digests === undefined ? undefined : await entriesOf(new Set(suspects.flatMap(namesOf)));
      const faults: FaultySubject[] = [];
      for (const subject of suspects.splice(0)) {
        const now = await readable(async () => deps.evidenceLog.headOf(subject));
        const evidence = await deps.ledger.evidence(subject);
        const own = entries && namesOf(subject).flatMap((name) => entries.get(name) ?? []);
        const fault = faultOf(subject, evidence, own, now);
        if (fault !== undefined) faults.push({ subject: nameOf(subject), ...fault });
      }
      return faults;
    },
  };
}

/** One whose entries are in the log, and of whom nothing else is left. */
export function unknownSubject(name: string, first: number): FaultySubject {
  return { subject: `unknown:${name.split('/')[1] ?? ''}`, kind: 'missing', seq: first };
}

export function nameOf({ kind, key }: Subject): string {
  return `${kind}:${key}`;
}

/** undefined: nobody of this application is named so. */
export function subjectOf(organization: string, name: string): Subject | undefined {
  const kind = SUBJECT_KINDS.find((one) => name.startsWith(`${one}:`));
  return kind && { organization, kind, key: name.slice(kind.length + 1) };
}

/** What entries of a subject have in common that were made with one key. */
export function nameInLog(key: EvidenceKey, subject: Subject): string {
  return `${key.id}/${subjectInLog(key, subject)}`;
}

/** Number 0 where the log knows nothing of somebody. */
function placeIn(places: Places, name: string): EvidenceHead | undefined {
  return places.has(name) ? places.get(name) : EMPTY_CHAIN;
}

async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}
