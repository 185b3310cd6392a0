import { fold } from '../fold';
import { asIfAccountConfirmed, type Grant, type PersonLedger, type Revocation } from './person-ledger';
import type { BirthrightLine, OrganizationPolicy } from '../policy';
import { hasEndedSince } from './has-ended-since';
import { changesOfPerson, personAt, recordsOf } from './worker-records';
import { changesOf, lastLeftAtMs, workerAt, type Employment, type Worker } from './worker-timeline';
import type { Timeline } from './statement';
import { DAY_MS } from '../durations';
import { smallestOf } from '../extremes';

/** Why a person may be in a group now. `group` is the folded name. */
export type Reason =
  | Readonly<{ kind: 'birthright'; group: string; line: string; untilMs: number | undefined }>
  | Readonly<{ kind: 'grant'; group: string; requestId: string; untilMs: number | undefined }>;

/** A person's access as the ledger and the policy give it at one instant. */
export type PersonAccess = Readonly<{
  employment: Employment;
  /** Until when a leaver is kept out even if a lagging feed says otherwise; undefined for everybody else. */
  lockedUntilMs: number | undefined;
  reasons: readonly Reason[];
  /** The next instant at which the answer may change without a new event. */
  nextChangeAtMs: number | undefined;
}>;

/** Access is the union of valid reasons: the last reason to end removes a membership, no earlier one does. */
export function personAccess(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): PersonAccess {
  const { employment, leftAtMs } = personAt(ledger.timeline, nowMs);
  const suspended = employment === 'absent' && organization.absence.access === 'suspend';
  const reasons =
    employment === 'left' || suspended ? [] : reasonsOf(ledger, organization, employment, nowMs);
  return {
    employment,
    lockedUntilMs: leftAtMs === undefined ? undefined : leftAtMs + organization.leaver.lockoutDays * DAY_MS,
    reasons,
    nextChangeAtMs: nextChangeAtMs(ledger, organization, nowMs),
  };
}

/** Reasons at an instant, also those that rest while somebody is away or their account is switched off: no word says when they return. */
export function reasonsIfBack(
  ledger: PersonLedger,
  policy: OrganizationPolicy,
  nowMs: number,
): readonly Reason[] {
  const organization = { ...policy, absence: { access: 'keep' } } as const;
  const switchedOn = ledger.timeline.filter(({ of, kind }) => of !== 'account' || kind !== 'leaver');
  const { employment } = personAt(switchedOn, nowMs);
  return employment === 'left' ? [] : reasonsOf(ledger, organization, employment, nowMs);
}

function reasonsOf(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  employment: Employment,
  nowMs: number,
): readonly Reason[] {
  return [
    ...birthrightReasons(ledger, organization, nowMs),
    ...grantReasons(ledger, organization, employment, nowMs),
  ];
}

/**
 * True while this grant is a reason. It ends for good with the worker record that it was asked for under, and does not come back
 * with a rehire. What is privileged does not follow a person to another account before somebody says that it is theirs.
 */
export function isGrantValid(
  grant: Grant,
  ledger: PersonLedger,
  organization: Pick<OrganizationPolicy, 'groups'>,
  nowMs: number,
): boolean {
  const isPrivileged = mayBePrivileged(grant.group, ledger, organization);
  return (
    grant.validFromMs <= nowMs &&
    (grant.validUntilMs === undefined || nowMs < grant.validUntilMs) &&
    !(isPrivileged && grant.occurredAtMs <= (ledger.replaced?.atMs ?? Number.NEGATIVE_INFINITY)) &&
    !hasEndedSince(ledger.timeline, { askedAtMs: grant.occurredAtMs, isPrivileged, nowMs }) &&
    !isRevoked(grant, ledger)
  );
}

