import type { Clock } from '../clock';
import { DAY_MS } from '../domain/durations';
import { policyEditSubject } from '../domain/ledger/subject';
import type { OrganizationPolicy, Policy, SourcePolicy } from '../domain/policy';
import type { Log } from '../log-interface';
import { STORAGE_WIDTH } from '../map-concurrently';
import type { Deliveries } from '../storage/deliveries';
import type { DueDates, DueItem } from '../storage/due-dates';
import type { Heartbeats } from '../storage/ignored-deliveries-and-named-since';
import type { ChangeStore } from '../storage/marks-attempts-and-bookings';
import type { WorkQueues } from '../storage/queues';
import type { DueResend } from '../storage/delivery-resend-schedule';
import type { RequestIndex } from '../storage/request-index';
import { SCIM_FORMAT } from '../webhooks/sources/scim';
import { forgetInactiveUsers, type ForgetProvisionedDeps } from './intake/forget-inactive-scim-users';
import type { PolicyEdits } from './ledger/organization/policy-edits';
import type { PolicyMemory } from './ledger/organization/policy-versions';
import { bookMarkedRun, bookRun } from './ledger/mark-and-book-writer-run';
import type { ForgetRecords } from './forget-old-records';
import { containTimedUnit } from './ledger/contain-timed-unit';
import { tellWaiting, withoutOthers } from './leave-to-others';
import { openTick, type Tick } from './timer-tick';

export type SweepDeps = ForgetProvisionedDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    policyEdits: PolicyEdits;
    policyMemory: Pick<PolicyMemory, 'isOut' | 'isHourSince'>;
    deliveries: Pick<Deliveries, 'listResends' | 'claimResend' | 'forgetBodies' | 'listPending'>;
    heartbeats: Pick<Heartbeats, 'forgetIgnored'>;
    changes: Pick<ChangeStore, 'mark' | 'bookRun' | 'hasWork'>;
    due: Pick<DueDates, 'listDue' | 'remove'>;
    requests: Pick<RequestIndex, 'forgetInList'>;
    queues: Pick<WorkQueues, 'enqueueDelivery' | 'enqueueChanges'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
    forgetRecords: ForgetRecords;
    payloadDays: number;
  }>;

export type SweepResult = Readonly<{ due: number; resent: number; forgotten: number }>;

const DUE_PER_TICK = 1_000;
const RESENT_PER_TICK = 1_000;
/** Organizations, or sources, that are looked at side by side. */
const WIDTH = 8;
/**
 * When each part of a tick ends, in milliseconds after it began, however much there is of it: the parts behind it have their turn in
 * every tick. A run is booked for what was marked also when the time of marking is over.
 */
const ENDS_AT_MS = {
  dueLists: 5_000,
  resendLists: 7_000,
  edits: 8_000,
  dates: 14_000,
  resends: 18_000,
  runs: 20_000,
  retentionOfOrganizations: 23_000,
  retentionOfSources: 25_000,
};
/** Retention of inactive SCIM users, in days: some clients never delete a user. */
const INACTIVE_USER_DAYS = 365;

/**
 * The sweep: marks dates that have come and organizations whose policy was edited, enqueues messages for pending deliveries and marked organizations again, and
 * ends the retention of old payloads. It costs what is due, not what is stored. Urgent things of all
 * organizations go before any other; what fails keeps back nothing else; what the tick has no time for is left to the next, which
 * begins elsewhere. It computes everything from storage, so a tick that comes late, twice or not at all does no harm. What another version of
 * the policy is on record for is left to the sweep of the deployment that has it; deliveries that wait for that are told once an hour.
 *
 * @throws what every organization, or every source, failed with
 */
export async function sweepDueAndPendingWork(deps: SweepDeps): Promise<SweepResult> {
  const { inForce: policy, left: leftToOthers } = withoutOthers(await deps.policy(), deps.policyMemory);
  const tick = openTick(deps);
  const organizations = tick.inTurn([...policy.organizations.keys()]);
  const sources = tick.inTurn(policy.sources);
  const dueLists = tick.until(ENDS_AT_MS.dueLists);
  const resendLists = tick.until(ENDS_AT_MS.resendLists);
  const items: DueItem[] = [];
  const resends: DueResend[] = [];
  await dueLists.each('organization', organizations, WIDTH, String, async (organization) => {
    items.push(...(await deps.due.listDue(organization, tick.nowMs, DUE_PER_TICK)));
  });
  await resendLists.each('source', sources, WIDTH, nameOfSource, async ({ feed, name }) => {
    resends.push(...(await deps.deliveries.listResends(feed, name, tick.nowMs, RESENT_PER_TICK)));
  });

  const edited = organizations.filter((organization) => deps.policyEdits.isOpen(organization));
  await tick.until(ENDS_AT_MS.edits).each('organization', edited, WIDTH, String, async (organization) => {
    await deps.changes.mark(policyEditSubject(organization), 'normal', tick.nowMs, 'policy');
    deps.policyEdits.close(organization);
  });

  const booked = new Set<string>();
  let due = 0;
  let resent = 0;
  for (const lane of ['urgent', 'normal'] as const) {
    const isOfLane = (one: Pick<DueItem, 'lane'>): boolean => (one.lane ?? 'normal') === lane;
    due += await markDue(deps, tick, { lane, items: items.filter(isOfLane), booked });
    resent += await sendAgain(deps, tick, resends.filter(isOfLane));
  }
  const others = organizations.filter((organization) => !booked.has(organization));
  await tick.until(ENDS_AT_MS.runs).each('organization', others, WIDTH, String, async (organization) => {
    if (await deps.changes.hasWork(organization))
      await bookRun(deps, organization, {
        lane: 'normal',
        atMs: tick.nowMs,
        nowMs: tick.nowMs,
        reason: 'rest',
      });
  });
  const forgotten = await forgetOld(deps, tick, policy, leftToOthers.length > 0);
  await tellWaiting(deps, tick.nowMs, leftToOthers);
  const { left } = tick;
  if (due + resent + forgotten + left() > 0)
    deps.log({ event: 'due-work', due, resent, forgotten, left: left() });
  tick.throwWhatAllMet({ organization: organizations.length, source: policy.sources.length });
  return { due, resent, forgotten };
}

