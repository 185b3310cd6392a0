import { z } from 'zod';
import { originOf } from '../../domain/evidence/log-origin';
import type { OperationalState } from '../../domain/audit/operational-state';
import type { Known } from '../../domain/audit/snapshot';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError } from '../../errors';
import { RecordedPolicyChangeSchema } from '../../storage/evidence/policy-change-schema';
import { proveNight, type ProveNightDeps } from '../ledger/prove-night';
import type { ResumableReader } from './resumable-snapshot-reader';

export type ProveEvidenceDeps = ProveNightDeps & Readonly<{ clock: Readonly<{ now: () => number }> }>;

const PROVEN_NIGHT = {
  name: 'evidence',
  schema: z.object({
    faults: z.array(z.object({ subject: z.string(), kind: z.string(), at: z.number() })).readonly(),
    checkpoint: z.string().exactOptional(),
    policyChanges: z.array(RecordedPolicyChangeSchema).readonly(),
    uncopied: z.object({ place: z.string(), count: z.number(), code: z.string() }).exactOptional(),
  }),
};

/** Verifies the evidence of an organization once in a night; what does not fit into `forMs` goes on in the next turn. */
export async function proveEvidenceOfNight(
  deps: ProveEvidenceDeps,
  organization: OrganizationPolicy,
  reader: ResumableReader,
  forMs: number,
): Promise<Known<OperationalState['evidence']>> {
  const nowMs = deps.clock.now();
  const mayGoOn = (): void => {
    if (deps.clock.now() - nowMs >= forMs)
      throw new AppError('turn-over', 'The audit goes on in its next turn', { retryAtMs: deps.clock.now() });
  };
  const part = await reader.part(PROVEN_NIGHT, async () =>
    proveNight(
      deps,
      { alias: organization.alias, origin: originOf(organization), ...organization.evidence },
      { nowMs, mayGoOn },
    ),
  );
  return part.kind === 'known' ? { kind: 'known', value: part.value() } : part;
}
