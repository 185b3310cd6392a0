import type { Clock } from '../../clock';
import type { Lane } from '../../domain/lane';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError, errorCodeOf, type ErrorCode } from '../../errors';
import type { Log } from '../../log';
import type { ChangeStore, Mark } from '../../storage/marks-and-attempts';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangesMessage, WorkQueues } from '../../storage/queues';
import type { WriterLeases } from '../../storage/writer-lease';
import { applyAccessPolicyEntries } from './apply-access-policy-entries';
import { applyPeople } from './apply-people';
import { applyRules } from './apply-rules';
import { applyReleasedHolds } from './apply-released-holds';
import { applyReleasedRemediations } from './apply-released-remediations';
import { bookRun } from '../ledger/book-writer-run';
import {
  onceGroupsByName,
  type OrganizationRun,
  type RunStores,
  type WriterUiPath,
} from './organization-run';
import { recoverAttempts } from './recover-attempts';
import { updateOrganizationLedger } from '../ledger/update-organization-ledger';
import { organizationSubject } from '../../domain/ledger/subject';

export type ApplyChangesDeps = RunStores &
  Readonly<{
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'list'>;
    changes: Pick<ChangeStore, 'takeBooking' | 'bookRun' | 'listMarks' | 'takeFence'>;
    queues: Pick<WorkQueues, 'enqueueChanges'>;
    leases: WriterLeases;
    /** UiPath as this organization's application sees it, and that application's own directory ids. */
    uipath: (organization: string) => Promise<
      Readonly<{
        forLane: (lane: Lane) => WriterUiPath;
        remainingPuts: (lane: Lane) => Promise<number>;
        ownIds: ReadonlySet<string>;
      }>
    >;
    clock: Clock;
    log: Log;
    /** A run stops taking new work after this long and books the next one. */
    runMs: number;
  }>;

/** `more`: the rest is booked for when its calls are full or its time has come. `waiting`: UiPath or the quota said later. `superseded`: another run is booked, this message came twice or too late. */
export type ApplyOutcome = 'done' | 'busy' | 'more' | 'waiting' | 'superseded';

/** All of them as a rule: what is planned together is sent together. */
const MARKS_PER_PASS = 50_000;
/** Short beside the lease, so that the work of a writer that died goes on soon after its lease has ended. */
const BUSY_RETRY_MS = 5_000;
/** After a failure that may pass by itself, and after one that a person has to mend. */
const TROUBLE_RETRY_MS = 60_000;
const MISCONFIGURED_RETRY_MS = 300_000;

