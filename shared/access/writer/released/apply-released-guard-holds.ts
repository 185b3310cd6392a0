import type { Clock } from '../../../clock';
import { personSubject } from '../../../domain/ledger/subject';
import { inTurn } from '../../../domain/in-turn';
import type { Hold } from '../../../domain/plan/hold';
import { isEmptying } from '../../../domain/plan/guards';
import { peopleOver, withPeopleOver } from '../../../domain/plan/hold-in-parts';
import { withoutChanges } from '../../../domain/plan/membership-plan';
import { refusedSince } from '../../../domain/plan/refused-change';
import {
  onlyReleased,
  statesOfReleased,
  type ReleasedRemovalState,
} from '../../../domain/plan/released-removals';
import { AppError } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { HoldStore } from '../../../storage/holds';
import type { ChangeStore } from '../../../storage/marks-attempts-and-bookings';
import type { RefusedChangeStore } from '../../../storage/refused-changes';
import {
  applyMembershipPlan,
  type AppliedPlan,
  type ApplyMembershipPlanDeps,
} from '../apply-membership-plan';
import { casesByPerson, hasLess } from '../membership-cases-by-person';
import { finishHold, type FinishHoldDeps } from './finish-hold';
import { failUnreadableRow } from '../fail-unreadable-row';
import type { WriterFence } from '../lease-and-fence-interface';
import { loadPersonOfPlan, type LoadPersonDeps, type PersonWork } from '../load-person';
import { planPeopleMemberships, type PlanPeopleMembershipsDeps } from '../plan-people-memberships';
import { holdUnit, personUnit } from '../person-and-group-units';
import { resolveIdentities, type ResolveIdentitiesDeps } from '../resolve-identities';
import { settlePeople, type PlannedPerson, type SettlePeopleDeps } from '../settle-person';
import { forLookUps, type TimeBudget } from '../time-budget-interface';
import type { ContainedDeps } from '../containment';

type MarkAgainDeps = Pick<LoadPersonDeps, 'organization'> &
  Readonly<{ changes: Pick<ChangeStore, 'mark'>; clock: Pick<Clock, 'now'> }>;

type ApplyReleasedHoldDeps = LoadPersonDeps &
  ResolveIdentitiesDeps &
  PlanPeopleMembershipsDeps &
  ApplyMembershipPlanDeps &
  SettlePeopleDeps &
  MarkAgainDeps &
  FinishHoldDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{ refusedChanges: Pick<RefusedChangeStore, 'list'> }>;

export type ApplyReleasedGuardHoldsDeps = ApplyReleasedHoldDeps &
  Readonly<{ holds: Pick<HoldStore, 'list'> }>;

/**
 * Applies the holds that a person released. The removals are planned anew: when one of these people would stay now, or goes by
 * a word that came after the release, nobody is removed and the hold is stale. A removal that was made before a run ended early counts as made. What cannot be told or
 * made now waits for a later run, and the others do not wait for it. Where UiPath refuses some of them, the hold is stale with
 * the codes of the refusals, and the others are made; what was refused since the release is not sent by a later run. Returns
 * false where there was no time for all. What cannot be read fails, and holds what it holds.
 */
export async function applyReleasedGuardHolds(deps: ApplyReleasedGuardHoldsDeps): Promise<boolean> {
  let isAllTried = true;
  const holds = await deps.holds.list(deps.organization.alias, 'released', 'unreadable');
  for (const { hash, state } of holds)
    if (state === 'unreadable') await failUnreadableRow(deps, hash, 'hold');
  for (const hold of holds) {
    if (hold.state === 'unreadable' || hold.kind === 'remediation') continue;
    if (deps.isTimeUp()) return false;
    const unit = holdUnit(hold);
    if (deps.units.isWaiting(unit)) continue;
    try {
      if (deps.organization.mode === 'observe') await endUnapplied(deps, hold);
      else if ((await applyReleasedHold(deps, hold)) === 'done') await deps.units.succeed(unit);
      else isAllTried = false;
    } catch (error) {
      await deps.units.fail(unit, error);
    }
  }
  return isAllTried;
}

