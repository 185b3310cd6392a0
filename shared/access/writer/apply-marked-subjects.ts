import type { Clock } from '../../clock';
import { smallestOf } from '../../domain/extremes';
import { policyEditSubject } from '../../domain/ledger/subject';
import { latestOf, ruleWantedAt } from '../../domain/ledger/rule-and-entity-ledgers';
import { isEmptying } from '../../domain/plan/guards';
import { gatheringCauses } from '../../domain/plan/hold';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { HoldStore } from '../../storage/holds';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';
import {
  reconcileAccessPolicyEntries,
  type ReconcileAccessPolicyEntriesDeps,
} from './reconcile-access-policy-entries';
import {
  reconcilePeopleMemberships,
  type ReconcilePeopleMembershipsDeps,
} from './reconcile-people-memberships';
import {
  applyReleasedGuardHolds,
  type ApplyReleasedGuardHoldsDeps,
} from './released/apply-released-guard-holds';
import {
  applyReleasedRemediations,
  type ApplyReleasedRemediationsDeps,
} from './released/apply-released-remediations';
import { failUnreadableRow } from './fail-unreadable-row';
import { followPolicyEdit, type EditOfRun, type FollowPolicyEditDeps } from './follow-policy-edit';
import { reconcileRules, type ReconcileRulesDeps } from './reconcile-rules';
import type { MarksOfRun } from './marks-of-run';
import { withShareOfTime, type TimeBudget } from './time-budget-interface';
import { isShared, type ContainedDeps } from './containment';

export type ApplyMarkedSubjectsDeps = Omit<ReconcilePeopleMembershipsDeps, 'edit'> &
  Omit<ReconcileRulesDeps, 'ruleEdit'> &
  ReconcileAccessPolicyEntriesDeps &
  ApplyReleasedGuardHoldsDeps &
  ApplyReleasedRemediationsDeps &
  FollowPolicyEditDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{
    changes: Pick<ChangeStore, 'listMarks' | 'clearMark'>;
    holds: Pick<HoldStore, 'heads' | 'list'>;
    marks: MarksOfRun;
    clock: Pick<Clock, 'now'>;
  }>;

/** Marks that a run lists at once: what is planned one after the other is judged and sent together. */
const MARKS_TOGETHER = 50_000;
/** Of what is left of a run, while rules or entries wait behind people. */
const SHARE_OF_PEOPLE = 3 / 4;
/** Before a run is tried again that would withhold what nobody would make up for. */
const UNRECORDED_MS = 60_000;

/**
 * Works through the marks, urgent ones always first, then the holds that a person released, then an edit of the policy, which is
 * looked for also where no mark tells of it. Released changes come before the rules that they mark, and of rules and entries the
 * removals come first. Released removals come after everybody, when it is known who got a reason meanwhile. All is left to another run
 * where this one is in observe, and that is not on record. Returns when to go on,
 * epoch milliseconds, with what waits for a call to fill or what there was no time for; undefined when nothing is left.
 */
export async function applyMarkedSubjects(deps: ApplyMarkedSubjectsDeps): Promise<number | undefined> {
  const again: number[] = [];
  const released: Mark[] = [];
  const done = { holds: false, edit: false, remediations: false };
  const edit = followPolicyEdit(deps);
  if (edit.isObservedUnrecorded) return deps.clock.now() + UNRECORDED_MS;
  for (;;) {
    const { marks, emptying } = await listOpenMarks(deps);
    if (deps.isTimeUp() && (marks.length > 0 || !done.remediations)) return deps.clock.now();
    const urgent = marks.filter((mark) => mark.lane === 'urgent');
    if (urgent.length === 0 && !done.holds) {
      if (!(await applyReleasedGuardHolds(deps))) again.push(deps.clock.now());
      done.holds = true;
      continue;
    }
    const edits = marks.filter(isPolicyEdit);
    if (urgent.length === 0 && (edits.length > 0 || (!done.edit && edit.isToFollow()))) {
      const came = await follow(deps, edit);
      if (came === 'overtaken') continue;
      done.edit = true;
      deps.marks.take(edits);
      for (const mark of edits) if (came === 'followed') await deps.changes.clearMark(mark);
      continue;
    }
    if (marks.length === 0) {
      if (done.remediations && released.length === 0) {
        const gatheredUntilMs = deps.marks.gatheredUntilMs();
        return smallestOf(gatheredUntilMs === undefined ? again : [...again, gatheredUntilMs], undefined);
      }
      await applyReleasedRemediations(deps);
      if (deps.isTimeUp()) return deps.clock.now();
      // What could not be applied now is still to be done, also where the message of the next run is lost.
      const isAllDone = deps.units.againAtMs() === undefined;
      for (const mark of released.splice(0)) if (isAllDone) await deps.changes.clearMark(mark);
      done.remediations = true;
      continue;
    }
    const batch = urgent.length > 0 ? urgent : marks;
    deps.marks.take(batch);
    for (const { subject } of ofKind(batch, 'unreadable')) await failUnreadableRow(deps, subject.key);
    const lane = urgent.length > 0 ? 'urgent' : 'normal';
    const [rules, entries] = [ofKind(batch, 'rule'), ofKind(batch, 'entity')];
    const inTime = rules.length + entries.length === 0 ? deps : withShareOfTime(deps, SHARE_OF_PEOPLE);
    const isUnweighed = (personKey: string): boolean =>
      !edit.isFollowed() || (lane === 'urgent' && emptying.has(personKey));
    const forPeople = { ...inTime, edit: { isUnweighed } };
    await asPhase(deps, 'people', async () => {
      const againAtMs = await reconcilePeopleMemberships(forPeople, ofKind(batch, 'person'), lane);
      if (againAtMs !== undefined) again.push(againAtMs);
    });
    const ofOrganization = ofKind(batch, 'organization');
    if (ofOrganization.length > 0) await applyReleasedRemediations(deps, 'changes');
    for (const mark of ofOrganization) released.push(mark);
    const [taken, others] = await removalsFirst(entries, async (mark) => isEntryRemoved(deps, mark));
    await reconcileAccessPolicyEntries(deps, taken);
    const inOrder = await removalsFirst(rules, async (mark) => isRuleRemoved(deps, mark));
    await reconcileRules({ ...deps, ruleEdit: edit }, inOrder.flat());
    await reconcileAccessPolicyEntries(deps, others);
  }
}

