import type { CheckInput } from '../../domain/audit/check-input';
import { isOpen, type Finding, type FindingRecord, type Remediation } from '../../domain/audit/finding';
import { isChangePending } from '../../domain/audit/is-change-pending';
import { planRemediation } from '../../domain/audit/remediation/plan-remediation';
import { removalsHash, type Hold } from '../../domain/plan/hold';
import { latestOf } from '../../domain/ledger/rule-and-entity-ledgers';
import { fold } from '../../domain/fold';
import { errorCodeOf } from '../../errors';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';

type PlanningDeps = Readonly<{
  ledger: Pick<LedgerStore, 'list'>;
  holds: Pick<HoldStore, 'list'>;
}>;

const UNREAD = {
  kind: 'not-now',
  why: 'What it is about could not be read this time. Nothing is planned from what is not known.',
} as const;

const NOT_PLANNED = {
  kind: 'not-now',
  why: 'No plan could be made of what is stored and was read of it.',
} as const;

const CHANGE_PENDING = {
  kind: 'by-itself',
  why: 'A change of what it is about is on its way, and is looked at when it has been made.',
} as const;

/** Each open finding with its remediation, or why there is none. */
export async function planRemediations(
  deps: PlanningDeps,
  audit: CheckInput,
  records: readonly FindingRecord[],
  found: readonly Finding[],
): Promise<readonly FindingRecord[]> {
  const today = new Set(found.map(({ id }) => id));
  const requestedEntries = await readRequestedEntries(deps.ledger, audit.organization.alias);
  const holds = createHoldIndex(await readHolds(deps.holds, audit.organization.alias));
  return records.map((record) => {
    const { remediation, noPlan: _before, ...rest } = record;
    // A remediation that was released stays; any other was planned from what an earlier night read.
    const kept = remediation?.status === 'applied' ? { ...rest, remediation } : rest;
    if (!isOpen(record)) return kept;
    const isEntry = record.check.startsWith('policy-entity-');
    if (isEntry && requestedEntries === undefined) return { ...kept, noPlan: UNREAD };
    if (!today.has(record.id))
      return { ...kept, noPlan: isChangePending(audit, record) ? CHANGE_PENDING : UNREAD };
    try {
      const planned = planRemediation({ audit, requestedEntries: requestedEntries ?? new Map() }, record);
      if ('noPlan' in planned) return { ...rest, ...planned };
      return { ...rest, remediation: withPreviousOutcome(planned.remediation, holds, audit.nowMs) };
    } catch {
      return { ...rest, noPlan: NOT_PLANNED };
    }
  });
}

/** What was requested last of each entry; undefined where one of their ledgers cannot be read. */
async function readRequestedEntries(
  ledger: PlanningDeps['ledger'],
  alias: string,
): Promise<ReadonlyMap<string, boolean> | undefined> {
  const requested = new Map<string, boolean>();
  let isWhole = true;
  for await (const { value } of ledger.list(alias, 'entity')) {
    if (value === undefined) {
      isWhole = false;
      continue;
    }
    const latest = latestOf(value.statements);
    if (latest !== undefined) requested.set(`${value.entityType}:${fold(value.name)}`, latest.want);
  }
  return isWhole ? requested : undefined;
}

/** The outcome of the same remediation before: a guard holds it, or it was released and went stale. */
function withPreviousOutcome(remediation: Remediation, holds: HoldIndex, nowMs: number): Remediation {
  const removals = removalsOf(remediation);
  const covering = holds.covering(removals);
  const isHeld = covering.some((hold) => hold.state === 'held' && hold.expiresAtMs > nowMs);
  const hash = remediation.kind === 'change' ? remediation.planHash : removalsHash(removals);
  const stale = [...holds.withHash(hash), ...covering.filter(({ kind }) => kind === 'remediation')]
    .filter(({ state }) => state === 'stale')
    .toSorted((a, b) => (b.releasedAtMs ?? 0) - (a.releasedAtMs ?? 0))[0];
  return {
    ...remediation,
    status: isHeld ? 'held' : remediation.status,
    ...(stale?.because === undefined || stale.releasedAtMs === undefined
      ? {}
      : { failed: { atMs: stale.releasedAtMs, because: stale.because } }),
  };
}

type MemberRemoval = Readonly<{ groupId: string; memberId: string }>;

/** None where one cannot be read: that is an unknown part of the night, in which nothing is remediated by itself. */
async function readHolds(holds: PlanningDeps['holds'], alias: string): Promise<readonly Hold[]> {
  try {
    return await holds.list(alias);
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return [];
    throw error;
  }
}

/** Holds by hash, and by each removal in them: there may be thousands of both findings and removals. */
type HoldIndex = Readonly<{
  withHash: (hash: string) => readonly Hold[];
  covering: (removals: readonly MemberRemoval[]) => readonly Hold[];
}>;

/** Remediations that the policy releases together share one hold, so a hold can cover several findings. */
function createHoldIndex(holds: readonly Hold[]): HoldIndex {
  const byRemoval = new Map<string, Set<Hold>>();
  const byHash = new Map(holds.map((hold) => [hold.hash, [hold]]));
  for (const hold of holds)
    for (const removal of hold.removals) {
      const key = removalKey(removal);
      byRemoval.set(key, (byRemoval.get(key) ?? new Set()).add(hold));
    }
  return {
    withHash: (hash) => byHash.get(hash) ?? [],
    covering: (removals) => [
      ...new Set(removals.flatMap((removal) => [...(byRemoval.get(removalKey(removal)) ?? [])])),
    ],
  };
}

function removalKey({ groupId, memberId }: MemberRemoval): string {
  return `${groupId}/${memberId}`;
}

function removalsOf(remediation: Remediation): readonly MemberRemoval[] {
  if (remediation.kind === 'change') return [];
  const { groupId = '', remove } = remediation;
  return remove.map((memberId) => ({ groupId, memberId }));
}
