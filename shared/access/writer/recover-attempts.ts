import { personSubject } from '../../domain/ledger/subject';
import { personAccess } from '../../domain/ledger/person-access';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import type { Shows } from '../../domain/ledger/recorded-membership-changes';
import type { Unit } from '../../domain/plan/backoff';
import { digestOfPerson } from '../../domain/plan/call-in-short';
import { isToBeAsked, mayStillShow } from '../../domain/plan/open-call';
import type { OrganizationPolicy } from '../../domain/policy';
import type { Attempt, AttemptMember, MembershipAttempt } from '../../storage/fenced-attempts';
import { errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { UiPathClient } from '../../uipath/client';
import { adoptCreatedRule, type AdoptCreatedRuleDeps } from './adopt-created-rule';
import { newAttemptId } from './attempt-id';
import { failUnreadableRow } from './fail-unreadable-row';
import { logRemovals, type LogRemovalsDeps } from './log-removals';
import type { OpenAdditions } from './load-person';
import { recordEach, recordMembershipOutcome, type RecordEachDeps } from './record-membership-outcome';
import { shareOfTime, type TimeBudget } from './time-budget-interface';
import type { UiPathInLane } from './uipath-in-lane';
import { outcomeUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';
import type { WriterFence } from './lease-and-fence-interface';

type RecoverMembershipDeps = RecordEachDeps &
  LogRemovalsDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{
    organization: OrganizationPolicy;
    changes: Pick<ChangeStore, 'begin' | 'mark' | 'replace'>;
    uipath: UiPathInLane<{ groups: Pick<UiPathClient['groups'], 'checkMembers'> }, 'urgent'>;
  }>;

export type RecoverAttemptsDeps = RecoverMembershipDeps &
  AdoptCreatedRuleDeps &
  ContainedDeps &
  TimeBudget &
  Readonly<{ changes: Pick<ChangeStore, 'listAttempts' | 'end'>; log: Log }>;

/** Of the time of a run: leavers wait for this, and what an open call did is recorded before its contrary is done. */
const SHARE = 1 / 4;
/** Units that fail in a row leave the others to the next run: leavers need nothing of them. */
const FAILURES_IN_A_ROW = 3;

/**
 * Recovers attempts whose outcome was never stored, because the writer died or the answer was lost: what UiPath has now is
 * the outcome. Nothing is sent again; what did not happen is still marked, and is planned anew. Leavers wait for this, so it
 * spends their reserve. An attempt that cannot be recovered now stays open, with a backoff of its own; one that does not show is
 * asked about ever more seldom. Those that were asked about longest ago come first, those that failed last. Returns whether it came
 * to all, and what the attempts may have added: a ledger may not say it yet.
 */
export async function recoverAttempts(
  deps: RecoverAttemptsDeps,
): Promise<Readonly<{ isAllRecovered: boolean; openAdditions: OpenAdditions }>> {
  const attempts = await deps.changes.listAttempts(deps.organization.alias);
  return {
    isAllRecovered: await recoverEach(deps, inTurn(deps, attempts)),
    openAdditions: additionsOf(attempts),
  };
}

/**
 * Units asked about longest ago first, those never asked about by when they were made, and those that failed last. Calls of one group
 * stay in the order in which they were made: a later one undid the earlier.
 */
function inTurn({ units, clock }: Pick<RecoverAttemptsDeps, 'units' | 'clock'>, attempts: Listed): Listed {
  const unitKeyOf = (attempt: Listed[number]): string =>
    attempt.kind === 'membership' ? attempt.groupId : attempt.id;
  const askedAtMs = new Map<string, number>();
  for (const attempt of attempts) {
    const key = unitKeyOf(attempt);
    const waitsSinceMs =
      attempt.kind === 'unreadable' ? 0 : Math.min(attempt.askedAtMs ?? attempt.startedAtMs, clock.now());
    askedAtMs.set(key, Math.min(waitsSinceMs, askedAtMs.get(key) ?? Infinity));
  }
  const turnOf = (attempt: Listed[number]): number => askedAtMs.get(unitKeyOf(attempt)) ?? 0;
  const isFailing = (attempt: Listed[number]): boolean =>
    attempt.kind !== 'unreadable' && units.isFailing(unitOf(attempt));
  return attempts.toSorted((a, b) => Number(isFailing(a)) - Number(isFailing(b)) || turnOf(a) - turnOf(b));
}

type Listed = Awaited<ReturnType<ChangeStore['listAttempts']>>;

async function recoverEach(deps: RecoverAttemptsDeps, attempts: Listed): Promise<boolean> {
  const isTimeUp = shareOfTime(deps, SHARE);
  let failed = 0;
  for (const attempt of attempts) {
    if (isTimeUp() || failed === FAILURES_IN_A_ROW) return false;
    if (attempt.kind === 'unreadable') {
      await failUnreadableRow(deps, `a:${attempt.id}`);
      continue;
    }
    if (isWaiting(deps, attempt) || !isToBeAsked(attempt, deps.clock.now())) continue;
    const came = await deps.units.run(unitOf(attempt), async () => {
      const settled =
        attempt.kind === 'membership'
          ? await recoverMembership(deps, attempt)
          : await adoptCreatedRule(deps, attempt);
      if (!settled) return;
      await deps.changes.end(deps.organization.alias, deps.fence, attempt.id);
      deps.log({ event: 'attempt-recovered', organization: deps.organization.alias, kind: attempt.kind });
    });
    if (came === 'failed') failed += 1;
    if (came === 'done') failed = 0;
  }
  return true;
}

function additionsOf(attempts: Listed): OpenAdditions {
  const additions = new Map<string, MembershipAttempt[]>();
  for (const attempt of attempts)
    if (attempt.kind === 'membership')
      for (const { personKey } of attempt.add)
        additions.set(personKey, [...(additions.get(personKey) ?? []), attempt]);
  const unread = attempts.flatMap((attempt) =>
    attempt.kind === 'unreadable' && attempt.about?.kind === 'membership'
      ? [{ ...attempt.about, id: attempt.id }]
      : [],
  );
  return {
    of: (personKey) => {
      const added = unread.filter((call) => call.added.has(digestOfPerson(personKey)));
      return [...(additions.get(personKey) ?? []), ...added];
    },
    unreadOf: (personKey) => {
      const digest = digestOfPerson(personKey);
      return unread.filter(({ added, removed }) => added.has(digest) || removed.has(digest));
    },
  };
}

/** Open calls of one group fail together, and count as one. */
function unitOf(attempt: Attempt): Unit {
  return attempt.kind === 'membership'
    ? { kind: 'attempt', key: attempt.groupId, name: attempt.groupName }
    : { kind: 'attempt', key: attempt.id, name: attempt.name };
}

/** True when only outcomes are left that wait for their own backoff. */
function isWaiting({ units }: ContainedDeps, attempt: Attempt): boolean {
  if (attempt.kind !== 'membership') return false;
  const all = [...attempt.add, ...attempt.remove];
  return all.length > 0 && all.every(({ personKey }) => units.isWaiting(outcomeUnit(attempt, personKey)));
}

/**
 * False while changes may still come to show: the attempt stays open, so that they are known as ours when they do. A person
 * whose share cannot be recorded keeps it in an attempt, and the others are recorded.
 */
async function recoverMembership(deps: RecoverMembershipDeps, attempt: MembershipAttempt): Promise<boolean> {
  const all = [...attempt.add, ...attempt.remove];
  const members = await membersNow(
    deps,
    attempt,
    all.filter(({ seen }) => seen !== true),
  );
  const askedAtMs = deps.clock.now();
  const isOpenStill = mayStillShow(attempt, askedAtMs);
  const shares = all.map((member, index) => {
    const isAdded = index < attempt.add.length;
    const showsNow: Shows = members.has(member.memberId) === isAdded ? 'now' : 'no';
    const shows: Shows = member.seen === true ? 'before' : showsNow;
    return { attempt, personKey: member.personKey, member, shows };
  });
  const toTell = shares.filter(({ shows }) => shows !== 'no' || !isOpenStill);
  const due = toTell.filter(({ personKey }) => !deps.units.isWaiting(outcomeUnit(attempt, personKey)));
  const made = new Set(due.filter(({ shows }) => shows !== 'no').map(({ member }) => member));
  const failed = await recordEach(deps, due, async ({ personKey, member, shows }, known) => {
    // A run in between did not see the change, so whether it is still wanted has to be asked again.
    if (shows !== 'no') await markAgain(deps, personKey, known.value);
    const told = await recordMembershipOutcome(deps, attempt, personKey, ['read-back'], {
      known,
      shows,
      mayBeRecorded: true,
    });
    if (told === 'by-another') made.delete(member);
    else made.add(member);
  });
  const recorded = new Set(due.filter((share) => !failed.has(share)).map(({ member }) => member));
  await logRemovals(
    deps,
    attempt.id,
    attempt.groupId,
    attempt.remove.filter((member) => recorded.has(member) && made.has(member)),
  );
  const add = attempt.add.filter((member) => !recorded.has(member));
  const remove = attempt.remove.filter((member) => !recorded.has(member));
  const left = add.length + remove.length;
  if (left === 0) return true;
  const asked = { ...attempt, askedAtMs };
  if (left === all.length) {
    if (isOpenStill) await deps.changes.replace(deps.organization.alias, deps.fence, asked);
    return false;
  }
  const rest = { ...asked, id: newAttemptId(attempt.startedAtMs), add, remove };
  await deps.changes.begin(deps.organization.alias, deps.fence, rest);
  return true;
}

async function markAgain(
  { organization, changes, clock }: Pick<RecoverMembershipDeps, 'organization' | 'changes' | 'clock'>,
  personKey: string,
  ledger: PersonLedger,
): Promise<void> {
  const nowMs = clock.now();
  const { employment } = personAccess(ledger, organization, nowMs);
  const lane = employment === 'left' ? 'urgent' : 'normal';
  await changes.mark(personSubject(organization.alias, personKey), lane, nowMs);
}

/** Nobody is a member of a group that is gone. */
async function membersNow(
  deps: Pick<RecoverMembershipDeps, 'uipath'>,
  { groupId }: MembershipAttempt,
  all: readonly AttemptMember[],
): Promise<ReadonlySet<string>> {
  if (all.length === 0) return new Set();
  try {
    return await deps.uipath.urgent.groups.checkMembers(
      groupId,
      all.map((member) => member.memberId),
    );
  } catch (error) {
    if (errorCodeOf(error) === 'uipath-not-found') return new Set();
    throw error;
  }
}
