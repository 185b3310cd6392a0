import type { Clock } from '../clock';
import type { Policy, SourcePolicy } from '../domain/policy';
import type { DeadDeliveries } from '../storage/dead-deliveries';
import type { Deliveries } from '../storage/deliveries';

export type ListSourcesDeps = Readonly<{
  policy: () => Promise<Policy>;
  deliveries: Pick<Deliveries, 'listPending' | 'lastReceivedMs'>;
  deadDeliveries: Pick<DeadDeliveries, 'list'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A source, and the deliveries of it that are not done. */
export type SourceState = Readonly<{
  source: SourcePolicy;
  /** undefined: nothing was ever kept. */
  lastReceivedMs: number | undefined;
  /** Their message was sent, and they are not processed yet. */
  pending: number;
  /** They wait for a person. */
  dead: number;
}>;

/** The sources that may speak about an organization. */
export async function listSources(
  deps: ListSourcesDeps,
  organization: string,
): Promise<readonly SourceState[]> {
  const { sources } = await deps.policy();
  const nowMs = deps.clock.now();
  const states: SourceState[] = [];
  for (const source of sources.filter((known) => known.organizations.includes(organization))) {
    const pending = await deps.deliveries.listPending(source.feed, source.name, nowMs + 1);
    const dead = await deps.deadDeliveries.list(source.feed, source.name);
    states.push({
      source,
      lastReceivedMs: await deps.deliveries.lastReceivedMs(source.feed, source.name),
      pending: pending.length,
      dead: dead.length,
    });
  }
  return states;
}
