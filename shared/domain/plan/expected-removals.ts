import { fold } from '../fold';
import { hasLostSince } from '../ledger/has-lost-since';
import type { PersonAccess } from '../ledger/person-access';
import { addressesOf, knownAccountOf, type PersonLedger } from '../ledger/person-ledger';
import { groupPolicyOf, protectedIn, type OrganizationPolicy } from '../policy';
import type { GuardedRemoval } from './guards';
import { causeOfRemoval } from './cause-of-removal';
import { wantedGroups } from './groups-out-of-policy';
import { hardStopOf } from './hard-stops';
import type { MembershipPlan } from './membership-plan';

/** Of whom removals are expected, and the source that led there. `byPolicy`: the cause of what ends with a group that the policy does not name. */
type PersonToExpect = Readonly<{
  personKey: string;
  ledger: PersonLedger;
  access: PersonAccess;
  cause: string;
  byPolicy?: string;
}>;

/**
 * `isLater`: whether it came about after an instant, so that it is not what was held then. `memberId`: the account, as far as it is known:
 * several ledgers may lead out of one.
 */
export type ExpectedRemoval = GuardedRemoval &
  Readonly<{ memberId?: string | undefined; isLater: (sinceMs: number) => boolean }>;

/** Removals to expect of whoever is marked and not planned, or only in part, by person key; undefined until their ledger is read. */
export type RemovalsLeft = Map<string, readonly ExpectedRemoval[] | undefined>;

/**
 * Removals to expect of a person by the ledger alone, before UiPath is asked: memberships that are known, have no reason any
 * more and are not protected. What UiPath has beyond them is not among them; what it has no more is, and so is what another
 * person with the same account keeps.
 */
export function expectedRemovals(
  { personKey, ledger, access, cause, byPolicy = cause }: PersonToExpect,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly ExpectedRemoval[] {
  const wanted = wantedGroups(access, organization);
  const memberId = ledger.identity?.kind === 'resolved' ? ledger.identity.id : '';
  return ledger.applied
    .filter((applied) => {
      const { groupId, groupName, origin } = applied;
      if (wanted.has(fold(groupName))) return false;
      const stops = {
        ownIds: new Set<string>(),
        protectedIds: organization.protectedPrincipals,
        protectedMembers: new Map([[groupId, protectedIn(organization, { groupId, name: groupName })]]),
        administratorsLeft: Infinity,
      };
      if (hardStopOf(groupId, { memberId, addresses: addressesOf(ledger), want: false }, stops) !== undefined)
        return false;
      const mode = groupPolicyOf(organization, groupName)?.mode;
      if (mode === 'observe') return false;
      return (
        access.employment === 'left' ||
        mode === 'authoritative' ||
        (mode === 'additive' && origin === 'applied') ||
        (mode === undefined && origin === 'applied')
      );
    })
    .map((applied) => {
      const { groupId, groupName } = applied;
      const loss = { applied, names: [groupName] };
      const isLater = (sinceMs: number): boolean =>
        hasLostSince(ledger, organization, groupName, { sinceMs, nowMs });
      return {
        groupId,
        personKey,
        cause: causeOfRemoval({ ledger, access, cause, byPolicy }, loss, organization, nowMs) ?? cause,
        memberId: knownAccountOf(ledger),
        isLater,
      };
    });
}

/** Nothing is left of people who are planned; of those who are deferred it is what the plan does not decide. */
export function notePlanned(
  left: RemovalsLeft,
  people: readonly PersonToExpect[],
  { groups }: Pick<MembershipPlan, 'groups'>,
  deferred: ReadonlySet<string>,
  { organization, nowMs }: Readonly<{ organization: OrganizationPolicy; nowMs: number }>,
): void {
  const decided = new Set(
    groups.flatMap((group) =>
      group.decided
        .filter(({ personKey }) => deferred.has(personKey))
        .map(({ personKey }) => `${group.groupId}/${personKey}`),
    ),
  );
  for (const person of people) {
    left.delete(person.personKey);
    if (deferred.has(person.personKey))
      note(
        left,
        expectedRemovals(person, organization, nowMs).filter(
          ({ groupId, personKey }) => !decided.has(`${groupId}/${personKey}`),
        ),
      );
  }
}

/** Removals that wait, although they are known, and no hold holds them. */
export function noteLeft(left: RemovalsLeft, removals: readonly GuardedRemoval[]): void {
  note(
    left,
    removals.map(({ groupId, personKey, cause }) => ({ groupId, personKey, cause, isLater: () => true })),
  );
}

function note(left: RemovalsLeft, removals: readonly ExpectedRemoval[]): void {
  for (const removal of removals)
    left.set(removal.personKey, [...(left.get(removal.personKey) ?? []), removal]);
}