/** An edit is followed before anything else of its lane: whom it changes is weighed as a whole. `failed`: the mark stays. */
async function follow(
  deps: ContainedDeps,
  edit: EditOfRun,
): Promise<Awaited<ReturnType<EditOfRun['follow']>> | 'failed'> {
  let came: Awaited<ReturnType<EditOfRun['follow']>> | 'failed' = 'failed';
  await asPhase(deps, 'policy', async () => {
    came = await edit.follow();
  });
  return came;
}

function isPolicyEdit({ subject: { organization, kind, key } }: Mark): boolean {
  return kind === 'organization' && key === policyEditSubject(organization).key;
}

/** Removals and the others. One alone is not looked at. */
async function removalsFirst(
  marks: readonly Mark[],
  isRemoved: (mark: Mark) => Promise<boolean>,
): Promise<readonly [readonly Mark[], readonly Mark[]]> {
  if (marks.length <= 1) return [marks, []];
  const removed = new Set<Mark>();
  await mapConcurrently(marks, STORAGE_WIDTH, async (mark) => {
    if (await isRemoved(mark)) removed.add(mark);
  });
  return [marks.filter((mark) => removed.has(mark)), marks.filter((mark) => !removed.has(mark))];
}

async function isEntryRemoved({ ledger }: ApplyMarkedSubjectsDeps, { subject }: Mark): Promise<boolean> {
  const read = await readIfReadable(async () => ledger.read({ ...subject, kind: 'entity' }));
  return read !== undefined && latestOf(read.value.statements)?.want !== true;
}

async function isRuleRemoved(
  { ledger, clock }: ApplyMarkedSubjectsDeps,
  { subject }: Mark,
): Promise<boolean> {
  const read = await readIfReadable(async () => ledger.read({ ...subject, kind: 'rule' }));
  return read !== undefined && ruleWantedAt(read.value, clock.now())?.want === undefined;
}

/** One that cannot be read fails in its own turn. */
async function readIfReadable<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isShared(error)) throw error;
    return undefined;
  }
}

type OpenMarks = Readonly<{ marks: readonly Mark[]; emptying: ReadonlySet<string> }>;

/**
 * Marks that are to be worked on now, and the keys of whoever waits in the normal lane for an edit that empties something. What a wrong
 * export goes on to cause is gathered, to be held together.
 */
async function listOpenMarks(deps: ApplyMarkedSubjectsDeps): Promise<OpenMarks> {
  const { alias } = deps.organization;
  const listed = await deps.changes.listMarks(alias, MARKS_TOGETHER);
  const marks = listed.filter((mark) => !deps.marks.isTaken(mark));
  const ofEdit = listed.filter(({ lane, cause }) => lane === 'normal' && isEmptying(cause));
  const emptying = new Set(ofEdit.map(({ subject }) => subject.key));
  if (marks.every(({ lane }) => lane === 'normal')) return { marks, emptying };
  deps.marks.gather(gatheringCauses(await deps.holds.heads(alias), deps.clock.now()));
  return { marks: marks.filter((mark) => !deps.marks.leaveIfGathered(mark)), emptying };
}

/**
 * What all units of a phase need and cannot get, such as the list of groups, keeps this phase from its turn and no other.
 * A run that is stopped by what all phases share is not contained.
 */
async function asPhase(deps: ContainedDeps, key: string, work: () => Promise<void>): Promise<void> {
  await deps.units.run({ kind: 'phase', key }, work);
}

function ofKind(marks: readonly Mark[], kind: Mark['subject']['kind']): readonly Mark[] {
  return marks.filter((mark) => mark.subject.kind === kind);
}