/** In observe nothing that was released is made, nor kept to be made by surprise: its people are planned again. */
async function endUnapplied(deps: MarkAgainDeps & FinishHoldDeps, hold: Hold): Promise<void> {
  await markAgain(deps, hold);
  await finishHold(deps, hold, 'organization-observed');
}

/**
 * `unfinished`: there was no time for all of it, and the next run goes on. Whose removals are over by then is not asked of UiPath
 * again. One that came no further fails.
 */
async function applyReleasedHold(deps: ApplyReleasedHoldDeps, hold: Hold): Promise<'done' | 'unfinished'> {
  const { releasedAtMs = 0 } = hold;
  const lookingUp = forLookUps(deps);
  const sinceMs = deps.clock.now();
  const { people, over, unread, keyNow } = await loadPeople(deps, hold);
  const removals = hold.removals.map((removal) => ({ ...removal, personKey: keyNow(removal.personKey) }));
  const released = { ...hold, removals };
  const { identities, unknown } = await resolveIdentities(lookingUp, 'urgent', people);
  const { plan: planned, deferred } = await planPeopleMemberships(lookingUp, 'urgent', people, identities);
  const open = new Set([...unread, ...unknown, ...deferred]);
  const all = [...people, ...over];
  const statesOfRemovals = statesOfReleased(planned, released, {
    organization: deps.organization,
    nowMs: deps.clock.now(),
    ledgers: new Map(all.map(({ subject, stored }) => [subject.key, stored.value])),
    wanted: new Map(all.map(({ subject, wanted }) => [subject.key, wanted])),
    over: new Set(over.map(({ subject }) => subject.key)),
    identities,
    open,
  });
  const states = new Set(statesOfRemovals);
  if (states.has('changed')) {
    await markAgain(deps, released);
    await finishHold(deps, released, 'changed');
    return 'done';
  }
  const asked = onlyReleased(planned, released);
  const before = refusedSince(await deps.refusedChanges.list(deps.organization.alias), asked, releasedAtMs);
  const now = withoutChanges(asked, before);
  const applied = await applyMembershipPlan(deps, 'urgent', now, new Map());
  const cases = casesByPerson(now);
  const decided = people.map((person): PlannedPerson => {
    const { key } = person.subject;
    return { person, cases: cases.get(key) ?? [], identity: identities.get(key), isDeferred: open.has(key) };
  });
  const unsettled = await settlePeople(deps, decided, applied);
  const refused = new Map([...before, ...applied.refused]);
  const isCutShort = applied.againAtMs !== undefined || (states.has('unknown') && lookingUp.isTimeUp());
  const isWhole = !isCutShort && !states.has('unknown') && applied.waiting.size + unsettled.length === 0;
  if (isWhole && applied.stoppedBy === undefined) {
    await finishHold(deps, released, whyNotWhole(refused), refusedRemovals(released, refused));
    return 'done';
  }
  const left = peopleLeft(released, statesOfRemovals, { waiting: applied.waiting, refused }, unsettled);
  const overNow = people.filter(({ subject }) => !left.has(subject.key));
  const keysOver = new Set(overNow.map(({ subject }) => subject.key));
  const keysThen = hold.removals.map(({ personKey }) => personKey);
  const overThen = keysThen.filter((key) => keysOver.has(keyNow(key)));
  await noteOver(deps, hold, new Set(overThen));
  if (applied.stoppedBy !== undefined) throw applied.stoppedBy;
  const overBefore = peopleOver(hold);
  const isAnyOver = overThen.some((key) => !overBefore.has(key));
  if (isCutShort && (isAnyOver || decided.some((one) => hasLess(one, applied, sinceMs)))) return 'unfinished';
  throw new AppError('hold-incomplete', 'A part of a released hold waits for what fails, or for time');
}

/** People of whom a removal is to be looked at again: it is unknown, was not made, or was refused. */
function peopleLeft(
  { removals }: Hold,
  states: readonly ReleasedRemovalState[],
  { waiting, refused }: Readonly<{ waiting: AppliedPlan['waiting']; refused: ReadonlyMap<string, string> }>,
  unsettled: readonly PlannedPerson[],
): ReadonlySet<string> {
  const left = removals.filter(({ groupId, personKey }, at) => {
    const key = `${groupId}/${personKey}`;
    return states[at] === 'unknown' || waiting.has(key) || refused.has(key);
  });
  return new Set([
    ...left.map(({ personKey }) => personKey),
    ...unsettled.map(({ person }) => person.subject.key),
  ]);
}

