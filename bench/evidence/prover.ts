import { proveNight } from '../../shared/access/ledger/prove-night';
import { verifyEvidenceOf } from '../../shared/access/ledger/verify-evidence';
import { askedStorage } from '../../tests/fixtures/asked-storage/asked';
import { depsOn } from '../../tests/tamper/organization';
import type { EvidenceDone, EvidenceOrder } from './order';

/** The evidence of an organization in a process of its own, so that its memory is its own. */
process.once('message', (order: EvidenceOrder) => {
  measure(order).then(
    (word) => process.send?.(word),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});

async function measure({ organization, nowMs }: EvidenceOrder): Promise<EvidenceDone> {
  const named = { alias: organization, origin: `bench.example/${organization}/access-evidence` };
  const storage = askedStorage();
  const deps = depsOn(storage);
  const startMs = performance.now();
  const night = await proveNight(deps, named, { nowMs, mayGoOn: () => undefined });
  const provenMs = performance.now();
  const { log, subjects, looked } = await verifyEvidenceOf(deps, named);
  return {
    kind: 'done',
    appendSeconds: (provenMs - startMs) / 1000,
    verifySeconds: (performance.now() - provenMs) / 1000,
    peakMemoryMb: process.resourceUsage().maxRSS / 1024,
    storageCalls: storage.calls(),
    entries: looked.entries,
    records: looked.records,
    faults: night.faults.length + log.length + subjects.length,
  };
}
