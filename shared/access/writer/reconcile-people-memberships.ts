import type { Clock } from '../../clock';
import { HOUR_MS } from '../../domain/durations';
import { smallestOf } from '../../domain/extremes';
import { hasLostSince } from '../../domain/ledger/has-lost-since';
import type { Employment } from '../../domain/ledger/worker-timeline';
import type { Lane } from '../../domain/lane';
import { notePlanned } from '../../domain/plan/expected-removals';
import { causeOfEdit } from '../../domain/plan/guards';
import { ADMINISTRATORS_GROUP_ID } from '../../domain/plan/hard-stops';
import { mayStillShow } from '../../domain/plan/open-call';
import {
  asObserved,
  removedFrom,
  waitingPart,
  withWaiting,
  type GroupPlan,
  type MembershipPlan,
} from '../../domain/plan/membership-plan';
import type { ErrorCode } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';
import { handOnEmptying } from '../ledger/carry-emptying-edit';
import { applyMembershipPlan, type ApplyMembershipPlanDeps } from './apply-membership-plan';
import { withoutLossesByEdit } from './follow-policy-edit';
import { casesByPerson, hasLess, isAnyWaiting } from './membership-cases-by-person';
import { guardOrDefer, type GuardPlanDeps, type IsLaterRemoval } from './guard-plan';
import type { GuardedBatch } from '../../domain/plan/guarded-batch';
import { batchOfPasses } from './guarded-batch';
import { loadPerson, type LoadPersonDeps, type PersonWork } from './load-person';
import { accountsToPlan, type AccountsToPlanDeps } from './who-is-who/accounts-to-plan';
import { planPeopleMemberships, type PlanPeopleMembershipsDeps } from './plan-people-memberships';
import { settlePeople, type PlannedPerson, type SettlePeopleDeps } from './settle-person';
import type { ReadGroupsByName } from './memoize-groups-by-name';
import { personUnit } from './person-and-group-units';
import { forLookUps } from './time-budget-interface';
import { type ContainedDeps } from './containment';

type LoadMarkedDeps = LoadPersonDeps &
  ContainedDeps &
  Readonly<{ changes: Pick<ChangeStore, 'clearMark' | 'mark'> }>;

/** What keeps an edit of the policy from acting on people one by one. */
type EditOfPeople = Readonly<{
  /** Whether what an edit alone takes from a person waits, until all whom it concerns are weighed together. */
  isUnweighed: (personKey: string) => boolean;
}>;

export type ReconcilePeopleMembershipsDeps = LoadMarkedDeps &
  Readonly<{
    clock: Pick<Clock, 'now'>;
    /** People who are looked up and planned before the first of them is changed. */
    peoplePerPass: number;
    edit: EditOfPeople;
  }> &
  AccountsToPlanDeps &
  PlanPeopleMembershipsDeps &
  GuardPlanDeps &
  ApplyMembershipPlanDeps &
  SettlePeopleDeps;

/** A run whose look-ups took all their time and brought nobody further is no reason for another at once. */
const PAUSE_MS = 30_000;
const AT_WORK: ReadonlySet<Employment> = new Set(['active', 'absent']);
/** A word may come so long after what it tells of. */
const LATEST_WORD_MS = HOUR_MS;

/**
 * Reconciles the memberships of the marked people, in passes: one PUT carries a group's adds and removes, and what does not fill
 * a call waits for the next pass. The guards judge all passes as a whole. Returns when to look again, epoch milliseconds, at what
 * there was no time for, or at changes that wait for a call to fill; the marks of those people stay, and so do those of whom
 * something could not be read or made now.
 */
