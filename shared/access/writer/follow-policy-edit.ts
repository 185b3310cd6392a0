import type { Clock } from '../../clock';
import {
  isLeftByObserve,
  isPolicyFollowed,
  NEW_ORGANIZATION_LEDGER,
  type OrganizationLedger,
} from '../../domain/ledger/organization-ledger';
import { organizationSubject, personSubject } from '../../domain/ledger/subject';
import type { GroupPlan, MembershipPlan } from '../../domain/plan/membership-plan';
import { findConditionsOfNobody } from '../../domain/plan/conditions-of-nobody';
import { comparePeopleUnder, type PolicyEditPlan } from '../../domain/plan/policy-edit';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import type { Log } from '../../log-interface';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import { updateLedger } from '../ledger/update-ledger';
import { isShared } from './containment';
import { evidenceOfRun } from './evidence-of-run';
import { markRulesAndEntries } from './rules/mark-rules-and-entries';
import type { MarksOfRun } from './marks-of-run';
import type { PutLimit } from './put-limit';
import type { TimeBudget } from './time-budget-interface';

export type FollowPolicyEditDeps = Pick<TimeBudget, 'isTimeUp'> &
  Pick<PutLimit, 'ownLedger'> &
  Readonly<{
    organization: OrganizationPolicy;
    /** The version of the policy that the run works under. */
    policyHash: string;
    /** A version that was in force; undefined: it is not kept any more, or this version of the application does not read it. */
    policyOfVersion: (hash: string) => Promise<Policy | undefined>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'list'>;
    changes: Pick<ChangeStore, 'mark'>;
    marks: Pick<MarksOfRun, 'isOvertaken'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/**
 * `followed`: whoever the version changes is marked. `overtaken`: something urgent goes before; call again. `not-now`: there is no time
 * left, or another version is on record than the run works under.
 */
type FollowOutcome = 'followed' | 'overtaken' | 'not-now';

/** Between two looks at whether something urgent waits, in people. */
const LOOK_EVERY = 1_000;
/** Groups of which the evidence tells how many gain and lose them. */
const MOST_GROUPS = 100;
const MOST_CONDITIONS = 20;

/** How far the version that a run works under is followed. */
export type EditOfRun = Readonly<{
  /** Whether that is on record. Until then what an edit alone takes from somebody waits. */
  isFollowed: () => boolean;
  /** Whether the record can be read and says that it is to be followed. */
  isToFollow: () => boolean;
  /** Whether the run would withhold, and the record that would tell so cannot be read: what it ended would never be made. */
  isObservedUnrecorded: boolean;
  follow: () => Promise<FollowOutcome>;
}>;

/**
 * Follows an edit of the policy: compares its people under the version that was followed last and under the one in force, and marks whom
 * that changes, under a cause of the edit. It costs no call to UiPath. What was read is kept while something urgent goes before; a run
 * that ends begins anew. Safe to repeat: the same people are marked.
 */
export function followPolicyEdit(deps: FollowPolicyEditDeps): EditOfRun {
  let reading: AsyncGenerator<'overtaken', FollowOutcome> | undefined;
  const { organization, ownLedger, policyHash } = deps;
  const own = ownLedger === 'unreadable' ? undefined : ownLedger;
  const isRecorded = own?.policyHash !== undefined;
  let isFollowed = ownLedger !== 'unreadable' && (!isRecorded || isFollowedBy(own, policyHash));
  return {
    isFollowed: () => isFollowed,
    isToFollow: () => !isFollowed && own?.policyHash === policyHash,
    isObservedUnrecorded: organization.mode === 'observe' && ownLedger === 'unreadable',
    follow: async () => {
      reading ??= follow(deps, () => {
        isFollowed = true;
      });
      let outcome: FollowOutcome | undefined;
      try {
        outcome = (await reading.next()).value;
      } finally {
        if (outcome !== 'overtaken') reading = undefined;
      }
      isFollowed ||= outcome === 'followed';
      return outcome;
    },
  };
}

function isFollowedBy(own: OrganizationLedger, hash: string): boolean {
  return own.policyHash === hash && isPolicyFollowed(own);
}

async function* follow(
  deps: FollowPolicyEditDeps,
  onWeighed: () => void,
): AsyncGenerator<'overtaken', FollowOutcome> {
  const { organization, policyHash: hash, ledger } = deps;
  const { alias } = organization;
  const own = await ledger.read(organizationSubject(alias));
  const { policyHash, policyFollowed, isPolicyBetween = false } = own?.value ?? {};
  if (own === undefined || policyHash !== hash) return 'not-now';
  if (isFollowedBy(own.value, hash)) return 'followed';
  const before = policyFollowed === undefined ? undefined : await deps.policyOfVersion(policyFollowed);
  const compared = comparePeopleUnder({
    before: before?.organizations.get(alias),
    isBetween: isPolicyBetween,
    wasObserved: isLeftByObserve(own.value),
    after: organization,
    hash,
    nowMs: deps.clock.now(),
  });
  const conditions = findConditionsOfNobody(organization, before?.organizations.get(alias));
  let read = 0;
  for await (const { key, value } of ledger.list(alias, 'person')) {
    if (value === undefined) compared.noteUnread(key);
    else compared.note(key, value);
    if (value !== undefined) conditions.note(value);
    read += 1;
    if (deps.isTimeUp()) return 'not-now';
    if (read % LOOK_EVERY === 0 && (await deps.marks.isOvertaken())) yield 'overtaken';
  }
  const plan = compared.plan();
  const failures = await markPeople(deps, plan);
  const isLeftUndone = isLeftByObserve(own.value);
  const undone = { before: before?.organizations.get(alias), isLeftUndone };
  const rules = await markRulesAndEntries(deps, undone, deps.clock.now());
  onWeighed();
  if (failures.length > 0) throw failures[0];
  await record(deps, policyFollowed, { ...plan, rules }, conditions.found());
  deps.log({ event: 'policy-followed', organization: alias, to: hash, people: plan.people.length });
  return 'followed';
}

/** Whoever cannot be marked keeps nobody else: what it failed with. @throws what everybody would meet */
async function markPeople(
  deps: FollowPolicyEditDeps,
  { people }: PolicyEditPlan,
): Promise<readonly unknown[]> {
  const nowMs = deps.clock.now();
  const failures: unknown[] = [];
  await mapConcurrently(people, STORAGE_WIDTH, async ({ personKey, cause }) => {
    try {
      const subject = personSubject(deps.organization.alias, personKey);
      await deps.changes.mark(subject, 'normal', nowMs, cause);
    } catch (error) {
      if (isShared(error)) throw error;
      failures.push(error);
    }
  });
  return failures;
}

async function record(
  deps: FollowPolicyEditDeps,
  from: string | undefined,
  { people, groups, emptied, rules }: PolicyEditPlan & Readonly<{ rules: readonly string[] }>,
  ofNobody: ReturnType<ReturnType<typeof findConditionsOfNobody>['found']>,
): Promise<void> {
  const { policyHash: to } = deps;
  const told = groups.slice(0, MOST_GROUPS);
  const facts = {
    ...(from === undefined ? {} : { from }),
    to,
    people: people.length,
    groups: told,
    ...(groups.length > told.length ? { more: groups.length - told.length } : {}),
    emptied: { groups: emptied.groups.slice(0, MOST_GROUPS), lines: emptied.lines.slice(0, MOST_GROUPS) },
    ...(rules.length === 0 ? {} : { rules: rules.slice(0, MOST_GROUPS) }),
    ...(ofNobody.length === 0 ? {} : { conditionsOfNobody: ofNobody.slice(0, MOST_CONDITIONS) }),
  };
  const evidence =
    people.length + rules.length + ofNobody.length === 0
      ? []
      : [evidenceOfRun(deps, 'policy-followed', facts)];
  await updateLedger(
    deps.ledger,
    organizationSubject(deps.organization.alias),
    (current = NEW_ORGANIZATION_LEDGER) => {
      if (current.policyHash !== to || isFollowedBy(current, to)) return undefined;
      const { isPolicyBetween: _over, wasObserved, ...next } = current;
      const observed = isLeftByObserve(current) || wasObserved === undefined ? {} : { wasObserved };
      return { next: { ...next, ...observed, policyFollowed: to }, evidence };
    },
  );
}

/** What people at work would lose by an edit alone is taken out of the plan, as nobody has weighed it yet. */
export function withoutLossesByEdit(
  plan: MembershipPlan,
  isLossByEdit: (personKey: string, group: GroupPlan) => boolean,
): Readonly<{ plan: MembershipPlan; waiting: ReadonlySet<string> }> {
  const waiting = new Set<string>();
  const groups = plan.groups.map((group) => {
    const decided = group.decided.filter(({ decision, personKey }) => {
      if (decision !== 'remove' || !isLossByEdit(personKey, group)) return true;
      waiting.add(personKey);
      return false;
    });
    return { ...group, decided };
  });
  return waiting.size === 0 ? { plan, waiting } : { plan: { ...plan, groups }, waiting };
}
