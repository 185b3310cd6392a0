import type { Clock } from '../../clock';
import { heartbeatOf, utcDayOf, type HeartbeatState } from '../../domain/source-heartbeat';
import type { Feed, Policy, SourcePolicy } from '../../domain/policy';
import type { DeadDeliveries } from '../../storage/dead-deliveries';
import type { Deliveries } from '../../storage/deliveries';
import type { Heartbeats } from '../../storage/ignored-deliveries-and-named-since';
import { proofOfOrigin, type ProofOfOrigin } from '../../webhooks/proof-of-origin';
import type { WebhookFormat } from '../../webhooks/webhook-format';
import { DAY_MS } from '../../domain/durations';

export type ListSourcesDeps = Readonly<{
  policy: () => Promise<Policy>;
  formatOf: (feed: Feed, format: string) => WebhookFormat | undefined;
  deliveries: Pick<Deliveries, 'listPending' | 'lastReceivedMs'>;
  deadDeliveries: Pick<DeadDeliveries, 'list'>;
  heartbeats: Pick<Heartbeats, 'ignoredByDay' | 'namedMs'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A source, how it fares, and the deliveries of it that are not done. */
export type SourceState = Readonly<{
  source: SourcePolicy;
  proof: ProofOfOrigin | undefined;
  /** undefined: nothing authentic ever came. */
  lastReceivedMs: number | undefined;
  heartbeat: HeartbeatState;
  /** Authentic deliveries that asked for nothing: today, and today with the six days before it (UTC). */
  ignoredToday: number;
  ignoredThisWeek: number;
  /** Their message was sent, and they are not processed yet. */
  pending: number;
  /** They wait for a person. */
  dead: number;
}>;

/** The sources that may send for an organization. */
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
      ...(await activityOf(deps, source, nowMs)),
      pending: pending.length,
      dead: dead.length,
    });
  }
  return states;
}

async function activityOf(
  deps: Omit<ListSourcesDeps, 'policy' | 'clock'>,
  source: SourcePolicy,
  nowMs: number,
): Promise<Omit<SourceState, 'source' | 'pending' | 'dead'>> {
  const { feed, name, heartbeatHours } = source;
  const credential = deps.formatOf(feed, source.format)?.credential;
  const lastMs = await deps.deliveries.lastReceivedMs(feed, name);
  const namedMs = lastMs === undefined ? await deps.heartbeats.namedMs(feed, name) : undefined;
  const ignored = await deps.heartbeats.ignoredByDay(feed, name, nowMs - 6 * DAY_MS);
  return {
    proof: credential === undefined ? undefined : proofOfOrigin(credential, source),
    lastReceivedMs: lastMs,
    heartbeat: heartbeatOf({ heartbeatHours, lastMs, namedMs }, nowMs),
    ignoredToday: ignored.get(utcDayOf(nowMs)) ?? 0,
    ignoredThisWeek: [...ignored.values()].reduce((sum, count) => sum + count, 0),
  };
}
