import { hashOf } from '../../canonical-json-hash';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../plan/hard-stops';
import { fold } from '../../fold';
import { groupPolicyOf } from '../../policy';
import type { CheckInput } from '../check-input';
import type { Remediation } from '../finding';
import { hasUnresolvedProtected, isProtected } from '../checks/protected-members';
import {
  NOT_NAMED,
  createNoPlan,
  type PlannedRemediation,
  type RemediationPlanner,
  type PlanWorld,
} from './remediation-planner-interface';
import { ownIdsIn } from '../own-ids';
import { valueOr, type SnapshotGroup } from '../snapshot';
import { ADMINISTERING_KINDS } from '../../member-kind';

type MemberInGroup = Readonly<{ group: string; groupId: string; memberId: string }>;

/** Takes the member of the finding out of its group. */
export const planRemoval: RemediationPlanner = ({ audit }, subject) => {
  const { group, memberId } = subject;
  const groupId = subject['groupId'] ?? (group === undefined ? undefined : groupIdOf(audit, group));
  if (group === undefined || groupId === undefined || memberId === undefined) return NOT_NAMED;
  return removalOf(audit, { group, groupId, memberId });
};

/** Puts the member of the finding back: the ledger has the reason. */
export const planAddition: RemediationPlanner = ({ audit }, { group, groupId, memberId }) => {
  if (group === undefined || groupId === undefined || memberId === undefined) return NOT_NAMED;
  if (isObserved(audit, group)) return OBSERVED;
  return { remediation: toRemediation({ group, groupId, memberId }, 'add') };
};

/** Takes somebody out of Administrators, under the name that the group has there. */
export const planAdministratorRemoval: RemediationPlanner = ({ audit }, { memberId }) => {
  if (memberId === undefined) return NOT_NAMED;
  const names = valueOr(audit.snapshot.groupNames, new Map<string, Readonly<{ name: string }>>());
  const group = fold(names.get(ADMINISTRATORS_GROUP_ID)?.name ?? 'administrators');
  return removalOf(audit, { group, groupId: ADMINISTRATORS_GROUP_ID, memberId });
};

/** Of two memberships that are kept apart the one goes that has no reason. Where both have one, or neither, a person chooses. */
export function planDuties(world: PlanWorld, subject: Parameters<RemediationPlanner>[1]): PlannedRemediation {
  const { group, other, memberId } = subject;
  if (group === undefined || other === undefined || memberId === undefined) return NOT_NAMED;
  const groups = world.audit.personOf.get(memberId)?.groups;
  const [hasOne, hasOther] = [groups?.has(group) === true, groups?.has(other) === true];
  if (hasOne && hasOther)
    return createNoPlan(
      'decision',
      'Both memberships have a reason. Somebody decides which request is revoked, or which line of the policy is changed.',
    );
  if (!hasOne && !hasOther)
    return createNoPlan(
      'decision',
      'Neither membership has a reason. Somebody decides which of them ends: both are findings of their own, each with its plan.',
    );
  const { groupId: _ofNone, ...named } = subject;
  return planRemoval(world, { ...named, group: hasOne ? other : group });
}

const OBSERVED = createNoPlan(
  'not-now',
  'The group is only observed: the policy says that nothing is changed in it.',
);

/** What the writer would refuse is not offered. */
function removalOf(audit: CheckInput, place: MemberInGroup): PlannedRemediation {
  const { group, groupId, memberId } = place;
  if (groupId === EVERYONE_GROUP_ID)
    return createNoPlan('not-now', 'Everybody is in the group Everyone: it has no members to remove.');
  if (isObserved(audit, group)) return OBSERVED;
  if (ownIdsIn(audit).has(memberId))
    return createNoPlan('not-now', 'This is the application itself, which it never removes.');
  if (isProtected(audit, group, memberId))
    return createNoPlan('not-now', 'The policy protects this member from being removed.');
  if (hasUnresolvedProtected(audit, group))
    return createNoPlan(
      'not-now',
      'Somebody whom the policy protects in this group cannot be told from the others: the directory did not give an account for the address. Correct it in the policy file, or wait for the next night.',
    );
  if (audit.personOf.get(memberId)?.groups.has(group) === true)
    return createNoPlan(
      'decision',
      'The ledger has a reason for this membership. Somebody decides: revoke the request, change the line of the policy, or name the member there as agreed.',
    );
  if (groupId === ADMINISTRATORS_GROUP_ID && isLastAdministrator(audit, memberId))
    return createNoPlan('not-now', 'No administrator would be left. Appoint another one first.');
  return { remediation: toRemediation(place, 'remove') };
}

function toRemediation({ group, groupId, memberId }: MemberInGroup, decision: 'add' | 'remove'): Remediation {
  const add = decision === 'add' ? [memberId] : [];
  const remove = decision === 'remove' ? [memberId] : [];
  const planHash = hashOf({ group, add, remove });
  return { kind: 'membership', planHash, group, groupId, add, remove, status: 'proposed' };
}

function isObserved({ organization }: CheckInput, group: string): boolean {
  return groupPolicyOf(organization, group)?.mode === 'observe';
}

function isLastAdministrator({ snapshot }: CheckInput, memberId: string): boolean {
  const read: ReadonlyArray<SnapshotGroup | undefined> = [
    valueOr(snapshot.administrators, undefined),
    ...[...snapshot.groups.values()].map((group) => valueOr(group, undefined)),
  ];
  const members = read.find((group) => group?.groupId === ADMINISTRATORS_GROUP_ID)?.members;
  return ![...(members ?? [])].some(([id, kind]) => id !== memberId && ADMINISTERING_KINDS.has(kind));
}

/** Administrators is read beside the groups of the policy. */
function groupIdOf({ snapshot }: CheckInput, group: string): string | undefined {
  const read = snapshot.groups.get(group);
  if (read === undefined) return group === 'administrators' ? ADMINISTRATORS_GROUP_ID : undefined;
  return valueOr(read, undefined)?.groupId;
}
