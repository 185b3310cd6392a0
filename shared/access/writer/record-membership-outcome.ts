import type { DecidedCase } from '../../domain/plan/membership-plan';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { newAttemptId } from './attempt-id';
import type { ContainedDeps } from './containment';
import type { WriterFence } from './lease-and-fence-interface';
import { logRemovals, type LogRemovalsDeps } from './log-removals';
import { outcomeUnit } from './person-and-group-units';
import type { EvidenceRecord } from '../../domain/ledger/evidence';
import {
  withMembership,
  withoutMembership,
  type AppliedMembership,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import {
  isOutcomeUnknown,
  removalRecordedBefore,
  type RecordedBefore,
} from '../../domain/ledger/recorded-membership-changes';
import type { MembershipAttempt } from '../../storage/fenced-attempts';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore, Stored } from '../../storage/ledger';
import { updateLedger } from '../ledger/update-ledger';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';

type IsRecordedDeps = Readonly<{
  ledger: Pick<LedgerStore, 'evidence'>;
  organization: Pick<OrganizationPolicy, 'alias'>;
}>;

type RequireFenceDeps = Pick<WriterFence, 'fence'> &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'alias'>;
    changes: Pick<ChangeStore, 'requireFence'>;
  }>;

type RecordMembershipOutcomeDeps = EvidenceOfRunDeps & IsRecordedDeps & RequireFenceDeps;

/** What is known of the person before their share is recorded. */
type Before = Readonly<{
  /** Their ledger as it was read while no other writer had taken over. */
  known: Stored<PersonLedger>;
  /** Another writer may have recorded the share. Else that is asked only where the ledger has changed since it was read. */
  mayBeRecorded: boolean;
}>;

/**
 * Records one person's share of a PUT's outcome in their ledger, once, whoever else records it. Returns what was recorded of it
 * before. A removed membership may be one that the ledger never knew, as a leaver is in groups that nobody manages here, so
 * only the evidence can tell that its removal was recorded: their whole history is read then.
 * @throws AppError `lease-lost` when the ledger has changed since it was read, and another writer took over
 */
export async function recordMembershipOutcome(
  deps: RecordMembershipOutcomeDeps,
  attempt: MembershipAttempt,
  personKey: string,
  why: readonly string[],
  { known: read, mayBeRecorded }: Before,
): Promise<RecordedBefore> {
  const { groupId, groupName, planHash } = attempt;
  const added = attempt.add.some((member) => member.personKey === personKey);
  const subject = personSubject(deps.organization.alias, personKey);
  let before: RecordedBefore;
  let asks = mayBeRecorded;
  await updateLedger(
    deps.ledger,
    subject,
    async (current) => {
      if (current === undefined) return undefined;
      const known = current.applied.find((membership) => membership.groupId === groupId);
      if (added && known !== undefined && !isTakenForStanding(known, attempt)) {
        before = 'in-ledger';
        return undefined;
      }
      before = asks ? removalRecordedBefore(await recordsOf(deps, subject), attempt) : undefined;
      asks = true;
      if (before !== undefined) return undefined;
      const membership: AppliedMembership = {
        groupId,
        groupName,
        origin: 'applied',
        sinceMs: deps.clock.now(),
      };
      return {
        next: added ? withMembership(current, membership) : withoutMembership(current, groupId),
        evidence: [
          evidenceOfRun(deps, added ? 'membership-added' : 'membership-removed', {
            groupId,
            group: groupName,
            why,
            planHash,
            attemptId: attempt.id,
          }),
        ],
      };
    },
    { known: read, mayGoOn: async () => deps.changes.requireFence(deps.organization.alias, deps.fence) },
  );
  return before;
}

/**
 * Records, once, that nobody can tell what a call came to for a person, where that is so: what it changed was undone before it
 * could be read back. Reads their whole history.
 */
export async function recordOutcomeUnknown(
  deps: RecordMembershipOutcomeDeps,
  attempt: MembershipAttempt,
  personKey: string,
  known: Stored<PersonLedger>,
): Promise<void> {
  const { id: attemptId, groupId, groupName: group, planHash } = attempt;
  const change = attempt.add.some((member) => member.personKey === personKey) ? 'add' : 'remove';
  const subject = personSubject(deps.organization.alias, personKey);
  const facts = { groupId, group, change, planHash, attemptId };
  await updateLedger(
    deps.ledger,
    subject,
    async (current) =>
      current !== undefined && isOutcomeUnknown(await recordsOf(deps, subject), attempt, change)
        ? { next: current, evidence: [evidenceOfRun(deps, 'membership-outcome-unknown', facts)] }
        : undefined,
    { known, mayGoOn: async () => deps.changes.requireFence(deps.organization.alias, deps.fence) },
  );
}

async function recordsOf({ ledger }: IsRecordedDeps, subject: Subject): Promise<readonly EvidenceRecord[]> {
  return (await ledger.evidence(subject)).records;
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
    recordMembershipOutcome(deps, attempt, personKey, why, { known, mayBeRecorded: false }),
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
 * Records what an open attempt of a group did, as it is seen now: `members` are in the group, `others` are not. That the contrary
 * is done next would hide it from the attempt's recovery. It is done also where that cannot be recorded.
 * @throws AppError `lease-lost`
 */
export async function recordSeen(
  deps: RecordEachDeps & Readonly<{ changes: Pick<ChangeStore, 'listAttempts'> }>,
  groupId: string,
  { members, others }: Readonly<Record<'members' | 'others', ReadonlySet<string>>>,
): Promise<void> {
  const attempts = await deps.changes.listAttempts(deps.organization.alias);
  const shares = attempts.flatMap((attempt) => {
    if (attempt.kind !== 'membership' || attempt.groupId !== groupId) return [];
    const added = attempt.add.filter(({ memberId }) => members.has(memberId));
    const removed = attempt.remove.filter(({ memberId }) => others.has(memberId));
    return [...added, ...removed].map(({ personKey }) => ({
      attempt,
      personKey,
      mayBeRecorded: removed.some((one) => one.personKey === personKey),
    }));
  });
  await recordEach(deps, shares, async ({ attempt, personKey, mayBeRecorded }, known) =>
    recordMembershipOutcome(deps, attempt, personKey, ['read-back'], { known, mayBeRecorded }),
  );
}

/** True when UiPath showed our own change late, and the run that made it took the membership for one that stood before. */
function isTakenForStanding(known: AppliedMembership, { startedAtMs }: MembershipAttempt): boolean {
  return known.origin === 'standing' && known.sinceMs >= startedAtMs;
}
