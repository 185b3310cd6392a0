import type { Clock } from '../clock';
import { HOUR_MS } from '../domain/durations';
import type { PersonLedger } from '../domain/ledger/person-ledger';
import { personSubject, type Subject } from '../domain/ledger/subject';
import { isStillWanted } from '../domain/plan/refused-change';
import type { OrganizationPolicy, SourcePolicy } from '../domain/policy';
import { hasHoldEnded, hasPlanEnded, lastWordMs, RETENTION_MS } from '../domain/retention';
import type { FirstDecisions } from '../storage/desk/first-decisions';
import type { ProposedPlans } from '../storage/desk/proposed-plans';
import type { UploadedPeople } from '../storage/desk/uploaded-people';
import type { SignIns } from '../storage/desk/sign-ins';
import type { SentChanges } from '../storage/calls/sent-changes';
import type { BackoffStore } from '../storage/backoffs';
import type { Deliveries } from '../storage/deliveries';
import type { DueDates } from '../storage/due-dates';
import type { HoldStore } from '../storage/holds';
import type { LedgerStore } from '../storage/ledger';
import type { NotificationStates } from '../storage/notification-state';
import type { RefusedChangeStore } from '../storage/refused-changes';
import type { RemovalLog } from '../storage/removal-log';
import type { RequestIndex } from '../storage/request-index';
import type { SnapshotStore } from '../storage/snapshots';
import { errorCodeOf } from '../errors';
import type { Log } from '../log-interface';
import { containTimedUnit } from './ledger/contain-timed-unit';

type ForgetRecordsDeps = Readonly<{
  holds: Pick<HoldStore, 'forget'>;
  refusedChanges: Pick<RefusedChangeStore, 'list' | 'remove'>;
  ledger: Pick<LedgerStore, 'read'>;
  removals: Pick<RemovalLog, 'forget'>;
  sentChanges: Pick<SentChanges, 'forget'>;
  requests: Pick<RequestIndex, 'forgetIds'>;
  deliveries: Pick<Deliveries, 'forgetIds'>;
  snapshots: Pick<SnapshotStore, 'forget'>;
  notificationStates: Pick<NotificationStates, 'list' | 'remove'>;
  backoffs: Pick<BackoffStore, 'list' | 'remove'>;
  due: Pick<DueDates, 'forgetOfOthers'>;
  firstDecisions: Pick<FirstDecisions, 'list' | 'remove'>;
  proposedPlans: Pick<ProposedPlans, 'forget'>;
  uploadedPeople: Pick<UploadedPeople, 'forget' | 'forgetOfOthers'>;
  signIns: Pick<SignIns, 'forget'>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}>;

/**
 * Ends retentions. Each call forgets a portion of each kind, and nothing when it found no more within the hour. A kind that fails
 * is told, keeps back no other, and is tried again an hour later.
 */
export type ForgetRecords = Readonly<{
  ofOrganization: (organization: OrganizationPolicy) => Promise<number>;
  ofSource: (source: Pick<SourcePolicy, 'feed' | 'name'>) => Promise<number>;
  /** Of organizations that are not among these, and of no organization. */
  ofOthers: (organizations: ReadonlySet<string>) => Promise<number>;
}>;

/** Records of one kind and call. */
const PORTION = 100;

/** What a call forgot of one kind. `isMore`: there may be more behind it. */
type Forgotten = Readonly<{ count: number; isMore: boolean }>;
type Forget = (nowMs: number) => Promise<Forgotten>;