export async function reconcilePeopleMemberships(
  deps: ReconcilePeopleMembershipsDeps,
  marks: readonly Mark[],
  lane: Lane,
): Promise<number | undefined> {
  const { peoplePerPass } = deps;
  const passes = Array.from({ length: Math.ceil(marks.length / peoplePerPass) }, (_, index) =>
    marks.slice(index * peoplePerPass, (index + 1) * peoplePerPass),
  );
  const batch = batchOfPasses(deps, marks);
  const waitingSince = new Map(marks.map((mark) => [mark.subject.key, mark.sinceMs]));
  const refused = new Map<string, ErrorCode>();
  let open: readonly PlannedPerson[] = [];
  let waiting: readonly GroupPlan[] = [];
  const leavingAdministrators = new Set<string>();
  let againAtMs: number | undefined;
  for (const [index, pass] of passes.entries()) {
    const isLast = index === passes.length - 1;
    const moreFollows = lane === 'normal' && !isLast;
    const sinceMs = deps.clock.now();
    const planned = await planPass(deps, lane, pass, { batch, leavingAdministrators });
    const plan = withWaiting(planned.plan, waiting);
    const applied = await applyMembershipPlan(deps, lane, plan, waitingSince, moreFollows);
    for (const [change, code] of applied.refused) refused.set(change, code);
    for (const id of removedFrom(ADMINISTRATORS_GROUP_ID, plan, refused)) leavingAdministrators.add(id);
    open = [...open, ...planned.people];
    const givesWay = !isLast && (deps.isTimeUp() || (moreFollows && (await deps.marks.isOvertaken())));
    const endsHere = isLast || applied.isCutShort || givesWay;
    const isCarried = ({ cases }: PlannedPerson): boolean =>
      moreFollows && !endsHere && isAnyWaiting(cases, applied);
    const ready = open.filter((one) => !isCarried(one));
    await settlePeople(deps, ready, { ...applied, refused });
    if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
    const nowMs = deps.clock.now();
    const isCutShort = applied.isCutShort || givesWay;
    const cameFurther = ready.some(
      (one) => (!one.isDeferred && !isAnyWaiting(one.cases, applied)) || hasLess(one, applied, sinceMs),
    );
    const lateAtMs = planned.isCutShort ? nowMs + (cameFurther ? 0 : PAUSE_MS) : undefined;
    againAtMs = smallestOf(
      [againAtMs, lateAtMs, isCutShort ? nowMs : applied.againAtMs].filter((atMs) => atMs !== undefined),
      undefined,
    );
    if (endsHere) break;
    open = open.filter(isCarried);
    waiting = moreFollows ? waitingPart(plan, applied.waiting) : [];
  }
  return againAtMs;
}

/** Loads, looks up and plans so many people, under the guards. */
async function planPass(
  deps: ReconcilePeopleMembershipsDeps,
  lane: Lane,
  marks: readonly Mark[],
  before: Readonly<{ batch: GuardedBatch; leavingAdministrators: ReadonlySet<string> }>,
): Promise<Readonly<{ plan: MembershipPlan; people: readonly PlannedPerson[]; isCutShort: boolean }>> {
  const { batch, leavingAdministrators: leaving } = before;
  const lookingUp = forLookUps(deps);
  const loaded = await loadMarkedPeople(deps, lane, marks);
  const accounts = await accountsToPlan(deps, lookingUp, lane, loaded, batch);
  const { people, identities, open } = accounts;
  const planned = await planPeopleMemberships(lookingUp, lane, people, identities, leaving);
  const deferred = new Set([...planned.deferred, ...open]);
  const isCutShort = deferred.size > 0 && lookingUp.isTimeUp();
  const byPolicy = causeOfEdit(deps.policyHash, true);
  const toExpect = people.map(({ subject, stored, access, mark }) => {
    const cause = mark?.cause ?? 'time';
    return { personKey: subject.key, ledger: stored.value, access, cause, byPolicy };
  });
  const counted = new Set([...deferred].filter((key) => !batch.stuck.has(key)));
  const { organization, clock } = deps;
  notePlanned(batch.left, toExpect, planned.plan, counted, { organization, nowMs: clock.now() });
  // Half of what is left now is for the sizes that guards read: where the look-ups took all their time, some are read all the same.
  const sizing = forLookUps(deps);
  const isLater = isLaterAmong(deps, people);
  const weighed = withoutLossesByEdit(planned.plan, isLossByEdit(deps, people, isLater));
  for (const key of weighed.waiting) deferred.add(key);
  const guarded = await guardOrDefer(sizing, lane, weighed.plan, deferred, batch, isLater);
  const plan = organization.mode === 'observe' ? asObserved(guarded) : guarded;
  const cases = casesByPerson(plan);
  return {
    plan,
    isCutShort: isCutShort || (deferred.size > 0 && sizing.isTimeUp()),
    people: people.map((person): PlannedPerson => {
      const { key } = person.subject;
      const identity = accounts.toRecord.get(key);
      const isDeferred = deferred.has(key) || isChangedUnseen(deps, key);
      return { person, cases: cases.get(key) ?? [], identity, isDeferred };
    }),
  };
}

