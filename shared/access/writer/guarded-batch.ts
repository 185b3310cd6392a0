import type { Clock } from '../../clock';
import { DAY_MS, HOUR_MS } from '../../domain/durations';
import { personAccess } from '../../domain/ledger/person-access';
import {
  expectedRemovals,
  type ExpectedRemoval,
  type RemovalsLeft,
} from '../../domain/plan/expected-removals';
import { causeOfEdit } from '../../domain/plan/guards';
import { batchOfOne, type GuardedBatch } from '../../domain/plan/guarded-batch';
import { hasRoomFor, holdToJoin, newHold, type Hold } from '../../domain/plan/hold';
import { stuckAmong } from '../../domain/plan/stuck-people';
import type { OrganizationPolicy } from '../../domain/policy';
import { errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { Mark } from '../../storage/marks-attempts-and-bookings';
import { readWhoeverJoined } from '../ledger/find-person';
import { underNamesOfToday, type UnderNamesOfTodayDeps } from '../ledger/names-of-today';
import { recordDecision, updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import { isShared, type ContainedDeps } from './containment';
import { personUnit } from './person-and-group-units';
import { evidenceOfRun, type EvidenceOfRunDeps } from './evidence-of-run';

export type GuardedBatchDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read'>;
  policyHash: string;
  clock: Pick<Clock, 'now'>;
  units: Pick<ContainedDeps['units'], 'isFailing'>;
}> &
  UnderNamesOfTodayDeps;

export type HoldRemovalsDeps = EvidenceOfRunDeps &
  Readonly<{
    organization: OrganizationPolicy;
    holds: Pick<HoldStore, 'get' | 'putUnlessReleased' | 'change'>;
    log: Log;
  }>;

/** A ledger is read once, when it is first asked for. */
export function batchOfPasses(deps: GuardedBatchDeps, marks: readonly Mark[]): GuardedBatch {
  const { organization, units, clock } = deps;
  const isFailing = ({ subject, sinceMs }: Mark): boolean =>
    clock.now() - sinceMs > HOUR_MS && units.isFailing(personUnit(subject.key));
  const stuck = stuckAmong(marks, isFailing, organization.guards.batch);
  const counted = marks.filter(({ subject }) => !stuck.has(subject.key));
  const left: RemovalsLeft = new Map(counted.map(({ subject }) => [subject.key, undefined]));
  const batch = batchOfOne();
  return {
    ...batch,
    stuck,
    left,
    expectLeft: async () => {
      const causes = new Map(counted.map(({ subject: { key }, cause }) => [key, cause]));
      for (const [key, cause = 'time'] of batch.emptied) {
        if (causes.has(key)) continue;
        causes.set(key, cause);
        if (!left.has(key)) left.set(key, undefined);
      }
      const unread = [...causes].filter(([key]) => left.has(key) && left.get(key) === undefined);
      await mapConcurrently(unread, STORAGE_WIDTH, async ([key, cause]) => {
        left.set(key, await expectedOf(deps, { key, cause }, batch.joined));
      });
      const expected = [...left.values()].flatMap((removals) => removals ?? []);
      return [...new Map(expected.map((one) => [keyOfExpected(one), one])).values()];
    },
  };
}

/** One account leaves a group once, however many ledgers lead out of it. */
function keyOfExpected({ groupId, memberId, personKey }: ExpectedRemoval): string {
  return `${groupId}/${memberId ?? personKey}`;
}

/** Of whoever cannot be read now nothing is expected. Who joined another in this batch is planned as that person, in a later run. */
async function expectedOf(
  { organization, policyHash, ledger, clock, groupsByName }: GuardedBatchDeps,
  { key: marked, cause }: Readonly<{ key: string; cause: string }>,
  joined: ReadonlySet<string>,
): Promise<readonly ExpectedRemoval[]> {
  try {
    const { key, stored } = await readWhoeverJoined(ledger, organization.alias, marked);
    if (stored === undefined || (key !== marked && !joined.has(marked))) return [];
    const nowMs = clock.now();
    const { ledger: theirs } = await underNamesOfToday(
      { organization, groupsByName, clock },
      'normal',
      stored.value,
      'list',
    );
    const access = personAccess(theirs, organization, nowMs);
    const byPolicy = causeOfEdit(policyHash, true);
    return expectedRemovals({ personKey: key, ledger: theirs, access, cause, byPolicy }, organization, nowMs);
  } catch (error) {
    if (isShared(error)) throw error;
    return [];
  }
}

/** Why a hold is over whose removals another one holds. */
const JOINED = 'joined';

/** Removals that guards hold now, and which guards. */
export type HeldNow = Pick<Hold, 'removals' | 'guards' | 'causes'> &
  Readonly<{ kind: NonNullable<Hold['kind']> }>;

/**
 * Holds removals. Where there is a hold already of the same batch, or of the same sources within the hour, they become one: the
 * new one is stored before the other is closed, so that nothing is held by none.
 */
export async function holdRemovals(
  deps: HoldRemovalsDeps,
  further: HeldNow,
  batch: GuardedBatch,
  nowMs: number,
): Promise<void> {
  const joined = await readHoldToJoin(deps, further, batch, nowMs);
  const next = await storeHold(deps, further, joined, nowMs);
  if (next === undefined) return;
  batch.hold = next;
  if (joined === undefined || joined.hash === next.hash || (await closeHold(deps, joined.hash))) return;
  // A person released it meanwhile: what was to join it is held by itself.
  batch.hold = await storeHold(deps, further, undefined, nowMs);
  await closeHold(deps, next.hash);
}

/** As it is now: one that a person released meanwhile is not joined. */
async function readHoldToJoin(
  deps: HoldRemovalsDeps,
  further: HeldNow,
  { open = [], hold: ofBatch }: GuardedBatch,
  nowMs: number,
): Promise<Hold | undefined> {
  if (further.kind === 'remediation') return undefined;
  const found =
    ofBatch !== undefined && hasRoomFor(ofBatch, further) ? ofBatch : holdToJoin(open, further, nowMs);
  const now = found === undefined ? undefined : await readHold(deps, found.hash);
  return now?.state === 'held' ? now : undefined;
}

/** One that cannot be read is as good as none: it is told elsewhere, and stops only itself. */
async function readHold(
  { organization, holds }: Pick<HoldRemovalsDeps, 'organization' | 'holds'>,
  hash: string,
): Promise<Hold | undefined> {
  try {
    return await holds.get(organization.alias, hash);
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}

/** Returns what is held now; undefined where exactly that is released, so that it is not held. */
async function storeHold(
  deps: HoldRemovalsDeps,
  further: HeldNow,
  joined: Hold | undefined,
  nowMs: number,
): Promise<Hold | undefined> {
  const { alias, planExpiryDays } = deps.organization;
  const next = newHold(further, joined, { nowMs, lastsMs: planExpiryDays * DAY_MS });
  const { hash, removals, guards, expiresAtMs } = next;
  const joins = joined === undefined ? {} : { joins: joined.hash };
  const facts = { planHash: hash, removals: removals.length, guards, expiresAtMs, ...joins };
  const there = await readHold(deps, hash);
  if (there?.state === 'released') return undefined;
  // Once, also where the process dies before the row: the next run finds the same in its place. One that is forgotten is long over.
  const about = [hash, there?.state, there?.heldAtMs, there?.joinedAtMs, Math.floor(nowMs / DAY_MS)];
  await recordDecision(deps, alias, evidenceOfRun(deps, 'removals-held', facts), about);
  if (!(await deps.holds.putUnlessReleased(alias, next))) {
    await updateOrganizationLedger(deps, [evidenceOfRun(deps, 'removals-not-held', { planHash: hash })]);
    return undefined;
  }
  deps.log({ event: 'removals-held', organization: alias, planHash: hash, removals: removals.length });
  return next;
}

/**
 * Closes a hold whose removals another one holds. Returns false where it is not closed so: a person released it, or it is held still.
 * Where the answer was lost and storage was asked again, the second answer is that somebody changed it: only the row tells.
 */
async function closeHold(
  deps: Pick<HoldRemovalsDeps, 'organization' | 'holds'>,
  hash: string,
): Promise<boolean> {
  const { alias } = deps.organization;
  try {
    const closed = await deps.holds.change(alias, hash, (before) =>
      before.state === 'held' ? { ...before, state: 'stale', because: JOINED } : undefined,
    );
    if (closed !== undefined) return true;
  } catch (error) {
    if (errorCodeOf(error) !== 'storage-conflict') throw error;
  }
  const now = await readHold(deps, hash);
  return now?.state === 'stale' && now.because === JOINED;
}

/** Holds on what nobody released in time: its guard would let it pass later, piece by piece. Undefined: it is expired no more. */
export async function holdOn(
  deps: HoldRemovalsDeps,
  expired: Hold,
  nowMs: number,
): Promise<Hold | undefined> {
  const { alias, planExpiryDays } = deps.organization;
  const { hash: planHash, removals, guards } = expired;
  const expiresAtMs = nowMs + planExpiryDays * DAY_MS;
  const facts = { planHash, removals: removals.length, guards, expiresAtMs };
  const about = [planHash, expired.expiresAtMs];
  await recordDecision(deps, alias, evidenceOfRun(deps, 'removals-held-on', facts), about);
  const held = await deps.holds.change(alias, planHash, (before) =>
    before.state === 'held' && before.expiresAtMs <= nowMs ? { ...before, expiresAtMs } : undefined,
  );
  if (held === undefined) {
    await updateOrganizationLedger(deps, [evidenceOfRun(deps, 'removals-not-held', { planHash })]);
    return undefined;
  }
  deps.log({ event: 'removals-held', organization: alias, planHash, removals: removals.length });
  return held;
}
