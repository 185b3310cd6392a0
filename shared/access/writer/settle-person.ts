import { hashOf } from '../../domain/canonical-json';
import { noteRefusal, refusalsInARow } from '../../domain/plan/refused-change';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import type { DecidedCase, MembershipPlan } from '../../domain/plan/membership-plan';
import type { DirectoryIdentity, PersonLedger } from '../../domain/ledger/person-ledger';
import type { ErrorCode } from '../../errors';
import type { AppliedPlan } from './apply-membership-plan';
import type { PersonWork } from './load-person';
import { runEvidence, type OrganizationRun } from './organization-run';
import { withMembership, withoutMembership } from './record-membership';
import { scheduleNextChange } from '../ledger/schedule-next-change';
import { updateLedger } from '../ledger/update-ledger';
import { HOUR_MS, DAY_MS } from '../../domain/durations';

/** Refusals after which only a person has a refused change tried again. */
const TRIES = 3;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 6 * HOUR_MS;

type Decided = DecidedCase & Readonly<{ groupId: string; groupName: string }>;
export type CasesByPerson = ReadonlyMap<string, readonly Decided[]>;

/** A plan's cases by person. */
export function casesByPerson(plan: MembershipPlan): CasesByPerson {
  const cases = new Map<string, Decided[]>();
  for (const group of plan.groups)
    for (const decided of group.decided) {
      const own = cases.get(decided.personKey) ?? [];
      own.push({ ...decided, groupId: group.groupId, groupName: group.name });
      cases.set(decided.personKey, own);
    }
  return cases;
}

/**
 * Writes what a run learnt of a person beyond the changes it made: memberships that stood already, removals that are not
 * ours to make, the directory identity. Then books the next look and clears the mark,
 * unless a change still waits for its call to fill.
 */
export async function settlePerson(
  run: OrganizationRun,
  person: PersonWork,
  identity: DirectoryIdentity | undefined,
  cases: readonly Decided[],
  applied: AppliedPlan,
): Promise<void> {
  const isWaiting = (decided: Decided): boolean =>
    applied.waiting.has(`${decided.groupId}/${decided.personKey}`);
  if (isNothingLearnt(person, identity) && cases.length > 0 && cases.every(isWaiting)) return;
  const refusals = cases.flatMap((decided) => {
    const code = applied.refused.get(`${decided.groupId}/${decided.personKey}`);
    return code === undefined ? [] : [{ decided, code }];
  });
  const ledger = await updateLedger(run.ledger, person.subject, (current = person.stored.value) => {
    const learnt = cases.reduce((value, decided) => learn(run, value, decided), {
      ledger: current,
      evidence: [] as readonly EvidenceEntry[],
    });
    const evidence = [
      ...learnt.evidence,
      ...refusals.map(({ decided, code }) =>
        runEvidence(run, 'change-refused', { groupId: decided.groupId, decision: decided.decision, code }),
      ),
      ...person.unusableGroups.map(({ kind, group }) => runEvidence(run, kind, { group })),
      ...(identity !== undefined && identity.kind !== 'resolved' && current.identity?.kind !== identity.kind
        ? [runEvidence(run, `identity-${identity.kind}`, {})]
        : []),
    ];
    const known = identity === undefined || isSameIdentity(identity, current.identity);
    if (known && evidence.length === 0) return undefined;
    const next = identity ?? current.identity;
    return {
      next: { ...learnt.ledger, identity: refusals.length > 0 ? toLookUpAnew(next) : next },
      evidence,
    };
  });
  const triesLeft = await keepRefusedChanges(run, refusals);
  await scheduleNextLook(run, person, ledger ?? person.stored.value, triesLeft);
  if (cases.some((decided) => decided.decision === 'held'))
    await run.due.schedule({
      subject: person.subject,
      dueAtMs: run.clock.now() + run.organization.planExpiryDays * DAY_MS,
    });
  if (person.mark === undefined) return;
  if (!cases.some(isWaiting)) await run.changes.clearMark(person.mark);
}

