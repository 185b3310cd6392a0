import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import { MOST_PASSED_ON, PASS_ON_MS } from '../../domain/passed-on';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { ChangesMessage } from '../../storage/queues';
import { sourcesOfAccounts, type IsOfAccounts } from '../ledger/move-on';
import { createLoggedLedger, type LogEvidenceDeps } from '../ledger/log-evidence';
import { memoizeAccounts } from '../ledger/memoize-accounts';
import {
  policyInForce,
  requireInForce,
  type VersionInForceDeps,
} from '../ledger/organization/version-in-force';
import { pauseInForce, type PauseDeps } from '../ledger/organization/pause-of-organization';
import { book, bookAfter, bookNext, type ApplyOutcome, type BookDeps } from './book-next-run';
import { openContainment, type ContainmentDeps } from './containment';
import { applyMarkedSubjects, type ApplyMarkedSubjectsDeps } from './apply-marked-subjects';
import { createMarksOfRun } from './marks-of-run';
import { memoizeGroupsByName, type MemoizeGroupsByNameDeps } from './memoize-groups-by-name';
import { readPutLimit } from './put-limit';
import { BUSY_RETRY_MS, retryAfterMs } from './retry-after';
import { recoverAttempts, type RecoverAttemptsDeps } from './recover-attempts';
import type { WriterLease, WriterLeases } from '../../storage/writer-lease';

/** All that the steps of a run name. */
type RunDeps = RecoverAttemptsDeps & Omit<ApplyMarkedSubjectsDeps, 'openAdditions'>;
type UiPathOfRun = (RunDeps & MemoizeGroupsByNameDeps)['uipath'];

type OpenRunDeps = Pick<
  RunDeps,
  | 'ledger'
  | 'changes'
  | 'due'
  | 'holds'
  | 'removals'
  | 'refusedChanges'
  | 'accounts'
  | 'policyOfVersion'
  | 'clock'
  | 'log'
> &
  Pick<ContainmentDeps, 'backoffs'> &
  Readonly<{
    changes: Pick<ChangeStore, 'takeFence'>;
    /** After so long a run takes up nothing more, and the next one is booked. */
    runMs: number;
    peoplePerPass: number;
    /** UiPath as this organization's application sees it, and the client ids of that application. `signal` ends its calls. */
    uipath: (
      organization: string,
      signal: AbortSignal,
    ) => Promise<
      Pick<RunDeps, 'remainingPuts' | 'ownIds'> &
        Readonly<{
          forLane: (lane: Lane) => UiPathOfRun['urgent'] & UiPathOfRun['normal'];
          /** The version of the policy under which the client writes. */
          policyHash: string;
        }>
    >;
  }>;

export type ApplyChangesDeps = OpenRunDeps &
  BookDeps &
  LogEvidenceDeps &
  Pick<PauseDeps, 'pauses'> &
  VersionInForceDeps &
  Readonly<{
    changes: Pick<ChangeStore, 'takeBooking' | 'hasWork'>;
    leases: WriterLeases;
  }>;

/** While an organization is paused a run looks so often whether it still is. */
const PAUSED_MS = 60_000;

/**
 * Reconciles UiPath with the ledger, for everything marked in one organization. The only place that changes UiPath: one run
 * at a time, under a lease and a fencing token, urgent marks first. Whatever stops it, the marks stay and a later run goes on. In a pause
 * it asks what became of calls that were begun, and leaves all else as it is. Under another version of the policy than the one on record it
 * does nothing.
 *
 * @throws AppError `message-invalid` when the policy has no such organization
 */