/** The next run need not ask UiPath for these people again. */
async function noteOver(
  { holds, organization }: Pick<FinishHoldDeps, 'holds' | 'organization'>,
  { hash, releasedAtMs }: Hold,
  keys: ReadonlySet<string>,
): Promise<void> {
  if (keys.size === 0) return;
  await holds.change(organization.alias, hash, (now) =>
    now.state === 'released' && now.releasedAtMs === releasedAtMs ? withPeopleOver(now, keys) : undefined,
  );
}

/** The codes of UiPath's refusals, or undefined. The refused removals are refused changes, each by itself. */
function whyNotWhole(refused: ReadonlyMap<string, string>): string | undefined {
  return refused.size === 0 ? undefined : [...new Set(refused.values())].join(', ');
}

function refusedRemovals({ removals }: Hold, refused: ReadonlyMap<string, string>) {
  return removals.flatMap(({ groupId, personKey, memberId }) => {
    const code = refused.get(`${groupId}/${personKey}`);
    return code === undefined ? [] : [{ groupId, memberId, code }];
  });
}

/**
 * The people of a hold, those of them whose removals an earlier run found over, and those whose ledger cannot be read now. Whoever
 * has one of the memberships again by the ledger is as the others. `keyNow`: of whom somebody joined meanwhile.
 */
async function loadPeople(
  deps: LoadPersonDeps & ContainedDeps & Pick<WriterFence, 'fence'>,
  released: Hold,
): Promise<
  Readonly<{
    people: readonly PersonWork[];
    over: readonly PersonWork[];
    unread: ReadonlySet<string>;
    keyNow: (keyThen: string) => string;
  }>
> {
  const { removals } = released;
  const keys = [...new Set(removals.map((removal) => removal.personKey))];
  const unread = new Set<string>();
  // Everybody's, and no fault of one person.
  await deps.groupsByName('urgent');
  const loaded = await mapConcurrently(inTurn(keys, deps.fence.token), STORAGE_WIDTH, async (key) => {
    try {
      const person = await loadPersonOfPlan(deps, 'urgent', personSubject(deps.organization.alias, key));
      return person === undefined ? undefined : { keyThen: key, person };
    } catch (error) {
      await deps.units.fail(personUnit(key), error);
      unread.add(key);
      return undefined;
    }
  });
  const wereOver = peopleOver(released);
  const asked = new Set(removals.map(({ groupId, personKey }) => `${groupId}/${personKey}`));
  const found = loaded.filter((one) => one !== undefined);
  const isStillOver = ({ keyThen, person: { stored } }: (typeof found)[number]): boolean =>
    wereOver.has(keyThen) && !stored.value.applied.some(({ groupId }) => asked.has(`${groupId}/${keyThen}`));
  const open = byKey(found.filter((one) => !isStillOver(one)).map(({ person }) => person));
  const over = byKey(found.filter(isStillOver).map(({ person }) => person));
  const keysNow = new Map(found.map(({ keyThen, person }) => [keyThen, person.subject.key]));
  return {
    people: [...open.values()],
    over: [...over.values()].filter(({ subject }) => !open.has(subject.key)),
    unread,
    keyNow: (keyThen) => keysNow.get(keyThen) ?? keyThen,
  };
}

/** Of two who became one, that one is there once. */
function byKey(people: readonly PersonWork[]): ReadonlyMap<string, PersonWork> {
  return new Map(people.map((person) => [person.subject.key, person]));
}

/**
 * Has the people of a stale hold planned again, under the guards, also whoever cannot be read now. What an edit empties is held
 * again however little it is: what was released is not what there is now.
 */
async function markAgain(
  { organization, changes, clock }: MarkAgainDeps,
  { removals, causes = [] }: Hold,
): Promise<void> {
  const cause = causes.find(isEmptying) ?? 'stale-plan';
  for (const key of new Set(removals.map(({ personKey }) => personKey)))
    await changes.mark(personSubject(organization.alias, key), 'normal', clock.now(), cause);
}
