import { recordsBetween } from '../../domain/evidence/chain-continues';
import type { SubjectEvidence } from '../../domain/evidence/verify-subject';
import { EMPTY_CHAIN, type EvidenceHead, type EvidenceRecord } from '../../domain/ledger/evidence';
import type { Subject, SubjectKind } from '../../domain/ledger/subject';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { LoggedHead } from '../../storage/evidence/places';
import type { LedgerOf, LedgerStore, Stored } from '../../storage/ledger';

export type LogEvidenceDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'evidenceAfter'>;
  evidenceLog: Pick<EvidenceLog, 'headOf' | 'append'>;
}>;

const ATTEMPTS = 4;

/**
 * Reads a subject's ledger and brings into the log what of its evidence is not there yet. The log is read first: whatever it knows is in
 * storage by then.
 * @throws AppError `record-unreadable` where the evidence is not what the log goes on with: rows were put back, removed or edited;
 *   `evidence-unavailable` where it cannot be read or written
 */
export async function logEvidence<K extends SubjectKind>(
  deps: LogEvidenceDeps,
  subject: Subject<K>,
): Promise<Readonly<{ stored: Stored<LedgerOf[K]> | undefined; logged: LoggedHead }>> {
  for (let attempt = 1; ; attempt += 1) {
    const logged = await needed(async () => deps.evidenceLog.headOf(subject));
    const stored = await deps.ledger.read(subject);
    const { head } = stored ?? { head: EMPTY_CHAIN };
    if (logged.seq > head.seq) throw unfit('are older than the log knows them');
    if (logged.seq === head.seq && logged.hash !== head.hash) throw unfit('are not those that the log knows');
    if (logged.seq === head.seq) return { stored, logged };
    const now = await logAfter(deps, subject, logged, head);
    if (now !== undefined) return { stored, logged: now };
    if (attempt === ATTEMPTS) throw new AppError('storage-conflict', 'Others write to the log all the time');
  }
}

/**
 * Brings into the log what of a subject is not there yet, by what was read of both before. Where that is not what the log goes on with,
 * or somebody else was faster, all of it is read again.
 * @throws AppError as `logEvidence`
 */
export async function logEvidenceRead(
  deps: LogEvidenceDeps,
  subject: Subject,
  logged: LoggedHead,
  { head, records }: Pick<SubjectEvidence, 'head' | 'records'>,
): Promise<void> {
  const now = logged.seq < head.seq ? await appendBetween(deps, subject, logged, head, records) : undefined;
  if (now === undefined || now === 'unfit') await logEvidence(deps, subject);
}

/** What follows what is in the log, up to `to` or all there is. undefined: somebody else brought it into the log meanwhile. */
async function logAfter(
  deps: Pick<LogEvidenceDeps, 'evidenceLog'> &
    Readonly<{ ledger: Pick<LogEvidenceDeps['ledger'], 'evidenceAfter'> }>,
  subject: Subject,
  logged: LoggedHead,
  to?: EvidenceHead,
): Promise<LoggedHead | undefined> {
  const after = await needed(async () => deps.ledger.evidenceAfter(subject, logged.seq));
  const now = await appendBetween(deps, subject, logged, to ?? after.at(-1) ?? logged, after);
  if (now === 'unfit') throw unfit('do not follow those in the log');
  return now;
}

/** undefined: somebody else brought it into the log meanwhile. */
async function appendBetween(
  deps: Pick<LogEvidenceDeps, 'evidenceLog'>,
  subject: Subject,
  logged: LoggedHead,
  to: EvidenceHead,
  after: readonly EvidenceRecord[],
): Promise<LoggedHead | 'unfit' | undefined> {
  const records = recordsBetween(logged, to, after);
  if (records === undefined) return 'unfit';
  try {
    return await needed(
      async () => deps.evidenceLog.append({ subject, after: logged, records }),
      ['storage-conflict'],
    );
  } catch (error) {
    if (errorCodeOf(error) === 'storage-conflict') return undefined;
    throw error;
  }
}

/** Reads of one run that rely on nothing which is not in the log, and the log of what the run itself recorded. */
export type LoggedLedger<L> = Readonly<{
  ledger: L;
  /** Brings into the log what was written since. @throws AppError `evidence-unavailable` */
  logWritten: () => Promise<void>;
}>;

/**
 * A ledger whose subjects are believed once their evidence is in the log: a state that was forged, or put back as it was before, is
 * `record-unreadable` for whoever reads it here. What is written through it is in the log after `logWritten`.
 */
export function createLoggedLedger<L extends Pick<LedgerStore, 'read' | 'write' | 'evidenceAfter'>>(
  deps: Readonly<{ ledger: L }> & Pick<LogEvidenceDeps, 'evidenceLog'>,
): LoggedLedger<L> {
  const { ledger } = deps;
  const seen = new Map<string, Readonly<{ seq: number; logged: LoggedHead }>>();
  const written = new Map<string, Subject>();
  const read = async <K extends SubjectKind>(
    subject: Subject<K>,
  ): Promise<Stored<LedgerOf[K]> | undefined> => {
    const known = seen.get(keyOf(subject));
    if (known === undefined) {
      const { stored, logged } = await logEvidence(deps, subject);
      seen.set(keyOf(subject), { seq: logged.seq, logged });
      return stored;
    }
    const stored = await ledger.read(subject);
    if ((stored?.head.seq ?? 0) < known.seq) throw unfit('are older than the log knows them');
    return stored;
  };
  const write: LedgerStore['write'] = async (subject, ...what) => {
    await ledger.write(subject, ...what);
    written.set(keyOf(subject), subject);
  };
  return {
    ledger: { ...ledger, read, write },
    logWritten: async () => {
      const subjects = [...written.values()];
      written.clear();
      await mapConcurrently(subjects, STORAGE_WIDTH, async (subject) => {
        try {
          const known = seen.get(keyOf(subject));
          const logged = known === undefined ? undefined : await logAfter(deps, subject, known.logged);
          if (logged === undefined) await logEvidence(deps, subject);
          else seen.set(keyOf(subject), { seq: logged.seq, logged });
        } catch (error) {
          if (errorCodeOf(error) !== 'record-unreadable') throw error;
        }
      });
    },
  };
}

function keyOf({ kind, key }: Subject): string {
  return `${kind}:${key}`;
}

/** What the log or the evidence itself cannot do keeps every change from being made, not one subject's; `own` codes are the subject's. */
async function needed<T>(
  step: () => Promise<T>,
  own: readonly ErrorCode[] = ['storage-conflict', 'record-unreadable'],
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (own.includes(errorCodeOf(error))) throw error;
    throw new AppError('evidence-unavailable', 'Evidence cannot be written, so nothing is changed', {
      cause: error,
    });
  }
}

function unfit(what: string): AppError {
  return new AppError('record-unreadable', `The records that a stored ledger rests on ${what}`);
}
