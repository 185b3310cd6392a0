import type { Clock } from '../clock';
import { HOUR_MS } from '../domain/durations';
import { personSubject } from '../domain/ledger/subject';
import { isStillWanted } from '../domain/plan/refused-change';
import type { OrganizationPolicy, SourcePolicy } from '../domain/policy';
import { hasHoldEnded, lastWordMs, RETENTION_MS } from '../domain/retention';
import type { BackoffStore } from '../storage/backoffs';
import type { Deliveries } from '../storage/deliveries';
import type { HoldStore } from '../storage/holds';
import type { LedgerStore } from '../storage/ledger';
import type { NotificationStates } from '../storage/notification-state';
import type { RefusedChangeStore } from '../storage/refused-changes';
import type { RemovalLog } from '../storage/removal-log';
import type { RequestIndex } from '../storage/request-index';
import type { SnapshotStore } from '../storage/snapshots';

type ForgetRecordsDeps = Readonly<{
  holds: Pick<HoldStore, 'forget'>;
  refusedChanges: Pick<RefusedChangeStore, 'list' | 'remove'>;
  ledger: Pick<LedgerStore, 'read'>;
  removals: Pick<RemovalLog, 'forget'>;
  requests: Pick<RequestIndex, 'forgetIds'>;
  deliveries: Pick<Deliveries, 'forgetIds'>;
  snapshots: Pick<SnapshotStore, 'forget'>;
  notificationStates: Pick<NotificationStates, 'list' | 'remove'>;
  backoffs: Pick<BackoffStore, 'list' | 'remove'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Ends retentions. Each call forgets a portion of each kind, and nothing when it found no more within the hour. */
export type ForgetRecords = Readonly<{
  ofOrganization: (organization: OrganizationPolicy) => Promise<number>;
  ofSource: (source: Pick<SourcePolicy, 'feed' | 'name'>) => Promise<number>;
}>;

/** Records of one kind and call. */
const PORTION = 100;

export function createForgetRecords(deps: ForgetRecordsDeps): ForgetRecords {
  const lookAgainAtMs = new Map<string, number>();

  /** A full portion has more behind it; else the next look is an hour away. */
  const hourly = async (key: string, forget: (nowMs: number) => Promise<number>): Promise<number> => {
    const nowMs = deps.clock.now();
    if (nowMs < (lookAgainAtMs.get(key) ?? 0)) return 0;
    const forgotten = await forget(nowMs);
    if (forgotten < PORTION) lookAgainAtMs.set(key, nowMs + HOUR_MS);
    return forgotten;
  };

  return {
    ofOrganization: async (organization) => {
      const { alias } = organization;
      const kinds: Readonly<Record<string, (nowMs: number) => Promise<number>>> = {
        holds: async (nowMs) =>
          deps.holds.forget(alias, (hold) => hasHoldEnded(hold, nowMs - RETENTION_MS.holds), PORTION),
        refusedChanges: async (nowMs) => forgetRefusedChanges(deps, organization, nowMs),
        removals: async (nowMs) => deps.removals.forget(alias, nowMs - RETENTION_MS.removals, PORTION),
        requests: async (nowMs) => deps.requests.forgetIds(alias, nowMs - RETENTION_MS.requests),
        snapshots: async (nowMs) => deps.snapshots.forget(alias, nowMs - RETENTION_MS.snapshots, PORTION),
        notificationStates: async (nowMs) => forgetNotificationStates(deps, organization, nowMs),
        backoffs: async (nowMs) => forgetBackoffs(deps, alias, nowMs),
      };
      let forgotten = 0;
      for (const [kind, forget] of Object.entries(kinds))
        forgotten += await hourly(`${kind}/${alias}`, forget);
      return forgotten;
    },
    ofSource: async ({ feed, name }) =>
      hourly(`deliveries/${feed}/${name}`, async (nowMs) =>
        deps.deliveries.forgetIds(feed, name, nowMs - RETENTION_MS.deliveries),
      ),
  };
}

/** Those that were made, or that nobody wants any more. What still waits for a person stays, however old. */
async function forgetRefusedChanges(
  { refusedChanges, ledger }: Pick<ForgetRecordsDeps, 'refusedChanges' | 'ledger'>,
  organization: OrganizationPolicy,
  nowMs: number,
): Promise<number> {
  const { alias } = organization;
  const old = (await refusedChanges.list(alias)).filter(
    (change) => lastWordMs(change) < nowMs - RETENTION_MS.refusedChanges,
  );
  const settled: string[] = [];
  for (const change of old.slice(0, PORTION)) {
    const person = (await ledger.read(personSubject(alias, change.personKey)))?.value;
    if (!isStillWanted(change, person, organization, nowMs)) settled.push(change.id);
  }
  await refusedChanges.remove(alias, settled);
  return settled.length;
}

/** A receiver that the policy names knows by its state what it was told, however long ago. */
async function forgetNotificationStates(
  { notificationStates }: Pick<ForgetRecordsDeps, 'notificationStates'>,
  { alias, notify }: OrganizationPolicy,
  nowMs: number,
): Promise<number> {
  const named = new Set(notify.map(({ name }) => name));
  const gone = (await notificationStates.list(alias)).filter(
    ({ target, toldAtMs = 0, failure }) =>
      !named.has(target) && Math.max(toldAtMs, failure?.atMs ?? 0) < nowMs - RETENTION_MS.notificationStates,
  );
  const targets = gone.slice(0, PORTION).map(({ target }) => target);
  await notificationStates.remove(alias, targets);
  return targets.length;
}

async function forgetBackoffs(
  { backoffs }: Pick<ForgetRecordsDeps, 'backoffs'>,
  alias: string,
  nowMs: number,
): Promise<number> {
  const old = (await backoffs.list(alias)).filter(({ lastMs }) => lastMs < nowMs - RETENTION_MS.backoffs);
  for (const { unit } of old.slice(0, PORTION)) await backoffs.remove(alias, unit);
  return Math.min(old.length, PORTION);
}
