import type { DecidedCase } from '../../domain/plan/membership-plan';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { newAttemptId } from './attempt-id';
import type { ContainedDeps } from './containment';
import type { WriterFence } from './lease-and-fence-interface';
import { logRemovals, type LogRemovalsDeps } from './log-removals';
import { outcomeUnit } from './person-and-group-units';
import {
  withMembership,
  withoutMembership,
  type AppliedMembership,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { givenBy, givenNow, withReasonsOfMemberships } from '../../domain/ledger/reasons-of-memberships';
import { personAccess } from '../../domain/ledger/person-access';
import { withAccountOfCall } from '../../domain/ledger/found-identity';
import {
  isTakenForStanding,
  whatToTell,
  type Shows,
  type ToTell,
} from '../../domain/ledger/recorded-membership-changes';
import type { AttemptMember, MembershipAttempt } from '../../storage/fenced-attempts';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import { personSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore, Stored } from '../../storage/ledger';
import { updateLedger } from '../ledger/update-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';

type RequireFenceDeps = Pick<WriterFence, 'fence'> &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'alias'>;
    changes: Pick<ChangeStore, 'requireFence'>;
  }>;

type RecordMembershipOutcomeDeps = EvidenceOfRunDeps &
  RequireFenceDeps &
  Readonly<{ ledger: Pick<LedgerStore, 'evidence'>; organization: OrganizationPolicy }>;

/** What is known of a share before it is recorded. */
type Before = Readonly<{
  /** The person's ledger as it was read while no other writer had taken over. */
  known: Stored<PersonLedger>;
  shows: Shows;
  /** Another writer may have recorded the share. Else that is asked only where the ledger has changed since it was read. */
  mayBeRecorded: boolean;
}>;

/**
 * Records one person's share of a PUT's outcome in their ledger, once, whoever else records it; or that nobody can tell what it
 * came to. Returns what there was to tell. Only the evidence says what was told already, as a leaver is removed from groups that
 * the ledger never knew, and what was added is removed again: their whole history is read then.
 * @throws AppError `lease-lost` when the ledger has changed since it was read, and another writer took over
 */
export async function recordMembershipOutcome(
  deps: RecordMembershipOutcomeDeps,
  attempt: MembershipAttempt,
  personKey: string,
  why: readonly string[],
  { known: read, shows, mayBeRecorded }: Before,
): Promise<ToTell> {
  const { id: attemptId, groupId, groupName, planHash, startedAtMs } = attempt;
  const isTheirs = (member: AttemptMember): boolean => member.personKey === personKey;
  const added = attempt.add.find(isTheirs);
  const member = added ?? attempt.remove.find(isTheirs);
  const change = added === undefined ? 'remove' : 'add';
  const subject = personSubject(deps.organization.alias, personKey);
  const facts = { groupId, group: groupName, planHash, attemptId };
  let toTell: ToTell = 'by-another';
  let asks = mayBeRecorded;
  await updateLedger(
    deps.ledger,
    subject,
    async (stored) => {
      if (stored === undefined) return undefined;
      const current = member === undefined ? stored : withAccountOfCall(stored, member.memberId, startedAtMs);
      const known = current.applied.find((membership) => membership.groupId === groupId);
      const isInLedger = change === 'add' && known !== undefined && !isTakenForStanding(known, attempt);
      const records = asks ? (await deps.ledger.evidence(subject)).records : [];
      toTell = whatToTell(records, attempt, change, { shows, isInLedger });
      asks = true;
      if (toTell === 'unknown')
        return {
          next: current,
          evidence: [evidenceOfRun(deps, 'membership-outcome-unknown', { ...facts, change, shows })],
        };
      if (toTell !== 'change') return undefined;
      const sinceMs = deps.clock.now();
      const { reasons } = personAccess(current, deps.organization, sinceMs);
      const by = added?.by ?? givenBy(why) ?? givenNow(reasons, groupName);
      const membership: AppliedMembership = { groupId, groupName, origin: 'applied', sinceMs, by };
      return change === 'add'
        ? {
            next: withReasonsOfMemberships(withMembership(current, membership), reasons, deps.organization),
            evidence: [evidenceOfRun(deps, 'membership-added', { ...facts, why })],
          }
        : {
            next: withoutMembership(current, groupId),
            evidence: [evidenceOfRun(deps, 'membership-removed', { ...facts, why })],
          };
    },
    { known: read, mayGoOn: async () => deps.changes.requireFence(deps.organization.alias, deps.fence) },
  );
  return toTell;
}

/** One person's share of what a call came to. */
type Share = Readonly<{ attempt: MembershipAttempt; personKey: string }>;

export type RecordEachDeps = RecordMembershipOutcomeDeps & ContainedDeps;

/**
 * Records shares while the fence is ours. The ledgers are read first: a writer after us had recorded nothing then, and whatever
 * it records from now on changes them. A share that cannot be recorded fails alone, and is returned; nobody's other work
 * waits for it. Of somebody who has no ledger there is nothing to record.
 * @throws AppError `lease-lost`
 */