export async function applyChanges(
  deps: ApplyChangesDeps,
  { organization: alias, booking }: ChangesMessage,
): Promise<ApplyOutcome> {
  let policy: Policy | undefined;
  try {
    policy = await policyInForce(deps, () => [alias], { isFresh: true });
  } catch (error) {
    // As what stops a run: its message is not used up by what passes.
    if (retryAfterMs(errorCodeOf(error), error, deps.clock.now()) === undefined) throw error;
    if (!(await deps.changes.takeBooking(alias, booking, deps.clock.now()))) return 'superseded';
    return bookAfter(deps, alias, error, undefined);
  }
  if (policy === undefined) return 'not-in-force';
  const organization = policy.organizations.get(alias);
  if (organization === undefined)
    throw new AppError('message-invalid', 'The policy names no such organization');
  const { ledger: ownLedger } = await deps.ownRecords.believe(alias, () => true);
  if (!(await deps.changes.takeBooking(alias, booking, deps.clock.now()))) return 'superseded';
  const lease = await deps.leases.acquire(alias);
  if (lease === undefined) return book(deps, alias, BUSY_RETRY_MS, 'busy');
  let run: RunDeps | undefined;
  const { ledger, logWritten } = createLoggedLedger(deps);
  try {
    run = await openRun(
      { ...deps, ledger },
      {
        organization,
        policyHash: policy.hash,
        ownLedger,
        isOfAccounts: sourcesOfAccounts(policy),
        lease,
      },
    );
    const { isAllRecovered, openAdditions } = await recoverAttempts(run);
    const pausedMs = await pausedForMs(deps, alias, run.ownLedger);
    if (pausedMs !== undefined) {
      await logWritten();
      if (!(await deps.changes.hasWork(alias))) return 'done';
      return await book(deps, alias, pausedMs, 'waiting');
    }
    const goesOnAtMs = await applyMarkedSubjects({ ...run, openAdditions });
    if (isAllRecovered && goesOnAtMs === undefined && !run.isTimeUp()) await run.units.endRecovered();
    await logWritten();
    return await bookNext(deps, alias, goesOnAtMs, run);
  } catch (error) {
    // What stopped the run may stop this as well: it is in the log with the next run or night.
    await logWritten().catch(() => undefined);
    return await bookAfter(deps, alias, error, run?.marks.gatheredUntilMs());
  } finally {
    await lease.release();
  }
}

/** Leaves a run to whoever takes its message next, a few times, under the same booking. After that the sweep of the deployment in force sends it. */
export async function passRunOn(
  { queues }: Pick<BookDeps, 'queues'>,
  message: ChangesMessage,
): Promise<void> {
  const { passedOn = 0 } = message;
  if (passedOn < MOST_PASSED_ON)
    await queues.enqueueChanges({ ...message, passedOn: passedOn + 1 }, PASS_ON_MS);
}

/** How long to wait before a look whether the organization is still paused; undefined: it is not. */
async function pausedForMs(
  { pauses, clock }: Pick<PauseDeps, 'pauses'> & Readonly<{ clock: Pick<Clock, 'now'> }>,
  alias: string,
  own: RunDeps['ownLedger'],
): Promise<number | undefined> {
  const nowMs = clock.now();
  const pause = await pauseInForce({ pauses }, { alias, own, nowMs });
  if (pause === undefined || pause === 'unreadable') return pause === undefined ? undefined : PAUSED_MS;
  return Math.min(PAUSED_MS, (pause.untilMs ?? Infinity) - nowMs);
}

/**
 * Puts together what the steps of a run name. With the new fencing token a writer before this one can begin no call any
 * more.
 */
async function openRun(
  deps: OpenRunDeps,
  {
    organization,
    policyHash,
    ownLedger,
    isOfAccounts,
    lease,
  }: Readonly<{
    organization: OrganizationPolicy;
    policyHash: string;
    ownLedger: RunDeps['ownLedger'];
    isOfAccounts: IsOfAccounts;
    lease: Pick<WriterLease, 'renew' | 'signal'>;
  }>,
): Promise<RunDeps> {
  const endsAtMs = deps.clock.now() + deps.runMs;
  const opened = await deps.uipath(organization.alias, lease.signal);
  const { forLane, remainingPuts, ownIds } = opened;
  // What a run plans and what its client may write go by one version.
  requireInForce({ version: opened.policyHash }, { hash: policyHash }, organization.alias);
  const uipath = { urgent: forLane('urgent'), normal: forLane('normal') };
  const askUiPath = async () => uipath.urgent.groups.list();
  const units = await openContainment({ ...deps, askUiPath }, organization.alias);
  return {
    organization,
    policyHash,
    isOfAccounts,
    stillOurs: lease.renew,
    isTimeUp: () => deps.clock.now() > endsAtMs,
    leftMs: () => Math.max(0, endsAtMs - deps.clock.now()),
    peoplePerPass: deps.peoplePerPass,
    units,
    marks: createMarksOfRun(deps.changes, organization.alias),
    ...(await readPutLimit({ ...deps, units }, organization, ownLedger)),
    ledger: deps.ledger,
    changes: deps.changes,
    due: deps.due,
    holds: deps.holds,
    removals: deps.removals,
    refusedChanges: deps.refusedChanges,
    accounts: memoizeAccounts(deps.accounts),
    clock: deps.clock,
    log: deps.log,
    policyOfVersion: deps.policyOfVersion,
    uipath,
    remainingPuts,
    ownIds,
    groupsByName: memoizeGroupsByName({ uipath }),
    fence: await deps.changes.takeFence(organization.alias),
  };
}
