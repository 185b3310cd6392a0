import type { Clock } from '../../clock';
import { keyOfDecider, type Decider } from '../../domain/decider';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { releaseRefusalOf, type Hold } from '../../domain/plan/hold';
import type { Policy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { requireEnforced } from '../ledger/organization/observed-organization';
import { bookRun } from '../ledger/mark-and-book-writer-run';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import { organizationSubject } from '../../domain/ledger/subject';
import { refuseOwnMatter } from './refuse-own-matter';
import { requireSecondPerson, type SecondPersonDeps } from './require-second-person';

export type ReadHoldDeps = Readonly<{
  policy: () => Promise<Policy>;
  holds: HoldStore;
}>;

export type HoldDeps = ReadHoldDeps &
  SecondPersonDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
    changes: Pick<ChangeStore, 'bookRun' | 'mark'>;
    queues: Pick<WorkQueues, 'enqueueChanges'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** One hold, in any state. @throws AppError `plan-unknown` */
export async function readHold(deps: ReadHoldDeps, organization: string, hash: string): Promise<Hold> {
  await requireOrganization(deps, organization);
  const hold = await deps.holds.get(organization, hash);
  if (hold === undefined) throw new AppError('plan-unknown', 'There is no such plan');
  return hold;
}

/**
 * Releases a hold in a person's name: exactly its removals, if the facts are still those it was made for. Of two
 * concurrent releases one succeeds. Nobody releases what is about themselves; a large one takes two people where the policy says so.
 * @throws AppError `plan-unknown`, `plan-not-held`, `plan-expired`, `decides-about-self`, `second-person-needed`,
 * `not-permitted`, `storage-conflict`, `organization-observed`
 */
export async function releaseHold(
  deps: HoldDeps,
  organization: string,
  hash: string,
  by: Decider,
): Promise<Hold> {
  const policy = await requireOrganization(deps, organization);
  const nowMs = deps.clock.now();
  const { removals, change, ...shown } = await readHold(deps, organization, hash);
  requireReleasable({ ...shown, removals }, nowMs);
  await requireEnforced(deps, organization);
  await refuseOwnMatter(deps, organization, by, [
    ...removals.flatMap(({ personKey, memberId }) => [personKey, memberId]),
    ...(change?.kind === 'access-policy' ? [change.entity, ...change.entityIds] : []),
  ]);
  const most = policy.organizations.get(organization)?.decisions.twoPeople.releasesOver ?? Infinity;
  const isNeeded = removals.length > most;
  const content = { page: 'plans', about: hash, fields: {} };
  const seconded = await requireSecondPerson(
    deps,
    { organization, policyHash: policy.hash, isNeeded },
    by,
    content,
  );
  // Before the release, so that the timer books a run where the process dies right after it.
  await deps.changes.mark(organizationSubject(organization), 'normal', nowMs, 'plan-released');
  const record = { atMs: nowMs, policyHash: policy.hash };
  const facts = { planHash: hash, by, ...seconded.facts };
  // First: nothing is released that is not recorded as decided.
  await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
    { kind: 'plan-released', ...record, facts },
  ]);
  const released = await orNotReleased(deps, organization, { ...record, facts }, { by, hash });
  await bookRun(deps, organization, { lane: 'urgent', atMs: nowMs, nowMs, reason: 'marks' });
  await seconded.done();
  return released;
}

/**
 * Releases what was recorded as released. Where the answer of storage was lost the hold tells what became of it.
 * @throws AppError why it was not, which is recorded too: somebody else was first, or others joined the hold
 */
async function orNotReleased(
  deps: Pick<HoldDeps, 'ledger' | 'holds'>,
  alias: string,
  { facts, ...record }: Omit<EvidenceEntry, 'kind'>,
  { by, hash }: Readonly<{ by: Decider; hash: string }>,
): Promise<Hold> {
  const releasedAtMs = record.atMs;
  try {
    const released = await deps.holds.change(alias, hash, (hold) => {
      requireReleasable(hold, releasedAtMs);
      return { ...hold, state: 'released', releasedBy: by, releasedAtMs };
    });
    if (released !== undefined) return released;
    throw new AppError('plan-unknown', 'There is no such plan');
  } catch (error) {
    const now = await deps.holds.get(alias, hash);
    const isByThis = now?.releasedBy !== undefined && keyOfDecider(now.releasedBy) === keyOfDecider(by);
    if (isByThis && now.releasedAtMs === releasedAtMs) return now;
    const refused = { kind: 'plan-not-released', ...record, facts: { ...facts, code: errorCodeOf(error) } };
    await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias } }, [refused]);
    throw error;
  }
}

function requireReleasable(hold: Hold, nowMs: number): void {
  const refusal = releaseRefusalOf(hold, nowMs);
  if (refusal !== undefined) throw new AppError(refusal, 'This plan cannot be released any more');
}

async function requireOrganization(deps: Pick<HoldDeps, 'policy'>, organization: string): Promise<Policy> {
  const policy = await deps.policy();
  if (!policy.organizations.has(organization)) throw new AppError('plan-unknown', 'There is no such plan');
  return policy;
}