export async function recordEach<S extends Share>(
  deps: RecordEachDeps,
  shares: readonly S[],
  record: (share: S, known: Stored<PersonLedger>) => Promise<unknown>,
): Promise<ReadonlySet<S>> {
  const { alias } = deps.organization;
  const unrecorded = new Set<S>();
  if (shares.length === 0) return unrecorded;
  const orLater = async (share: S, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      await deps.units.fail(outcomeUnit(share.attempt, share.personKey), error);
      unrecorded.add(share);
    }
  };
  const ledgers = new Map<S, Stored<PersonLedger> | undefined>();
  await mapConcurrently(shares, STORAGE_WIDTH, async (share) =>
    orLater(share, async () => {
      ledgers.set(share, await deps.ledger.read(personSubject(alias, share.personKey)));
    }),
  );
  await deps.changes.requireFence(alias, deps.fence);
  await mapConcurrently(shares, STORAGE_WIDTH, async (share) => {
    if (unrecorded.has(share)) return;
    await orLater(share, async () => {
      const known = ledgers.get(share);
      if (known !== undefined) await record(share, known);
      await deps.units.settle(outcomeUnit(share.attempt, share.personKey));
    });
  });
  return unrecorded;
}

export type RecordPutOutcomeDeps = RecordEachDeps &
  WriterFence &
  LogRemovalsDeps &
  Readonly<{ changes: Pick<ChangeStore, 'begin' | 'end'> }>;

/**
 * Records what a PUT came to, while the lease is ours: a writer that was replaced records and ends nothing, and the attempt is
 * recovered by the next one. A person whose share cannot be recorded keeps it in an attempt of its own.
 * @throws AppError `lease-lost`
 */
export async function recordPutOutcome(
  deps: RecordPutOutcomeDeps,
  attempt: MembershipAttempt,
  changes: ReadonlyArray<Pick<DecidedCase, 'personKey' | 'why'>>,
): Promise<void> {
  const { alias } = deps.organization;
  await deps.stillOurs();
  const shares = changes.map(({ personKey, why }) => ({ attempt, personKey, why }));
  const failed = await recordEach(deps, shares, async ({ personKey, why }, known) =>
    recordMembershipOutcome(deps, attempt, personKey, why, { known, shows: 'now', mayBeRecorded: false }),
  );
  const unrecorded = new Set([...failed].map(({ personKey }) => personKey));
  const isRecorded = ({ personKey }: Readonly<{ personKey: string }>): boolean => !unrecorded.has(personKey);
  await logRemovals(deps, attempt.id, attempt.groupId, attempt.remove.filter(isRecorded));
  if (unrecorded.size > 0)
    await deps.changes.begin(alias, deps.fence, {
      ...attempt,
      id: newAttemptId(attempt.startedAtMs),
      add: attempt.add.filter((member) => !isRecorded(member)),
      remove: attempt.remove.filter((member) => !isRecorded(member)),
    });
  await deps.changes.end(alias, deps.fence, attempt.id);
}

/**
 * Records what open attempts of a group did, as it is seen now: `members` are in the group, `others` are not. The contrary is done
 * next, which would hide it from their recovery: they keep that it was seen, so that it is told also where it cannot be recorded now.
 * A removal that is done again next is counted as that.
 * @throws AppError `lease-lost`
 */
export async function recordSeen(
  deps: RecordEachDeps & Readonly<{ changes: Pick<ChangeStore, 'listAttempts' | 'replace'> }>,
  groupId: string,
  { members, others }: Readonly<Record<'members' | 'others', ReadonlySet<string>>>,
): Promise<void> {
  const { alias } = deps.organization;
  const attempts = (await deps.changes.listAttempts(alias)).filter((one) => one.kind === 'membership');
  const seen = attempts
    .filter((attempt) => attempt.groupId === groupId)
    .map((attempt) => {
      const added = attempt.add.filter(({ memberId }) => members.has(memberId));
      const removed = attempt.remove.filter(({ memberId }) => others.has(memberId));
      return { attempt, shares: [...added, ...removed] };
    });
  const shares = seen.flatMap((one) =>
    one.shares.map((member) => ({ attempt: one.attempt, personKey: member.personKey, member })),
  );
  const byAnother = new Set<AttemptMember>();
  await recordEach(deps, shares, async ({ attempt, personKey, member }, known) => {
    const shows = member.seen === true ? 'before' : 'now';
    const told = await recordMembershipOutcome(deps, attempt, personKey, ['read-back'], {
      known,
      shows,
      mayBeRecorded: true,
    });
    if (told === 'by-another') byAnother.add(member);
  });
  for (const { attempt, shares: shown } of seen) {
    const isAgain = (member: AttemptMember): boolean =>
      member.again !== true && attempt.remove.includes(member) && members.has(member.memberId);
    if (shown.every((member) => member.seen === true) && !attempt.remove.some(isAgain)) continue;
    const note = <M extends AttemptMember>(member: M): readonly M[] => {
      if (byAnother.has(member)) return [];
      if (isAgain(member)) return [{ ...member, again: true }];
      return [shown.includes(member) ? { ...member, seen: true } : member];
    };
    const noted = { ...attempt, add: attempt.add.flatMap(note), remove: attempt.remove.flatMap(note) };
    await deps.changes.replace(alias, deps.fence, noted);
  }
}
