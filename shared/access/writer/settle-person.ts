import type { Clock } from '../../clock';
import { HOUR_MS } from '../../domain/durations';
import { smallestOf } from '../../domain/extremes';
import { fold } from '../../domain/fold';
import { nextLookUpInMs, withoutOtherAccounts } from '../../domain/ledger/account-of-person';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import {
  foundUnlessChanged,
  isSameIdentity,
  ofAnotherAccount,
  toLookUpAnew,
} from '../../domain/ledger/found-identity';
import { mayBeKnownOtherwise } from '../../domain/ledger/may-be-known-otherwise';
import {
  withMembership,
  withoutMembership,
  type DirectoryIdentity,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { withReasonsOfMemberships } from '../../domain/ledger/reasons-of-memberships';
import { REPEATED_DECISIONS } from '../../domain/plan/membership-plan';
import type { OrganizationPolicy } from '../../domain/policy';
import type { DueDates } from '../../storage/due-dates';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import { scheduleNextChange } from '../ledger/schedule-next-change';
import { updateLedger, type LedgerUpdate } from '../ledger/update-ledger';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { AppliedPlan } from './apply-membership-plan';
import { isAnyWaiting, isMade, type DecidedOfPerson } from './membership-cases-by-person';
import { endGrantsWithGroups } from './end-grants-with-groups';
import { keepRefusedChanges, type KeepRefusedChangesDeps } from './keep-refused-changes';
import type { PersonWork } from './load-person';
import type { ContainedDeps } from './containment';
import type { WriterFence } from './lease-and-fence-interface';
import { personUnit } from './person-and-group-units';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';

type ScheduleNextLookDeps = Readonly<{
  organization: OrganizationPolicy;
  due: Pick<DueDates, 'schedule'>;
  clock: Pick<Clock, 'now'>;
}>;

type SettlePersonDeps = EvidenceOfRunDeps &
  KeepRefusedChangesDeps &
  ScheduleNextLookDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{ changes: Pick<ChangeStore, 'clearMark' | 'requireFence'> }>;

export type SettlePeopleDeps = SettlePersonDeps & ContainedDeps;

/** A person after planning. `isDeferred`: a part could not be read or made now, so that the mark stays. */
export type PlannedPerson = Readonly<{
  person: PersonWork;
  cases: readonly DecidedOfPerson[];
  identity: DirectoryIdentity | undefined;
  isDeferred: boolean;
}>;

/**
 * Settles people after a plan, each alone, while the fence is ours. The ledger of whoever this run changed is read again before
 * the fence is asked, and that of the others was read before UiPath was: whatever a writer after us records changes them.
 * Returns those who could not be settled.
 * @throws AppError `lease-lost`
 */
export async function settlePeople(
  deps: SettlePeopleDeps,
  people: readonly PlannedPerson[],
  applied: AppliedPlan,
): Promise<readonly PlannedPerson[]> {
  if (people.length === 0) return [];
  const failed: PlannedPerson[] = [];
  const orFail = async (one: PlannedPerson, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await deps.units.fail(personUnit(one.person.subject.key), error);
      failed.push(one);
    }
  };
  const anew = new Map<PlannedPerson, PersonWork>();
  const changed = people.filter(({ cases }) => cases.some((decided) => isMade(decided, applied)));
  await mapConcurrently(changed, STORAGE_WIDTH, async (one) =>
    orFail(one, async () => {
      const stored = (await deps.ledger.read(one.person.subject)) ?? one.person.stored;
      anew.set(one, { ...one.person, stored });
    }),
  );
  await deps.changes.requireFence(deps.organization.alias, deps.fence);
  const read = people.filter((one) => !failed.includes(one));
  await mapConcurrently(read, STORAGE_WIDTH, async (one) =>
    orFail(one, async () => {
      const { identity: before } = one.person.stored.value;
      await settlePerson(deps, { ...one, person: anew.get(one) ?? one.person }, applied, before);
      if (!one.isDeferred && !isAnyWaiting(one.cases, applied))
        await deps.units.settle(personUnit(one.person.subject.key));
    }),
  );
  return failed;
}

/**
 * Settles a person after a plan: stores what the run learnt beyond the changes it made (memberships that stood already,
 * removals that are not ours to make, the directory identity), schedules the next look and clears the mark. While a change
 * waits for its call to fill, the mark stays. An identity that was written since the run read it stays, and what was
 * seen of another account is not the person's; of somebody who was erased since nothing is stored.
 */