export function createForgetRecords(deps: ForgetRecordsDeps): ForgetRecords {
  const lookAgainAtMs = new Map<string, number>();
  const forgetRefusedChanges = createForgetRefusedChanges(deps);

  const hourly = async (key: string, forget: Forget): Promise<number> => {
    const nowMs = deps.clock.now();
    if (nowMs < (lookAgainAtMs.get(key) ?? 0)) return 0;
    let forgotten: Forgotten = { count: 0, isMore: false };
    await containTimedUnit(deps, { kind: 'retention', key }, async () => {
      forgotten = await forget(nowMs);
    });
    if (!forgotten.isMore) lookAgainAtMs.set(key, nowMs + HOUR_MS);
    return forgotten.count;
  };

  return {
    ofOrganization: async (organization) => {
      const { alias } = organization;
      const kinds: Readonly<Record<string, Forget>> = {
        holds: async (nowMs) =>
          portion(
            await deps.holds.forget(alias, (hold) => hasHoldEnded(hold, nowMs - RETENTION_MS.holds), PORTION),
          ),
        proposedPlans: async (nowMs) =>
          portion(
            await deps.proposedPlans.forget(
              alias,
              (plan) => hasPlanEnded(plan, nowMs - RETENTION_MS.proposedPlans),
              { most: PORTION, beforeMs: nowMs - RETENTION_MS.proposedPlans },
            ),
          ),
        uploadedPeople: async (nowMs) =>
          portion(await deps.uploadedPeople.forget(alias, nowMs - RETENTION_MS.uploadedPeople, PORTION)),
        refusedChanges: async (nowMs) => forgetRefusedChanges(organization, nowMs),
        removals: async (nowMs) =>
          portion(await deps.removals.forget(alias, nowMs - RETENTION_MS.removals, PORTION)),
        sentChanges: async (nowMs) =>
          portion(await deps.sentChanges.forget(alias, nowMs - RETENTION_MS.sentChanges, PORTION)),
        requests: async (nowMs) =>
          portion(await deps.requests.forgetIds(alias, nowMs - RETENTION_MS.requests)),
        snapshots: async (nowMs) =>
          portion(await deps.snapshots.forget(alias, nowMs - RETENTION_MS.snapshots, PORTION)),
        notificationStates: async (nowMs) =>
          portion(await forgetNotificationStates(deps, organization, nowMs)),
        backoffs: async (nowMs) => portion(await forgetBackoffs(deps, alias, nowMs)),
        firstDecisions: async (nowMs) => portion(await forgetFirstDecisions(deps, alias, nowMs)),
      };
      let forgotten = 0;
      for (const [kind, forget] of Object.entries(kinds))
        forgotten += await hourly(`${kind}/${alias}`, forget);
      return forgotten;
    },
    ofSource: async ({ feed, name }) =>
      hourly(`deliveries/${feed}/${name}`, async (nowMs) =>
        portion(await deps.deliveries.forgetIds(feed, name, nowMs - RETENTION_MS.deliveries)),
      ),
    ofOthers: async (organizations) =>
      (await hourly('dueDates', async (nowMs) =>
        portion(await deps.due.forgetOfOthers(organizations, nowMs - RETENTION_MS.dueDates, PORTION)),
      )) +
      (await hourly('uploadedPeople', async (nowMs) =>
        portion(
          await deps.uploadedPeople.forgetOfOthers(
            organizations,
            nowMs - RETENTION_MS.uploadedPeople,
            PORTION,
          ),
        ),
      )) +
      (await hourly('signIns', async (nowMs) => portion(await deps.signIns.forget(nowMs, PORTION)))),
  };
}

function portion(count: number): Forgotten {
  return { count, isMore: count >= PORTION };
}

/**
 * Those that were made, or that nobody wants any more. What still waits for a person stays, however old, and so does what is of
 * somebody whose ledger cannot be read; the next call goes on behind it.
 */
function createForgetRefusedChanges({
  refusedChanges,
  ledger,
}: Pick<ForgetRecordsDeps, 'refusedChanges' | 'ledger'>) {
  const lookedUpTo = new Map<string, string>();

  return async (organization: OrganizationPolicy, nowMs: number): Promise<Forgotten> => {
    const { alias } = organization;
    const after = lookedUpTo.get(alias) ?? '';
    const old = (await refusedChanges.list(alias))
      .filter((change) => change.id > after && lastWordMs(change) < nowMs - RETENTION_MS.refusedChanges)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const looked = old.slice(0, PORTION);
    const settled: string[] = [];
    for (const change of looked) {
      const person = await readIfReadable(ledger, personSubject(alias, change.personKey));
      if (person !== 'unreadable' && !isStillWanted(change, person, organization, nowMs))
        settled.push(change.id);
    }
    await refusedChanges.remove(alias, settled);
    const isMore = old.length > looked.length;
    lookedUpTo.set(alias, isMore ? (looked.at(-1)?.id ?? '') : '');
    return { count: settled.length, isMore };
  };
}

async function readIfReadable(
  ledger: Pick<LedgerStore, 'read'>,
  subject: Subject<'person'>,
): Promise<PersonLedger | 'unreadable' | undefined> {
  try {
    return (await ledger.read(subject))?.value;
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return 'unreadable';
  }
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

/** The evidence has that they were begun. */
async function forgetFirstDecisions(
  { firstDecisions }: Pick<ForgetRecordsDeps, 'firstDecisions'>,
  alias: string,
  nowMs: number,
): Promise<number> {
  const over = (await firstDecisions.list(alias)).filter(({ untilMs }) => untilMs < nowMs).slice(0, PORTION);
  await firstDecisions.remove(
    alias,
    over.map(({ id }) => id),
  );
  return over.length;
}
