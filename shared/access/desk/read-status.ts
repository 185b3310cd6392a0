import type { Clock } from '../../clock';
import type { Known } from '../../domain/audit/snapshot';
import { checksForOrganization } from '../../domain/readiness/checks-for-organization';
import type { OrganizationStatus } from '../../domain/desk/organization-status';
import { groupsByMode, nightsInARow } from '../../domain/desk/roll-out';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import type { ReportStore } from '../../storage/reports';
import { listDeadDeliveries, type ListDeadDeliveriesDeps } from '../ledger/list-dead-deliveries';
import { listHolds, type ListHoldsDeps } from '../ledger/list-holds';
import { listRefusedChanges, type ListRefusedChangesDeps } from '../ledger/list-refused-changes';
import { readObserved } from '../ledger/organization/observed-organization';
import { readShownPause, type ShowPauseDeps } from '../ledger/organization/pause-of-organization';
import { readPolicyChanges, readVersionStanding } from '../ledger/organization/policy-versions';
import { listRequests, type ListRequestsDeps } from './list-requests';
import { listSources, type ListSourcesDeps } from './list-sources';

/** What came of the checks of readiness. */
type ChecksRun = Readonly<{
  checks: ReadonlyArray<
    Readonly<{ name: string; ok: boolean; skipped?: readonly string[]; code?: string; problem?: string }>
  >;
}>;

export type ReadStatusDeps = ListHoldsDeps &
  ListDeadDeliveriesDeps &
  ListRefusedChangesDeps &
  ListRequestsDeps &
  ListSourcesDeps &
  ShowPauseDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    ledger: Parameters<typeof readVersionStanding>[0]['ledger'];
    reports: Pick<ReportStore, 'list'>;
    /** As it was found lately, and when. */
    readiness: () => Promise<Readonly<{ readiness: ChecksRun; atMs: number }>>;
    callsLeft: (organization: string) => Promise<Readonly<{ GET: number; PUT: number }>>;
    clock: Clock;
  }>;

/** Somebody waits: what is not known by then is told as unknown. */
const PATIENCE_MS = 900;
/** Of the checks of readiness, which ask others: once in half a minute at most, and an instance that has just started has no token yet. */
const CHECKS_PATIENCE_MS = 4_000;
const LATE = 'not-in-time';

/** How an organization stands. Each part is read beside the others, and one that fails or is late keeps none from being told. */
export async function readStatus(
  deps: ReadStatusDeps,
  organization: OrganizationPolicy,
): Promise<OrganizationStatus> {
  const { alias } = organization;
  const { hash } = await deps.policy();
  const after = async (ms: number): Promise<Known<never>> => {
    await deps.clock.sleep(ms);
    return { kind: 'unknown', code: LATE };
  };
  const late = after(PATIENCE_MS);
  const part = async <T>(read: () => Promise<T>): Promise<Known<T>> => Promise.race([known(read), late]);
  const [
    readiness,
    sinceMs,
    standing,
    nights,
    pause,
    observedSinceMs,
    sources,
    holds,
    deadDeliveries,
    refusedChanges,
    requestsPending,
    callsLeft,
  ] = await Promise.all([
    Promise.race([known(async () => readinessOf(deps, organization)), after(CHECKS_PATIENCE_MS)]),
    part(async () => {
      const changes = await readPolicyChanges(deps, alias);
      return changes.findLast(({ to }) => to === hash)?.atMs ?? null;
    }),
    part(async () => readVersionStanding(deps, alias, hash)),
    part(async () => deps.reports.list(alias)),
    part(async () => (await readShownPause(deps, alias)) ?? null),
    part(async () => (await readObserved(deps, organization))?.sinceMs ?? null),
    part(async () => ({ silent: silentOf(await listSources(deps, alias)) })),
    part(async () => {
      const held = (await listHolds(deps, alias)).filter(({ declined }) => declined === undefined);
      return { count: held.length, removals: held.reduce((sum, { removals }) => sum + removals.length, 0) };
    }),
    part(async () => countDead(deps, alias)),
    part(async () => (await listRefusedChanges(deps, alias)).length),
    part(async () => {
      const page = await listRequests(deps, alias, { state: 'pending', text: '', cursor: undefined });
      return { count: page.requests.length, isMore: page.next !== undefined };
    }),
    part(async () => deps.callsLeft(alias)),
  ]);
  const policy = { hash, sinceMs, standing };
  const atMs = deps.clock.now();
  return {
    organization: alias,
    atMs,
    readiness,
    policy,
    pause,
    rollOut: {
      mode: organization.mode,
      observedSinceMs,
      groups: groupsByMode(organization.groups),
      nights: ofBoth(nights, sinceMs, nightsInARow),
      sources,
    },
    audit: nights.kind === 'unknown' ? nights : { kind: 'known', value: nights.value.at(-1) ?? null },
    holds,
    deadDeliveries,
    refusedChanges,
    requestsPending,
    callsLeft,
  };
}

/** What both say together, where both are known. */
function ofBoth<A, B, C>(a: Known<A>, b: Known<B>, together: (a: A, b: B) => C): Known<C> {
  if (a.kind === 'unknown') return a;
  return b.kind === 'unknown' ? b : { kind: 'known', value: together(a.value, b.value) };
}

async function known<T>(read: () => Promise<T>): Promise<Known<T>> {
  try {
    return { kind: 'known', value: await read() };
  } catch (error) {
    return { kind: 'unknown', code: errorCodeOf(error) };
  }
}

/** @throws AppError why what is dead of a source cannot be read: it is not known how many there are then */
async function countDead(deps: ListDeadDeliveriesDeps, alias: string): Promise<number> {
  const dead = await listDeadDeliveries(deps, alias);
  const [unreadable] = dead.flatMap((one) => one.unreadable ?? []);
  if (unreadable !== undefined) throw new AppError(unreadable, 'What is dead of a source cannot be read now');
  return dead.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
}

/** @throws AppError why one of them cannot be read: it may be the one that is silent */
function silentOf(sources: Awaited<ReturnType<typeof listSources>>): readonly string[] {
  const [unreadable] = sources.flatMap((one) => one.unreadable ?? []);
  if (unreadable !== undefined) throw new AppError(unreadable, 'A source cannot be read now');
  return sources.flatMap(({ source, heartbeat }) =>
    heartbeat === 'silent' ? [`${source.feed}/${source.name}`] : [],
  );
}

/** The checks of this organization and of what all share; those of others are told with the others. */
async function readinessOf(
  { readiness, policy }: ReadStatusDeps,
  { alias }: OrganizationPolicy,
): Promise<Extract<OrganizationStatus['readiness'], { kind: 'known' }>['value']> {
  const { readiness: found, atMs } = await readiness();
  const checks = checksForOrganization(found.checks, alias, await policy());
  return {
    atMs,
    checks: checks.length,
    // What was not tried fails for another that is told.
    faults: checks.flatMap(({ name, ok, skipped, code = 'internal', problem }) =>
      ok || skipped !== undefined ? [] : [{ name, code, problem }],
    ),
  };
}
