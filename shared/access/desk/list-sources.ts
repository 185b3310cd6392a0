import type { Clock } from '../../clock';
import { heartbeatOf, utcDayOf, type HeartbeatState } from '../../domain/source-heartbeat';
import type { Feed, Policy, SourcePolicy } from '../../domain/policy';
import type { DeadDeliveries } from '../../storage/dead-deliveries';
import type { Deliveries } from '../../storage/deliveries';
import type { Heartbeats } from '../../storage/ignored-deliveries-and-named-since';
import { proofOfOrigin, type ProofOfOrigin } from '../../webhooks/proof-of-origin';
import type { WebhookFormat } from '../../webhooks/webhook-format';
import { errorCodeOf, type ErrorCode } from '../../errors';
import { DAY_MS } from '../../domain/durations';

export type ListSourcesDeps = Readonly<{
  policy: () => Promise<Policy>;
  formatOf: (feed: Feed, format: string) => WebhookFormat | undefined;
  deliveries: Pick<Deliveries, 'listPending' | 'lastReceivedMs'>;
  deadDeliveries: Pick<DeadDeliveries, 'list'>;
  heartbeats: Pick<Heartbeats, 'ignoredByDay' | 'reusedByDay' | 'namedMs'>;
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
  /** Deliveries of these seven days under an id that another one had: they were taken for repetitions. */
  reusedThisWeek: number;
  /** Their message was sent, and they are not processed yet. */
  pending: number;
  /** They wait for a person. */
  dead: number;
  /** Why nothing of it can be read now: all else is as if nothing had ever come. */
  unreadable?: ErrorCode;
}>;

const UNREAD = {
  lastReceivedMs: undefined,
  heartbeat: 'not-watched',
  ignoredToday: 0,
  ignoredThisWeek: 0,
  reusedThisWeek: 0,
  pending: 0,
  dead: 0,
} as const;

/** The sources that may send for an organization. One that cannot be read keeps no other from being told. */
export async function listSources(
  deps: ListSourcesDeps,
  organization: string,
): Promise<readonly SourceState[]> {
  const { sources } = await deps.policy();
  const nowMs = deps.clock.now();
  const states: SourceState[] = [];
  for (const source of sources.filter((known) => known.organizations.includes(organization))) {
    const credential = deps.formatOf(source.feed, source.format)?.credential;
    const proof = credential === undefined ? undefined : proofOfOrigin(credential, source);
    try {
      states.push({ source, proof, ...(await activityOf(deps, source, nowMs)) });
    } catch (error) {
      states.push({ source, proof, ...UNREAD, unreadable: errorCodeOf(error) });
    }
  }
  return states;
}

async function activityOf(
  deps: Omit<ListSourcesDeps, 'policy' | 'clock'>,
  source: SourcePolicy,
  nowMs: number,
): Promise<Omit<SourceState, 'source' | 'proof'>> {
  const { feed, name, heartbeatHours } = source;
  const pending = await deps.deliveries.listPending(feed, name, nowMs + 1);
  const dead = await deps.deadDeliveries.list(feed, name);
  const lastMs = await deps.deliveries.lastReceivedMs(feed, name);
  const namedMs = lastMs === undefined ? await deps.heartbeats.namedMs(feed, name) : undefined;
  const ignored = await deps.heartbeats.ignoredByDay(feed, name, nowMs - 6 * DAY_MS);
  const reused = await deps.heartbeats.reusedByDay(feed, name, nowMs - 6 * DAY_MS);
  return {
    pending: pending.length,
    dead: dead.length,
    lastReceivedMs: lastMs,
    heartbeat: heartbeatOf({ heartbeatHours, lastMs, namedMs }, nowMs),
    ignoredToday: ignored.get(utcDayOf(nowMs)) ?? 0,
    ignoredThisWeek: sumOf(ignored),
    reusedThisWeek: sumOf(reused),
  };
}

function sumOf(byDay: ReadonlyMap<string, number>): number {
  return [...byDay.values()].reduce((sum, count) => sum + count, 0);
}