/** Somebody all of whose changes wait costs nothing more, however many they are. */
function isNothingLearnt(person: PersonWork, identity: DirectoryIdentity | undefined): boolean {
  return (
    person.unusableGroups.length === 0 &&
    identity !== undefined &&
    isSameIdentity(identity, person.stored.value.identity)
  );
}

/** Every refused change becomes a dead letter. True while one of them is still tried again without a person. */
async function keepRefusedChanges(
  run: OrganizationRun,
  refusals: ReadonlyArray<Readonly<{ decided: Decided; code: ErrorCode }>>,
): Promise<boolean> {
  const { alias } = run.organization;
  let triesLeft = false;
  for (const { decided, code } of refusals) {
    const { personKey, groupId, groupName, memberId, decision } = decided;
    if (decision !== 'add' && decision !== 'remove') continue;
    const id = hashOf([personKey, groupId]).slice(0, 32);
    const before = await run.refusedChanges.get(alias, id);
    const letter = noteRefusal(
      before,
      { id, personKey, groupId, groupName, memberId, decision },
      { atMs: run.clock.now(), code },
    );
    await run.refusedChanges.put(alias, letter);
    triesLeft ||= refusalsInARow(letter) < TRIES;
  }
  return triesLeft;
}

function learn(
  run: OrganizationRun,
  before: Readonly<{ ledger: PersonLedger; evidence: readonly EvidenceEntry[] }>,
  decided: Decided,
): Readonly<{ ledger: PersonLedger; evidence: readonly EvidenceEntry[] }> {
  const { groupId, groupName, decision, why } = decided;
  const known = before.ledger.applied.some((membership) => membership.groupId === groupId);
  const note = (kind: string, ledger: PersonLedger) => ({
    ledger,
    evidence: [...before.evidence, runEvidence(run, kind, { groupId, group: groupName, decision, why })],
  });
  switch (decision) {
    case 'add':
    case 'remove':
      return before;
    case 'in-place':
      return known
        ? before
        : note(
            'membership-standing',
            withMembership(before.ledger, {
              groupId,
              groupName,
              origin: 'standing',
              sinceMs: run.clock.now(),
            }),
          );
    case 'absent':
      return known ? note('membership-gone', withoutMembership(before.ledger, groupId)) : before;
    case 'left-alone':
      return note('membership-left-alone', withoutMembership(before.ledger, groupId));
    case 'held':
      return note('removal-held', before.ledger);
    case 'observed':
    case 'everyone-is-implicit':
    case 'own-identity':
    case 'protected-principal':
    case 'last-administrator':
      return note('change-withheld', before.ledger);
  }
}

async function scheduleNextLook(
  run: OrganizationRun,
  person: PersonWork,
  ledger: PersonLedger,
  refused: boolean,
): Promise<void> {
  const nowMs = run.clock.now();
  const { subject } = person;
  const lane = person.access.employment === 'left' ? 'urgent' : 'normal';
  await scheduleNextChange(run.due, subject, ledger, run.organization, nowMs);
  if (refused || person.unusableGroups.length > 0)
    await run.due.schedule({ subject, dueAtMs: nowMs + HOUR_MS, lane });
  const { identity } = ledger;
  if (identity === undefined || identity.kind === 'resolved' || person.examine.size === 0) return;
  if (nowMs - identity.sinceMs > run.organization.identityRetryHours * HOUR_MS) return;
  const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (identity.attempts - 1));
  await run.due.schedule({ subject, dueAtMs: nowMs + waitMs, lane });
}

/** An id that was refused may be that of somebody deleted and created again. Until that is known it stays theirs. */
function toLookUpAnew(identity: DirectoryIdentity | undefined): DirectoryIdentity | undefined {
  return identity?.kind === 'resolved' ? { ...identity, checkedAtMs: 0 } : identity;
}

function isSameIdentity(a: DirectoryIdentity, b: DirectoryIdentity | undefined): boolean {
  return a.kind === 'resolved' && b?.kind === 'resolved' && a.id === b.id && a.checkedAtMs === b.checkedAtMs;
}
