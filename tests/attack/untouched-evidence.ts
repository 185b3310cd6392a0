import { sandboxEvidenceKeys } from '../../sandbox/evidence-key';
import { createLoggedLedger } from '../../shared/access/ledger/log-evidence';
import { toFaultLines, verifyEvidenceOf } from '../../shared/access/ledger/verify-evidence';
import { openCheckpoint } from '../../shared/domain/evidence/checkpoint';
import { ACME, depsOn, playOrganization } from '../tamper/organization';
import { copyOf, storageWith } from '../tamper/tampered-storage';

/** Whether an organization that nobody touched is verified without a fault, and each of its ledgers is read for a change. */
export async function verifyUntouched(): Promise<boolean> {
  const { nights, notes, subjects } = await playOrganization(0);
  const [last] = nights.slice(-1);
  if (last === undefined) return false;
  const deps = depsOn(await storageWith(copyOf(last)));
  const anchors = notes.flatMap((note) => openCheckpoint(note, ACME.origin, sandboxEvidenceKeys) ?? []);
  const faults = toFaultLines(await verifyEvidenceOf(deps, ACME, anchors));
  const { ledger } = createLoggedLedger(deps);
  for (const subject of subjects) await ledger.read(subject);
  return anchors.length === notes.length && faults.length === 0;
}