/** Groups, folded, whose grant would be a reason if the account that took the place of another were confirmed. */
export function grantsHeldWithAccount(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly string[] {
  const confirmed = asIfAccountConfirmed(ledger);
  if (personAt(ledger.timeline, nowMs).employment === 'left') return [];
  const held = ledger.grants.filter(
    (grant) =>
      !isGrantValid(grant, ledger, organization, nowMs) &&
      isGrantValid(grant, confirmed, organization, nowMs),
  );
  return [...new Set(held.map(({ group }) => fold(group)))];
}

/** True when a revocation of this grant is in the ledger. */
export function isRevoked(grant: Grant, ledger: PersonLedger): boolean {
  return ledger.revocations.some((revocation) => isEndedBy(grant, revocation));
}

/** Of a group that the policy does not name any more counts what it was: what ended while it was privileged does not come back. */
function mayBePrivileged(
  group: string,
  { applied }: Pick<PersonLedger, 'applied'>,
  { groups }: Pick<OrganizationPolicy, 'groups'>,
): boolean {
  const name = fold(group);
  const named = groups.get(name);
  if (named !== undefined) return named.privileged;
  return !applied.some(({ groupName, isOrdinary }) => isOrdinary === true && fold(groupName) === name);
}

/** Every name, folded, by which a request may mean the group of a grant: today's, and those before it was renamed. */
export function namesOfGroup({
  group,
  groupBefore = [],
}: Pick<Grant, 'group' | 'groupBefore'>): readonly string[] {
  return [group, ...groupBefore].map(fold);
}

/** A revocation goes by a name that the group had, or by the one of today since it has it. */
function isOfGroup(grant: Grant, { group, occurredAtMs }: Revocation): boolean {
  const { groupBefore = [], groupSinceMs = Number.NEGATIVE_INFINITY } = grant;
  const isNamed = (name: string): boolean => fold(name) === fold(group);
  return groupBefore.some(isNamed) || (isNamed(grant.group) && occurredAtMs >= groupSinceMs);
}

/** True where a revocation ends this grant. One by a join is of the request of one of the two, where that says whom it names. */
export function isEndedBy(grant: Grant, revocation: Revocation): boolean {
  const { joinOf, under = grant.under } = revocation;
  return (
    (joinOf === undefined || grant.under === undefined || under === grant.under) &&
    isOfGroup(grant, revocation) &&
    (revocation.grantRequestId === undefined
      ? revocation.occurredAtMs >= grant.occurredAtMs
      : revocation.grantRequestId === grant.requestId)
  );
}

/**
 * Tells of each line whether a worker with these attributes matches every condition of it. A line needs a value for each attribute: a blank
 * one matches nothing. To fold takes far longer than to compare, and lines are many.
 */
export function birthrightMatcher(
  attributes: Readonly<Record<string, string>>,
): (line: BirthrightLine) => boolean {
  const folded = Object.entries(attributes).map(([name, value]) => [name, fold(value)] as const);
  const values = new Map(folded.filter(([, value]) => value !== ''));
  return ({ when }) => {
    for (const [name, possible] of when) {
      const value = values.get(name);
      if (value === undefined || !possible.has(value)) return false;
    }
    return true;
  };
}

function grantReasons(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  employment: Employment,
  nowMs: number,
): readonly Reason[] {
  if (employment === 'expected') return [];
  return ledger.grants
    .filter((grant) => isGrantValid(grant, ledger, organization, nowMs))
    .map((grant) => ({
      kind: 'grant',
      group: fold(grant.group),
      requestId: grant.requestId,
      untilMs: grant.validUntilMs,
    }));
}

/** What the records in force give: each by what is said of it. */
function birthrightReasons(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly Reason[] {
  const suspends = organization.absence.access === 'suspend';
  const reasons = recordsOf(ledger.timeline).flatMap((record) => {
    const { employment } = workerAt(record, nowMs);
    return suspends && employment === 'absent' ? [] : birthrightOf(record, organization, nowMs);
  });
  const today = new Set(reasons.filter(({ untilMs }) => untilMs === undefined).map(({ group }) => group));
  return reasons.filter(({ group, untilMs }) => untilMs === undefined || !today.has(group));
}

/** Birthright of today, and of the attributes lost within the mover's grace period. A leaver has no grace, also not after a rehire. */
function birthrightOf(record: Timeline, organization: OrganizationPolicy, nowMs: number): readonly Reason[] {
  const graceMs = organization.mover.graceDays * DAY_MS;
  const today = birthrightOfWorker(workerAt(record, nowMs), organization, undefined);
  const leftAtMs = lastLeftAtMs(record, nowMs) ?? Number.NEGATIVE_INFINITY;
  const lost = changesOf(record)
    .filter((changeMs) => leftAtMs < changeMs && changeMs <= nowMs && nowMs < changeMs + graceMs)
    .flatMap((changeMs) =>
      birthrightOfWorker(workerAt(record, changeMs - 1), organization, changeMs + graceMs),
    );
  return [...today, ...lost];
}

function birthrightOfWorker(
  { employment, attributes }: Worker,
  organization: OrganizationPolicy,
  untilMs: number | undefined,
): readonly Extract<Reason, { kind: 'birthright' }>[] {
  if (employment !== 'active' && employment !== 'absent') return [];
  return organization.birthright
    .filter(birthrightMatcher(attributes))
    .flatMap((line) =>
      line.groups.map(
        (group) => ({ kind: 'birthright', group: fold(group), line: line.name, untilMs }) as const,
      ),
    );
}

/** The next instant after `nowMs` at which access may change without a new word; undefined: none is known. */
export function nextChangeAtMs(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): number | undefined {
  const changes = changesOfPerson(ledger.timeline);
  const graceMs = organization.mover.graceDays * DAY_MS;
  const candidates = [
    ...changes,
    ...changes.map((changeMs) => changeMs + graceMs),
    ...ledger.grants
      .filter((grant) => !isRevoked(grant, ledger))
      .flatMap((grant) => [grant.validFromMs, grant.validUntilMs ?? 0]),
  ].filter((candidate) => candidate > nowMs);
  return smallestOf(candidates, undefined);
}
