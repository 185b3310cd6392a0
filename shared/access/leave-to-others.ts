import type { Policy, SourcePolicy } from '../domain/policy';
import type { Log } from '../log-interface';
import type { Deliveries } from '../storage/deliveries';
import { containTimedUnit } from './ledger/contain-timed-unit';
import type { PolicyMemory } from './ledger/organization/policy-versions';

type PartOfPolicy = Pick<Policy, 'organizations' | 'sources'>;

/** The organizations and sources of a policy that this process works for, and the sources that it leaves to the deployment whose policy is in force. */
export function withoutOthers(
  { organizations, sources }: PartOfPolicy,
  { isOut }: Pick<PolicyMemory, 'isOut'>,
): Readonly<{ inForce: PartOfPolicy; left: readonly SourcePolicy[] }> {
  const isLeft = (source: SourcePolicy): boolean => source.organizations.some(isOut);
  return {
    inForce: {
      organizations: new Map([...organizations].filter(([alias]) => !isOut(alias))),
      sources: sources.filter((source) => !isLeft(source)),
    },
    left: sources.filter(isLeft),
  };
}

/** So long after its message was handled last a delivery waits for a deployment that is not there. */
export const WAITS_AFTER_MS = 15 * 60_000;

/** Tells of deliveries that nobody processes, once an hour: only whoever may not can see it where the other deployment is gone. */
export async function tellWaiting(
  deps: Readonly<{
    deliveries: Pick<Deliveries, 'listPending'>;
    policyMemory: Pick<PolicyMemory, 'isHourSince'>;
    log: Log;
  }>,
  nowMs: number,
  sources: ReadonlyArray<Pick<SourcePolicy, 'feed' | 'name'>>,
): Promise<void> {
  for (const { feed, name } of sources) {
    const key = `${feed}/${name}`;
    if (!deps.policyMemory.isHourSince(key, nowMs)) continue;
    await containTimedUnit(deps, { kind: 'source', key }, async () => {
      const waiting = await deps.deliveries.listPending(feed, name, nowMs - WAITS_AFTER_MS);
      if (waiting.length > 0)
        deps.log({ event: 'deliveries-wait', feed, source: name, deliveries: waiting.length });
    });
  }
}
