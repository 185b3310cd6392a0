import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { erasedToMsOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import type { Subject, SubjectKind } from '../../domain/ledger/subject';
import { errorCodeOf } from '../../errors';
import type { LedgerOf, LedgerStore, Stored } from '../../storage/ledger';

/** The result of a decision: the next value and its evidence, or undefined for no write. */
export type LedgerUpdate<T> = Readonly<{ next: T; evidence: readonly EvidenceEntry[] }> | undefined;

const ATTEMPTS = 8;

type UpdateLedgerOptions<T> = Readonly<{
  /** The ledger as it was read before: it spares the first read. */
  known?: Stored<T> | undefined;
  /** Asked after each conflict, once the ledger is read again. What it throws ends the update. */
  mayGoOn?: () => Promise<void>;
}>;

/**
 * Read-modify-write with optimistic concurrency: after a conflict it reads again and decides again. Of somebody who was erased nothing is
 * known but when: whoever decides begins anew, and what was said until `erasedToMs` is of nobody then and later. Returns the ledger as it
 * stands afterwards.
 * @throws AppError `storage-conflict` after several lost races
 */
export async function updateLedger<K extends SubjectKind>(
  store: Pick<LedgerStore, 'read' | 'write'>,
  subject: Subject<K>,
  decide: (
    current: LedgerOf[K] | undefined,
    erasedToMs: number,
  ) => LedgerUpdate<LedgerOf[K]> | Promise<LedgerUpdate<LedgerOf[K]>>,
  { known, mayGoOn }: UpdateLedgerOptions<LedgerOf[K]> = {},
): Promise<LedgerOf[K] | undefined> {
  let read = known ?? (await store.read(subject));
  for (let attempt = 1; ; attempt += 1) {
    const person = personIn(read?.value);
    const erasedToMs = erasedToMsOf(person);
    const isErased = person?.erased !== undefined;
    const update = await decide(isErased ? undefined : read?.value, erasedToMs);
    if (update === undefined) return read?.value;
    const next = isErased ? { ...update.next, erasedToMs } : update.next;
    try {
      await store.write(subject, next, read, update.evidence);
      return next;
    } catch (error) {
      if (errorCodeOf(error) !== 'storage-conflict' || attempt === ATTEMPTS) throw error;
      read = await store.read(subject);
      await mayGoOn?.();
    }
  }
}

function personIn(ledger: LedgerOf[SubjectKind] | undefined): PersonLedger | undefined {
  return ledger !== undefined && 'timeline' in ledger ? ledger : undefined;
}

/**
 * Appends evidence to a ledger whose other content cannot be read, and stays as it is.
 * @throws AppError `storage-conflict` after several lost races
 */
export async function appendEvidence(
  store: Pick<LedgerStore, 'appendEvidence'>,
  subject: Subject,
  evidence: readonly EvidenceEntry[],
): Promise<void> {
  for (let attempt = 1; evidence.length > 0; attempt += 1)
    try {
      await store.appendEvidence(subject, evidence);
      return;
    } catch (error) {
      if (errorCodeOf(error) !== 'storage-conflict' || attempt === ATTEMPTS) throw error;
    }
}

/** True when a delivery's statement or request left evidence before. It reads the subject's whole history. */
export async function wasDecided(
  store: Pick<LedgerStore, 'evidence'>,
  subject: Subject,
  deliveryId: string,
  id: string,
): Promise<boolean> {
  const { records } = await store.evidence(subject);
  return records.some(
    ({ facts }) => facts['deliveryId'] === deliveryId && (facts['eventId'] ?? facts['requestId']) === id,
  );
}