const WAITS: ReadonlySet<ErrorCode> = new Set(['quota-exhausted', 'uipath-throttled']);
const PASSES: ReadonlySet<ErrorCode> = new Set([
  'uipath-unreachable',
  'uipath-unavailable',
  'uipath-answer-invalid',
  'uipath-outcome-unknown',
  'lease-lost',
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
 * Brings UiPath to what the ledger says, for everything marked in one organization. The only place that changes UiPath:
 * one run at a time, urgent marks first. Whatever stops it, the marks stay and a later run goes on.
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
  try {
    const uipath = await deps.uipath(alias);
    const size = await readMaxIdsPerPut(deps, organization);
    const run: OrganizationRun = {
      ...size,
      isUrgentWaiting: async () => (await deps.changes.listMarks(alias, 1))[0]?.lane === 'urgent',
      ledger: deps.ledger,
      changes: deps.changes,
      due: deps.due,
      holds: deps.holds,
      removals: deps.removals,
      refusedChanges: deps.refusedChanges,
      countPeople: async () => countPeople(deps.ledger, alias),
      accounts: deps.accounts,
      organization,
      policyHash: policy.hash,
      uipathFor: uipath.forLane,
      remainingPuts: uipath.remainingPuts,
      ownIds: uipath.ownIds,
      fence: await deps.changes.takeFence(alias),
      clock: deps.clock,
      log: deps.log,
      stillOurs: lease.renew,
      groupsByName: onceGroupsByName(async (lane) => uipath.forLane(lane).groups.list()),
    };
    await recoverAttempts(run);
    await applyReleasedHolds(run);
    const againAtMs = await applyMarks(deps, run);
    if (againAtMs === undefined) return 'done';
    return await book(deps, alias, Math.max(0, againAtMs - deps.clock.now()), 'more');
  } catch (error) {
    return await bookAfter(deps, alias, error);
  } finally {
    await lease.release();
  }
}

/**
 * Works through the marks, urgent ones always first. Released changes come before the rules whose marks they set, released
 * removals after everybody: whoever got a reason meanwhile is known by then. Returns when to go on: what waits to fill a
 * call, or what there was no time for.
 */
async function applyMarks(deps: ApplyChangesDeps, run: OrganizationRun): Promise<number | undefined> {
  const startedAtMs = deps.clock.now();
  const seen = new Set<string>();
  const again: number[] = [];
  const released: Mark[] = [];
  let areMended = false;
  for (;;) {
    const marks = (await deps.changes.listMarks(run.organization.alias, MARKS_PER_PASS)).filter(
      (mark) => !seen.has(mark.etag),
    );
    if (deps.clock.now() - startedAtMs > deps.runMs && (marks.length > 0 || !areMended))
      return deps.clock.now();
    if (marks.length === 0) {
      if (areMended && released.length === 0) return again.length === 0 ? undefined : Math.min(...again);
      await applyReleasedRemediations(run);
      for (const mark of released.splice(0)) await run.changes.clearMark(mark);
      areMended = true;
      continue;
    }
    const urgent = marks.filter((mark) => mark.lane === 'urgent');
    const batch = urgent.length > 0 ? urgent : marks;
    batch.forEach((mark) => seen.add(mark.etag));
    const lane = urgent.length > 0 ? 'urgent' : 'normal';
    const againAtMs = await applyPeople(run, ofKind(batch, 'person'), lane);
    if (againAtMs !== undefined) again.push(againAtMs);
    const ofOrganization = ofKind(batch, 'organization');
    if (ofOrganization.length > 0) await applyReleasedRemediations(run, 'changes');
    released.push(...ofOrganization);
    await applyRules(run, ofKind(batch, 'rule'));
    await applyAccessPolicyEntries(run, ofKind(batch, 'entity'));
  }
}

/** The size of a PUT that UiPath takes, remembered in the organization's ledger. */
async function readMaxIdsPerPut(
  deps: ApplyChangesDeps,
  organization: OrganizationPolicy,
): Promise<Pick<OrganizationRun, 'maxIdsPerPut' | 'learnMaxIdsPerPut'>> {
  const subject = organizationSubject(organization.alias);
  let learnt = (await deps.ledger.read(subject))?.value.maxIdsPerPut ?? organization.maxIdsPerPut;
  return {
    maxIdsPerPut: () => Math.min(learnt, organization.maxIdsPerPut),
    learnMaxIdsPerPut: async (most) => {
      learnt = Math.max(1, most);
      await updateOrganizationLedger({ ledger: deps.ledger, organization }, [], (current) => ({
        ...current,
        maxIdsPerPut: learnt,
      }));
    },
  };
}

async function countPeople(ledger: Pick<LedgerStore, 'list'>, alias: string): Promise<number> {
  let people = 0;
  for await (const person of ledger.list(alias, 'person')) people += Number(person.key !== '');
  return people;
}

function ofKind(marks: readonly Mark[], kind: Mark['subject']['kind']): readonly Mark[] {
  return marks.filter((mark) => mark.subject.kind === kind);
}

async function bookAfter(deps: ApplyChangesDeps, alias: string, error: unknown): Promise<ApplyOutcome> {
  const code = errorCodeOf(error);
  const nowMs = deps.clock.now();
  deps.log({ event: 'apply-stopped', organization: alias, code });
  if (WAITS.has(code) && error instanceof AppError)
    return book(
      deps,
      alias,
      Math.max(1_000, (error.retryAtMs ?? nowMs + TROUBLE_RETRY_MS) - nowMs),
      'waiting',
    );
  if (code === 'vault-unavailable') return book(deps, alias, BUSY_RETRY_MS, 'waiting');
  if (PASSES.has(code)) return book(deps, alias, TROUBLE_RETRY_MS, 'waiting');
  if (MISCONFIGURED.has(code)) return book(deps, alias, MISCONFIGURED_RETRY_MS, 'waiting');
  throw error;
}

async function book<O extends ApplyOutcome>(
  deps: ApplyChangesDeps,
  alias: string,
  delayMs: number,
  outcome: O,
): Promise<O> {
  const nowMs = deps.clock.now();
  await bookRun(deps, alias, 'normal', nowMs + delayMs, nowMs);
  return outcome;
}
