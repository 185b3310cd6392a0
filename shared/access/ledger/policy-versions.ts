import { organizationSubject } from '../../domain/ledger/subject';
import type { RecordedPolicyChange } from '../../domain/policy-version';
import { mapConcurrently } from '../../map-concurrently';
import type { PolicyArchive } from '../../storage/evidence/policy-archive';
import { PolicyChangeFactsSchema } from '../../storage/evidence/policy-change-schema';
import type { LedgerStore } from '../../storage/ledger';
import { POLICY_CHANGED } from './bring-policy-into-force';

/** Each may be half a megabyte. */
const READ_TOGETHER = 4;

/** The versions of the policy that an organization's evidence tells of, the oldest record first. */
export async function readPolicyChanges(
  { ledger }: Readonly<{ ledger: Pick<LedgerStore, 'evidence'> }>,
  alias: string,
): Promise<readonly RecordedPolicyChange[]> {
  const { records } = await ledger.evidence(organizationSubject(alias));
  return records.flatMap(({ kind, seq, atMs, facts }) => {
    const told = kind === POLICY_CHANGED ? PolicyChangeFactsSchema.safeParse(facts) : undefined;
    return told?.success === true ? [{ seq, atMs, ...told.data }] : [];
  });
}

/** A version of which the archive has not what the evidence names. `seq` is that of the first record that names it. */
export type PolicyFault = Readonly<{ subject: string; kind: 'missing' | 'edited'; seq: number }>;

/** Compares the archive with the evidence. `isAsked` hears of each version, and how many were recorded after it for the last time. */
export async function verifyPolicies(
  { policyArchive }: Readonly<{ policyArchive: Pick<PolicyArchive, 'read'> }>,
  changes: readonly RecordedPolicyChange[],
  isAsked: (hash: string, newer: number) => boolean = () => true,
): Promise<readonly PolicyFault[]> {
  const firstSeq = new Map(changes.toReversed().map(({ to, seq }) => [to, seq]));
  const newestFirst = [...new Set(changes.toReversed().map(({ to }) => to))];
  const asked = newestFirst.filter(isAsked);
  const found = await mapConcurrently(asked, READ_TOGETHER, async (hash): Promise<readonly PolicyFault[]> => {
    const { kind } = await policyArchive.read(hash);
    return kind === 'sound' ? [] : [{ subject: `policy:${hash}`, kind, seq: firstSeq.get(hash) ?? 0 }];
  });
  return found.flat();
}
