import type { Hold } from '../../shared/domain/plan/hold';
import { createHoldStore } from '../../shared/storage/holds';
import type { StorageAccount } from '../../shared/storage/storage-account';
import type { MembershipChange } from './stepped-fetch';
import { ALIAS, DAY_MS, SMALL_GUARD, type TestOrganization } from './test-organization';

/** Removals that a named person released, by group and member. */
export type Released = Readonly<{ groupId: string; memberId: string; atMs: number }>;

type Removals = Readonly<{
  organization: TestOrganization;
  changes: readonly MembershipChange[];
  released: readonly Released[];
}>;

/** Removals that are held now, as `<group id>/<member id>`. */
export type HeldNow = ReadonlySet<string>;

/** Every hold of the organization, as it is stored. */
export async function readHolds(storage: StorageAccount): Promise<readonly Hold[]> {
  return createHoldStore(storage).list(ALIAS);
}

export function heldNow(holds: readonly Hold[], nowMs: number): HeldNow {
  return new Set(
    holds
      .filter(({ state, expiresAtMs }) => state === 'held' && expiresAtMs > nowMs)
      .flatMap(({ removals }) => removals.map(({ groupId, memberId }) => `${groupId}/${memberId}`)),
  );
}

/** With small guards a group loses one member a day, whoever was released, and whose access ended as it was agreed. */
export function judgeGuards({
  organization,
  changes,
  released,
  agreed,
}: Removals & Readonly<{ agreed: readonly Released[] }>): readonly string[] {
  if (organization.guards !== 'small') return [];
  const unreleased = changes.flatMap(({ atMs, groupId, removed }) =>
    removed
      .filter(
        (memberId) =>
          !released.some((one) => one.groupId === groupId && one.memberId === memberId && one.atMs <= atMs) &&
          !agreed.some((one) => one.groupId === groupId && one.memberId === memberId && one.atMs === atMs),
      )
      .map(() => ({ atMs, groupId })),
  );
  const isOneTooMany = unreleased.some(
    ({ atMs, groupId }) =>
      unreleased.filter((one) => one.groupId === groupId && one.atMs <= atMs && one.atMs > atMs - DAY_MS)
        .length > SMALL_GUARD,
  );
  return isOneTooMany ? ['more members were removed within a day than the guards let pass'] : [];
}

/** Whether a member lost a group by another word after an instant: they were to be in it, or at work, in between. */
export type LostSince = (
  removal: Readonly<{ groupId: string; memberId: string }>,
  sinceMs: number,
  untilMs: number,
) => boolean;

/** Nothing that is held is removed, but for another reason that came later, and what was released is. */
export function judgeHolds(
  holds: readonly Hold[],
  { changes, released }: Removals,
  hasLostSince: LostSince,
): readonly string[] {
  const violations: string[] = [];
  for (const { state, heldAtMs, expiresAtMs, removals, hash } of holds) {
    if (state === 'released') violations.push(`the released hold ${hash} is not carried out`);
    if (state !== 'held') continue;
    for (const { groupId, memberId } of removals) {
      const isReleased = released.some((one) => one.groupId === groupId && one.memberId === memberId);
      const isRemoved = changes.some(
        (change) =>
          change.groupId === groupId &&
          change.removed.includes(memberId) &&
          change.atMs > heldAtMs &&
          change.atMs < expiresAtMs &&
          !hasLostSince({ groupId, memberId }, heldAtMs, change.atMs),
      );
      if (isRemoved && !isReleased) violations.push(`a removal from ${groupId} was made while it was held`);
    }
  }
  return violations;
}
