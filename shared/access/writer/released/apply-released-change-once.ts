import type { EvidenceEntry } from '../../../domain/ledger/evidence';
import type { Subject } from '../../../domain/ledger/subject';
import type { Hold } from '../../../domain/plan/hold';
import type { LedgerOf, LedgerStore } from '../../../storage/ledger';
import { updateLedger } from '../../ledger/update-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from '../evidence-of-run';
import type { WriterFence } from '../lease-and-fence-interface';

export type ApplyOncePerReleaseDeps = EvidenceOfRunDeps &
  Pick<WriterFence, 'stillOurs'> &
  Readonly<{ ledger: Pick<LedgerStore, 'evidence'> }>;

/** A subject of which a release may be all that explains a change. */
type ReleasedKind = 'rule' | 'entity';

type ReleaseEvidence = Pick<EvidenceEntry, 'kind' | 'facts'>;

/**
 * Makes a change that nothing in the ledger explains but a release, with the release as idempotency key. The evidence says
 * `begin` before the call and `made` after it, once each, however often the process dies. When a later run finds a change
 * begun and no longer needed, this application made it before it died.
 */
export async function applyReleasedChangeOnce<K extends ReleasedKind>(
  deps: ApplyOncePerReleaseDeps,
  released: Hold,
  { subject, empty, isNeeded }: Readonly<{ subject: Subject<K>; empty: LedgerOf[K]; isNeeded: boolean }>,
  steps: Readonly<{ begin: ReleaseEvidence; made: ReleaseEvidence; call: () => Promise<unknown> }>,
): Promise<void> {
  const releaseId = `${released.hash}@${String(released.releasedAtMs)}`;
  const { records } = await deps.ledger.evidence(subject);
  const isStored = (kind: string): boolean =>
    records.some((record) => record.kind === kind && record.facts['releaseId'] === releaseId);
  const store = async (
    { kind, facts }: ReleaseEvidence,
    more: EvidenceEntry['facts'] = {},
  ): Promise<void> => {
    const entry = evidenceOfRun(deps, kind, { releaseId, by: released.releasedBy, ...facts, ...more });
    await updateLedger(deps.ledger, subject, (current) => ({ next: current ?? empty, evidence: [entry] }));
  };
  const { begin, made, call } = steps;
  if (isStored(made.kind) || (!isNeeded && !isStored(begin.kind))) return;
  if (!isStored(begin.kind)) await store(begin);
  if (isNeeded) {
    await deps.stillOurs();
    await call();
  }
  await store(made, isNeeded ? {} : { readBack: true });
}
