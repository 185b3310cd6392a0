import { mayBeUnreadablePerson } from './may-be-unreadable-person';
import { ADMINISTRATORS_GROUP_ID } from '../../plan/hard-stops';
import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import { containCheck } from './contain-check';
import type { CheckId } from '../check-catalog';
import type { ExpectedPerson } from '../expected-access-types';
import type { Finding } from '../finding';
import { memberNameOf } from './member-names';
import { isBreakGlassUnknown, isProtected } from './protected-members';
import type { SnapshotGroup } from '../snapshot';

/** Members without a reason, missing members, leavers, and conflicts of duties. A group that was not read gives no finding. */
export function checkMembers(audit: CheckInput): readonly Finding[] {
  const groups = [...audit.snapshot.groups].flatMap(([name, group]) =>
    group.kind === 'known' && group.value !== undefined ? [[name, group.value] as const] : [],
  );
  const missing = missingMembers(audit, new Map(groups));
  return [
    ...groups.flatMap(([name, group]) =>
      containCheck(audit, `group:${name}`, () => unexpectedMembers(audit, name, group)),
    ),
    ...missing,
    ...leaversElsewhere(audit),
    ...rehiredInLockout(audit, new Map(groups)),
    ...dutyConflicts(audit, new Map(groups)),
  ];
}

function unexpectedMembers(audit: CheckInput, name: string, group: SnapshotGroup): readonly Finding[] {
  const listsAdministrators =
    group.groupId === ADMINISTRATORS_GROUP_ID &&
    audit.organization.audit.administrators?.people !== undefined;
  if (isBreakGlassUnknown(audit, name)) return [];
  const findings: Finding[] = [];
  for (const memberId of group.members.keys()) {
    const person = audit.personOf.get(memberId);
    if (person?.groups.has(name) === true || person?.pending === true) continue;
    if (isProtected(audit, name, memberId)) continue;
    const check = checkOf(person, name);
    if (check === 'member-without-reason' && listsAdministrators) continue;
    if (person === undefined && mayBeUnreadablePerson(audit, memberId)) continue;
    findings.push(
      createAuditFinding(
        audit,
        check,
        { group: name, memberId },
        memberWords(audit, memberId, group.groupId),
      ),
    );
  }
  return findings;
}

/** Words of a finding that its remediation needs: member, group id and person key. */
function memberWords(audit: CheckInput, memberId: string, groupId: string): Readonly<Record<string, string>> {
  const key = audit.personOf.get(memberId)?.personKey;
  return { ...memberNameOf(audit, memberId), groupId, ...(key === undefined ? {} : { personKey: key }) };
}

function checkOf(person: ExpectedPerson | undefined, group: string): CheckId {
  if (person?.left === true) return 'leaver-present';
  return person?.ended.has(group) === true ? 'member-after-grant' : 'member-without-reason';
}

function missingMembers(audit: CheckInput, groups: ReadonlyMap<string, SnapshotGroup>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { memberId, pending, unresolved, groups: wanted } of audit.expected.people) {
    if (pending || memberId === undefined || unresolved !== undefined) continue;
    for (const group of wanted) {
      const read = groups.get(group);
      if (read === undefined || read.members.has(memberId)) continue;
      const words = memberWords(audit, memberId, read.groupId);
      findings.push(createAuditFinding(audit, 'member-missing', { group, memberId }, words));
    }
  }
  return findings;
}

function leaversElsewhere(audit: CheckInput): readonly Finding[] {
  const { elsewhere } = audit.snapshot;
  if (elsewhere.kind === 'unknown' || audit.organization.leaver.groups === 'managed') return [];
  return elsewhere.value
    .filter(({ memberId }) => {
      const person = audit.personOf.get(memberId);
      return person?.pending !== true && person?.left !== false;
    })
    .filter(({ group, memberId }) => !isProtected(audit, group, memberId))
    .map(({ group, groupId, memberId }) =>
      createAuditFinding(audit, 'leaver-present', { group, memberId }, memberWords(audit, memberId, groupId)),
    );
}

/** People who are back at work during their lockout: a rehire, or a lagging feed. */
function rehiredInLockout(audit: CheckInput, groups: ReadonlyMap<string, SnapshotGroup>): readonly Finding[] {
  return audit.expected.people.flatMap((person) => {
    const { memberId, lockedUntilMs } = person;
    if (person.left || memberId === undefined || lockedUntilMs === undefined) return [];
    if (lockedUntilMs <= audit.nowMs) return [];
    const within = [...groups].filter(([, group]) => group.members.has(memberId)).map(([name]) => name);
    return within.length === 0
      ? []
      : [
          createAuditFinding(
            audit,
            'present-in-lockout',
            { memberId },
            { name: person.email, groups: within.join(', ') },
          ),
        ];
  });
}

function dutyConflicts(audit: CheckInput, groups: ReadonlyMap<string, SnapshotGroup>): readonly Finding[] {
  return audit.organization.separationOfDuties.flatMap(([group, other]) => {
    const others = groups.get(other)?.members;
    return [...(groups.get(group)?.members.keys() ?? [])]
      .filter((memberId) => others?.has(memberId) === true)
      .filter((memberId) => audit.personOf.get(memberId)?.pending !== true)
      .map((memberId) =>
        createAuditFinding(
          audit,
          'duties-conflict',
          { group, other, memberId },
          memberNameOf(audit, memberId),
        ),
      );
  });
}