async function settlePerson(
  deps: SettlePersonDeps,
  { person, cases, identity, isDeferred }: PlannedPerson,
  applied: AppliedPlan,
  identityBefore: DirectoryIdentity | undefined,
): Promise<void> {
  const isWaiting = (decided: DecidedOfPerson): boolean =>
    applied.waiting.has(`${decided.groupId}/${decided.personKey}`);
  const isAllWaiting = cases.every(isWaiting) && (cases.length > 0 || isDeferred);
  if (isNothingLearnt(person, identity, isDeferred) && isAllWaiting) return;
  const refusals = cases.flatMap((decided) => {
    const code = applied.refused.get(`${decided.groupId}/${decided.personKey}`);
    return code === undefined ? [] : [{ decided, code }];
  });
  const decide = (current: PersonLedger | undefined): LedgerUpdate<PersonLedger> => {
    if (current === undefined) return undefined;
    const found = foundUnlessChanged(current, identityBefore, identity);
    const unseen = found === undefined ? ofAnotherAccount(current, identity, cases) : undefined;
    if (unseen !== undefined) return { next: unseen, evidence: [] };
    const toLearn = isDeferred ? cases.filter(({ decision }) => !REPEATED_DECISIONS.has(decision)) : cases;
    const learnt = toLearn.reduce((value, decided) => learn(deps, value, decided, person.wanted), {
      ledger: withoutOtherAccounts(current, person.access.employment),
      evidence: [] as readonly EvidenceEntry[],
    });
    const evidence = [
      ...learnt.evidence,
      ...refusals.map(({ decided, code }) =>
        evidenceOfRun(deps, 'change-refused', { groupId: decided.groupId, decision: decided.decision, code }),
      ),
      ...(isDeferred
        ? []
        : person.unusableGroups.map(({ kind, group }) => evidenceOfRun(deps, kind, { group }))),
      ...(found !== undefined && found.kind !== 'resolved' && current.identity?.kind !== found.kind
        ? [evidenceOfRun(deps, `identity-${found.kind}`, {})]
        : []),
    ];
    const known = found === undefined || isSameIdentity(found, current.identity);
    const reasoned = withReasonsOfMemberships(learnt.ledger, person.access.reasons, deps.organization);
    const { ledger: told, evidence: ended } = endGrantsWithGroups(deps, reasoned, person.access);
    if (known && evidence.length + ended.length === 0 && told === current) return undefined;
    const next = found ?? current.identity;
    return {
      next: { ...told, identity: refusals.length > 0 ? toLookUpAnew(next) : next },
      evidence: [...evidence, ...ended],
    };
  };
  const ledger = await updateLedger(deps.ledger, person.subject, decide, {
    known: person.stored,
    mayGoOn: async () => deps.changes.requireFence(deps.organization.alias, deps.fence),
  });
  const triesLeft = await keepRefusedChanges(deps, refusals);
  await scheduleNextLook(deps, person, ledger ?? person.stored.value, triesLeft);
  const heldUntil = cases.flatMap((decided) => decided.heldUntilMs ?? []);
  const heldUntilMs = smallestOf(heldUntil, undefined);
  if (heldUntilMs !== undefined) await deps.due.schedule({ subject: person.subject, dueAtMs: heldUntilMs });
  if (person.mark === undefined) return;
  if (!isDeferred && !cases.some(isWaiting)) await deps.changes.clearMark(person.mark);
}

/**
 * True when there is nothing to store of a person. Thousands may wait for their call to fill, and cost no storage call
 * in each pass.
 */
function isNothingLearnt(
  person: PersonWork,
  identity: DirectoryIdentity | undefined,
  isDeferred: boolean,
): boolean {
  if (identity === undefined) return isDeferred;
  return person.unusableGroups.length === 0 && isSameIdentity(identity, person.stored.value.identity);
}

/** Adds to the ledger, and as evidence, what one decision says of UiPath. The changes that were made are recorded already. */
function learn(
  deps: Pick<EvidenceOfRunDeps, 'clock' | 'policyHash'>,
  before: Readonly<{ ledger: PersonLedger; evidence: readonly EvidenceEntry[] }>,
  decided: DecidedOfPerson,
  wanted: ReadonlySet<string>,
): Readonly<{ ledger: PersonLedger; evidence: readonly EvidenceEntry[] }> {
  const { groupId, groupName, decision, why, would } = decided;
  const facts = { groupId, group: groupName, decision, ...(would === undefined ? {} : { would }), why };
  const row = before.ledger.applied.find((membership) => membership.groupId === groupId);
  const known = row !== undefined;
  const standing = { groupId, groupName, origin: 'standing', sinceMs: deps.clock.now() } as const;
  const note = (kind: string, ledger: PersonLedger) => ({
    ledger,
    evidence: [...before.evidence, evidenceOfRun(deps, kind, facts)],
  });
  switch (decision) {
    case 'add':
    case 'remove':
      return before;
    case 'in-place':
      // Reasons go by the name that the policy has now, but for grants of the name of before.
      if (known && fold(row.groupName) !== fold(groupName) && !wanted.has(fold(row.groupName)))
        return note('membership-renamed', withMembership(before.ledger, { ...row, groupName }));
      // An open call may have applied it: its recovery records that.
      return known || decided.applied !== undefined
        ? before
        : note('membership-standing', withMembership(before.ledger, standing));
    case 'absent':
      return known ? note('membership-gone', withoutMembership(before.ledger, groupId)) : before;
    case 'left-alone':
      return note('membership-left-alone', withoutMembership(before.ledger, groupId));
    case 'held':
      return note('removal-held', before.ledger);
    case 'observed':
    case 'out-of-policy':
    case 'everyone-is-implicit':
    case 'own-identity':
    case 'protected-principal':
    case 'last-administrator':
      return note('change-withheld', before.ledger);
  }
}

async function scheduleNextLook(
  deps: ScheduleNextLookDeps,
  person: PersonWork,
  ledger: PersonLedger,
  triesLeft: boolean,
): Promise<void> {
  const nowMs = deps.clock.now();
  const { subject } = person;
  const lane = person.access.employment === 'left' ? 'urgent' : 'normal';
  await scheduleNextChange(deps.due, subject, ledger, deps.organization, nowMs);
  if (triesLeft || person.unusableGroups.length > 0)
    await deps.due.schedule({ subject, dueAtMs: nowMs + HOUR_MS, lane });
  const waitMs = nextLookUpInMs(ledger, {
    isNeeded: person.examine.size > 0 || mayBeKnownOtherwise(ledger, nowMs),
    retryHours: deps.organization.identityRetryHours,
    nowMs,
  });
  if (waitMs !== undefined) await deps.due.schedule({ subject, dueAtMs: nowMs + waitMs, lane });
}