/**
 * Marks what is due of an organization, as far as there is time, and books one run for it at once. A date stays until its run is
 * booked.
 */
async function markDue(
  deps: Pick<SweepDeps, 'changes' | 'queues' | 'due'>,
  tick: Tick,
  { lane, items, booked }: Readonly<{ lane: 'urgent' | 'normal'; items: DueItem[]; booked: Set<string> }>,
): Promise<number> {
  const ofOrganization = new Map<string, DueItem[]>();
  for (const item of items) {
    const { organization } = item.subject;
    const before = ofOrganization.get(organization);
    if (before === undefined) ofOrganization.set(organization, [item]);
    else before.push(item);
  }
  const dates = tick.until(ENDS_AT_MS.dates);
  const width = Math.ceil(STORAGE_WIDTH / Math.min(WIDTH, ofOrganization.size || 1));
  let done = 0;
  await dates.each(
    'organization',
    [...ofOrganization],
    WIDTH,
    ([name]) => name,
    async ([organization, all]) => {
      const marked: DueItem[] = [];
      await dates.each('due-date', all, width, nameOfDate, async (item) => {
        await deps.changes.mark(item.subject, lane, tick.nowMs, 'time');
        marked.push(item);
      });
      if (marked.length === 0) return;
      await bookMarkedRun(deps, organization, lane, tick.nowMs);
      booked.add(organization);
      await deps.due.remove(...marked);
      done += marked.length;
    },
  );
  return done;
}

/** Sends messages that may be lost, each in the lane that its delivery came in. */
async function sendAgain(
  deps: Pick<SweepDeps, 'deliveries' | 'queues'>,
  tick: Tick,
  resends: readonly DueResend[],
): Promise<number> {
  let sent = 0;
  await tick.until(ENDS_AT_MS.resends).each(
    'delivery',
    resends,
    STORAGE_WIDTH,
    ({ key }) => key.deliveryId,
    async (one) => {
      if (!(await deps.deliveries.claimResend(one, tick.nowMs))) return;
      await deps.queues.enqueueDelivery(one.key, one.lane);
      sent += 1;
    },
  );
  return sent;
}

/** Forgets what is older than the settings say, a portion of each kind. A kind that fails keeps back no other. */
async function forgetOld(
  deps: SweepDeps,
  tick: Tick,
  policy: Pick<Policy, 'organizations' | 'sources'>,
  isPart: boolean,
): Promise<number> {
  const keptFromMs = tick.nowMs - deps.payloadDays * DAY_MS;
  let forgotten = 0;
  const count = (records: number): void => {
    forgotten += records;
  };
  const forget = async (key: string, kind: () => Promise<number>): Promise<void> => {
    await containTimedUnit(deps, { kind: 'retention', key }, async () => {
      count(await kind());
    });
  };
  const ofOrganizations = tick.until(ENDS_AT_MS.retentionOfOrganizations);
  const organizations = tick.inTurn([...policy.organizations.values()]);
  await ofOrganizations.each(
    'organization',
    organizations,
    WIDTH,
    nameOfOrganization,
    async (organization) => {
      const { alias } = organization;
      await forget(`requests/${alias}`, async () => deps.requests.forgetInList(alias, keptFromMs));
      count(await deps.forgetRecords.ofOrganization(organization));
    },
  );
  // Only who knows all organizations knows which are others.
  if (!isPart) count(await deps.forgetRecords.ofOthers(new Set(policy.organizations.keys())));
  const ofSources = tick.until(ENDS_AT_MS.retentionOfSources);
  const sources = tick.inTurn(policy.sources);
  await ofSources.each('source', sources, WIDTH, nameOfSource, async ({ feed, name, format }) => {
    await forget(`bodies/${feed}/${name}`, async () => deps.deliveries.forgetBodies(feed, name, keptFromMs));
    await forget(`ignored/${feed}/${name}`, async () =>
      deps.heartbeats.forgetIgnored(feed, name, keptFromMs),
    );
    count(await deps.forgetRecords.ofSource({ feed, name }));
    if (format !== SCIM_FORMAT) return;
    const inactiveFromMs = tick.nowMs - INACTIVE_USER_DAYS * DAY_MS;
    await forget(`users/${name}`, async () => forgetInactiveUsers(deps, name, inactiveFromMs));
  });
  return forgotten;
}

function nameOfOrganization({ alias }: Pick<OrganizationPolicy, 'alias'>): string {
  return alias;
}

function nameOfSource({ feed, name }: Pick<SourcePolicy, 'feed' | 'name'>): string {
  return `${feed}/${name}`;
}

function nameOfDate({ subject: { organization, kind, key } }: DueItem): string {
  return `${organization}/${kind}/${key}`;
}
