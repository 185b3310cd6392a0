import type { EvidenceEntry } from '../../domain/ledger/evidence';
import type { Hold } from '../../domain/plan/hold';
import type { Subject } from '../../domain/ledger/subject';
import type { LedgerOf } from '../../storage/ledger';
import { runEvidence, type OrganizationRun } from './organization-run';
import { updateLedger } from '../ledger/update-ledger';

/** A subject of which a release may be all that explains a change. */
type ReleasedKind = 'rule' | 'entity';

/** What a change leaves in its subject's evidence: before the call that it begins, after it that it was made. */
type ReleaseEvidence = Pick<EvidenceEntry, 'kind' | 'facts'>;

/**
 * A change that nothing in the ledger explains but a release. It is stored as begun before `call` and as made after it, once
 * each however often the process dies: `begun` tells a later run that what it does not see any more was taken away by us.
 */
export async function applyOncePerRelease<K extends ReleasedKind>(
  run: OrganizationRun,
  released: Hold,
  { subject, empty, isNeeded }: Readonly<{ subject: Subject<K>; empty: LedgerOf[K]; isNeeded: boolean }>,
  steps: Readonly<{ begin: ReleaseEvidence; made: ReleaseEvidence; call: () => Promise<unknown> }>,
): Promise<void> {
  const releaseId = `${released.hash}@${String(released.releasedAtMs)}`;
  const { records } = await run.ledger.evidence(subject);
  const isStored = (kind: string): boolean =>
    records.some((record) => record.kind === kind && record.facts['releaseId'] === releaseId);
  const store = async (
    { kind, facts }: ReleaseEvidence,
    more: EvidenceEntry['facts'] = {},
  ): Promise<void> => {
    const entry = runEvidence(run, kind, { releaseId, by: released.releasedBy, ...facts, ...more });
    await updateLedger(run.ledger, subject, (current) => ({ next: current ?? empty, evidence: [entry] }));
  };
  const { begin, made, call } = steps;
  if (isStored(made.kind) || (!isNeeded && !isStored(begin.kind))) return;
  if (!isStored(begin.kind)) await store(begin);
  if (isNeeded) {
    await run.stillOurs();
    await call();
  }
  await store(made, isNeeded ? {} : { readBack: true });
}
