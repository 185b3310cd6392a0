import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { ChangesMessage, WorkQueues } from '../../storage/queues';
import type { WantedRun } from '../../storage/writer-bookings';
import { sourcesOfAccounts, type IsOfAccounts } from '../ledger/move-on';
import { createLoggedLedger, type LogEvidenceDeps } from '../ledger/log-evidence';
import { bookRun } from '../ledger/mark-and-book-writer-run';
import { memoizeAccounts } from '../ledger/memoize-accounts';
import { openContainment, type ContainmentDeps } from './containment';
import { applyMarkedSubjects, type ApplyMarkedSubjectsDeps } from './apply-marked-subjects';
import { createMarksOfRun } from './marks-of-run';
import { memoizeGroupsByName, type MemoizeGroupsByNameDeps } from './memoize-groups-by-name';
import { readPutLimit } from './put-limit';
import { recoverAttempts, type RecoverAttemptsDeps } from './recover-attempts';
import type { WriterLease, WriterLeases } from '../../storage/writer-lease';
import { tellCause } from '../../tell-cause';

/** All that the steps of a run name. */
type RunDeps = RecoverAttemptsDeps & Omit<ApplyMarkedSubjectsDeps, 'openAdditions'>;
type UiPathOfRun = (RunDeps & MemoizeGroupsByNameDeps)['uipath'];

type BookDeps = Readonly<{
  changes: Pick<ChangeStore, 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

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
        Readonly<{ forLane: (lane: Lane) => UiPathOfRun['urgent'] & UiPathOfRun['normal'] }>
    >;
  }>;

export type ApplyChangesDeps = OpenRunDeps &
  BookDeps &
  LogEvidenceDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    changes: Pick<ChangeStore, 'takeBooking'>;
    leases: WriterLeases;
  }>;

/**
 * `busy`: another run holds the lease. `more`: the rest is booked for when its calls are full or its time has come.
 * `waiting`: UiPath or the quota said later, or a unit that fails waits for its backoff. `superseded`: another run is booked, this message came twice or too late.
 */
export type ApplyOutcome = 'done' | 'busy' | 'more' | 'waiting' | 'superseded';

/** Short beside the lease, so that the work of a writer that died goes on soon after its lease has ended. */
const BUSY_RETRY_MS = 5_000;
/** After a failure that may pass by itself, and after one that a person has to put right. */
const TROUBLE_RETRY_MS = 60_000;
const MISCONFIGURED_RETRY_MS = 300_000;

const WAITS: ReadonlySet<ErrorCode> = new Set(['quota-exhausted', 'uipath-throttled']);
const PASSES: ReadonlySet<ErrorCode> = new Set([
  'uipath-unreachable',
  'uipath-unavailable',
  'uipath-answer-invalid',
  'uipath-outcome-unknown',
  'lease-lost',
  'evidence-unavailable',
  'organization-observed',
]);
const MISCONFIGURED: ReadonlySet<ErrorCode> = new Set([
  'uipath-token-refused',
  'uipath-unauthorized',
  'uipath-forbidden',
  'uipath-scope-missing',
  'uipath-endpoint-closed',
  'uipath-organization-mismatch',
  'secret-missing',
  'secret-invalid',
]);

/**
 * Reconciles UiPath with the ledger, for everything marked in one organization. The only place that changes UiPath: one run
 * at a time, under a lease and a fencing token, urgent marks first. Whatever stops it, the marks stay and a later run goes on.
 *
 * @throws AppError `message-invalid` when the policy has no such organization
 */
export async function applyChanges(
  deps: ApplyChangesDeps,
  { organization: alias, booking }: ChangesMessage,
): Promise<ApplyOutcome> {
  const policy = await deps.policy();
  const organization = policy.organizations.get(alias);
  if (organization === undefined)
    throw new AppError('message-invalid', 'The policy names no such organization');
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
        isOfAccounts: sourcesOfAccounts(policy),
        lease,
      },
    );
    const { isAllRecovered, openAdditions } = await recoverAttempts(run);
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

/**
 * Puts together what the steps of a run name. With the new fencing token a writer before this one can begin no call any
 * more.
 */
async function openRun(
  deps: OpenRunDeps,
  {
    organization,
    policyHash,
    isOfAccounts,
    lease,
  }: Readonly<{
    organization: OrganizationPolicy;
    policyHash: string;
    isOfAccounts: IsOfAccounts;
    lease: Pick<WriterLease, 'renew' | 'signal'>;
  }>,
): Promise<RunDeps> {
  const endsAtMs = deps.clock.now() + deps.runMs;
  const { forLane, remainingPuts, ownIds } = await deps.uipath(organization.alias, lease.signal);
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
    ...(await readPutLimit({ ...deps, units }, organization)),
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

/** Books the next run, where there has to be one: for what is left, or for the units that fail, whichever comes first. */
async function bookNext(
  deps: BookDeps,
  alias: string,
  goesOnAtMs: number | undefined,
  { units, marks }: Pick<RunDeps, 'units' | 'marks'>,
): Promise<ApplyOutcome> {
  const nowMs = deps.clock.now();
  const failingUntilMs = units.againAtMs();
  const reason = goesOnAtMs === marks.gatheredUntilMs() ? 'gathering' : 'rest';
  const outcome = failingUntilMs === undefined ? 'more' : 'waiting';
  if (goesOnAtMs !== undefined && goesOnAtMs <= (failingUntilMs ?? Infinity))
    return book(deps, alias, Math.max(0, goesOnAtMs - nowMs), outcome, reason);
  if (failingUntilMs === undefined) return 'done';
  return book(deps, alias, Math.max(0, failingUntilMs - nowMs), outcome, 'failing');
}

/** What was gathered does not wait for what stopped the run: it may need nothing of that. */
async function bookAfter(
  deps: BookDeps & Pick<ApplyChangesDeps, 'log'>,
  alias: string,
  error: unknown,
  gatheredUntilMs: number | undefined,
): Promise<ApplyOutcome> {
  const code = errorCodeOf(error);
  const nowMs = deps.clock.now();
  deps.log({ event: 'apply-stopped', organization: alias, ...tellCause(error) });
  const retryMs = retryAfterMs(code, error, nowMs);
  if (retryMs === undefined) throw error;
  const gatherMs = gatheredUntilMs === undefined ? retryMs : Math.max(0, gatheredUntilMs - nowMs);
  const isGathering = gatherMs < retryMs;
  return book(deps, alias, isGathering ? gatherMs : retryMs, 'waiting', isGathering ? 'gathering' : 'rest');
}

function retryAfterMs(code: ErrorCode, error: unknown, nowMs: number): number | undefined {
  if (WAITS.has(code) && error instanceof AppError)
    return Math.max(1_000, (error.retryAtMs ?? nowMs + TROUBLE_RETRY_MS) - nowMs);
  if (code === 'vault-unavailable') return BUSY_RETRY_MS;
  if (PASSES.has(code)) return TROUBLE_RETRY_MS;
  return MISCONFIGURED.has(code) ? MISCONFIGURED_RETRY_MS : undefined;
}

async function book<O extends ApplyOutcome>(
  deps: BookDeps,
  alias: string,
  delayMs: number,
  outcome: O,
  reason: WantedRun['reason'] = 'rest',
): Promise<O> {
  const nowMs = deps.clock.now();
  await bookRun(deps, alias, { lane: 'normal', atMs: nowMs + delayMs, nowMs, reason });
  return outcome;
}