/**
 * Whoever left goes by their leaving, and what somebody had a reason for under this version, by the word that ended it. A reason that was
 * over before they were marked explains nothing: they were settled since, and kept the membership for another.
 */
function isLossByEdit(
  { edit }: Pick<ReconcilePeopleMembershipsDeps, 'edit'>,
  people: readonly PersonWork[],
  isLater: IsLaterRemoval,
): (personKey: string, group: Pick<GroupPlan, 'groupId' | 'name'>) => boolean {
  const atWork = people.filter(({ access }) => AT_WORK.has(access.employment));
  const sinceMs = new Map(
    atWork.map(({ subject, mark }) => [subject.key, (mark?.sinceMs ?? LATEST_WORD_MS) - LATEST_WORD_MS]),
  );
  return (personKey, group) => {
    const fromMs = sinceMs.get(personKey);
    return fromMs !== undefined && edit.isUnweighed(personKey) && !isLater({ personKey, group }, fromMs);
  };
}

/** A call that cannot be read may come to show, and nobody marks the person again when it does. */
function isChangedUnseen(
  { openAdditions, clock }: Pick<ReconcilePeopleMembershipsDeps, 'openAdditions' | 'clock'>,
  personKey: string,
): boolean {
  return openAdditions.unreadOf(personKey).some((call) => mayStillShow(call, clock.now()));
}

function isLaterAmong(
  { organization, clock }: Pick<ReconcilePeopleMembershipsDeps, 'organization' | 'clock'>,
  people: readonly PersonWork[],
): IsLaterRemoval {
  const ledgers = new Map(people.map(({ subject, stored }) => [subject.key, stored.value]));
  return ({ personKey, group }, sinceMs) => {
    const ledger = ledgers.get(personKey);
    if (ledger === undefined) return false;
    // Reasons go by the name that the group had when it was agreed, and it may have another by now.
    const known = ledger.applied.find(({ groupId }) => groupId === group.groupId)?.groupName;
    return [...new Set([group.name, known ?? group.name])].some((name) =>
      hasLostSince(ledger, organization, name, { sinceMs, nowMs: clock.now() }),
    );
  };
}

/** People whose ledger can be read now. The mark of somebody who has no ledger is cleared. */
async function loadMarkedPeople(
  deps: LoadMarkedDeps,
  lane: Lane,
  marks: readonly Mark[],
): Promise<readonly PersonWork[]> {
  let groupsFailure: unknown;
  const readGroups = async (wanted: Lane): ReturnType<ReadGroupsByName> => {
    try {
      return await deps.groupsByName(wanted);
    } catch (error) {
      groupsFailure = error;
      throw error;
    }
  };
  let reading: ReturnType<ReadGroupsByName> | undefined;
  const own = { ...deps, groupsByName: async (wanted: Lane) => (reading ??= readGroups(wanted)) };
  const loaded = await mapConcurrently(marks, STORAGE_WIDTH, async (mark) => {
    const unit = personUnit(mark.subject.key);
    if (deps.units.isWaiting(unit)) return undefined;
    try {
      const person = await loadPerson(own, lane, { ...mark.subject, kind: 'person' }, mark);
      if (person === undefined) {
        await handOnEmptying(deps, mark, deps.clock.now());
        await deps.changes.clearMark(mark);
      }
      return person;
    } catch (error) {
      // Everybody's, and no fault of this person.
      if (groupsFailure !== undefined) throw error;
      await deps.units.fail(unit, error);
      return undefined;
    }
  });
  return loaded.filter((person) => person !== undefined);
}
