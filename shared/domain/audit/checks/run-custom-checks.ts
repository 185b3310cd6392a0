import { fold } from '../../fold';
import { addressOf } from './member-addresses';
import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import { OWN_CHECK_STEPS, type OwnCheck, type OwnCheckFacts, type OwnCheckScope } from '../audit-policy';
import type { Finding, FindingSubject } from '../finding';
import { mayBeUnreadablePerson } from './may-be-unreadable-person';
import { memberNameOf } from './member-names';
import { valueOr } from '../snapshot';
import { DAY_MS } from '../../durations';

type CheckedItem = Readonly<{
  subject: FindingSubject;
  words?: Readonly<Record<string, string>>;
  facts: OwnCheckFacts;
}>;

/** Runs the custom checks of the policy. One whose expression fails, or could take too long, is unknown, not clean. */
export function runCustomChecks(audit: CheckInput): readonly Finding[] {
  const byScope = new Map<OwnCheckScope, readonly CheckedItem[]>();
  return audit.organization.audit.ownChecks.flatMap((check) => {
    return runOne(audit, check, () => {
      const subjects = byScope.get(check.each) ?? subjectsOf(audit, check.each);
      byScope.set(check.each, subjects);
      return subjects;
    });
  });
}

function runOne(
  audit: CheckInput,
  check: OwnCheck,
  subjects: () => readonly CheckedItem[],
): readonly Finding[] {
  const unknown = (code: string): readonly Finding[] => [
    createAuditFinding(audit, 'part-unknown', { part: check.id }, { code }),
  ];
  try {
    let steps = 0;
    for (const { facts } of subjects()) {
      steps += check.countSteps(facts);
      if (steps > OWN_CHECK_STEPS) return unknown('expression-too-costly');
    }
    return subjects()
      .filter(({ facts }) => check.finds(facts))
      .map(({ subject, words }) => ({
        ...createAuditFinding(audit, check.id, subject, words),
        severity: check.entry.severity,
      }));
  } catch {
    return unknown('expression-failed');
  }
}

function subjectsOf(audit: CheckInput, scope: OwnCheckScope): readonly CheckedItem[] {
  switch (scope) {
    case 'member':
      return members(audit);
    case 'group':
      return groups(audit);
    case 'person':
      return people(audit);
    case 'rule':
      return rules(audit);
    case 'entry':
      return valueOr(audit.snapshot.accessPolicy, []).map(({ entityType, name }) => ({
        subject: { entity: `${entityType}:${fold(name)}` },
        facts: { entityType, name: fold(name) },
      }));
  }
}

function members(audit: CheckInput): readonly CheckedItem[] {
  const { users, directory } = audit.snapshot;
  // An account that is missing from the lists only tonight must not pass for one of which nothing is known.
  if (users.kind === 'unknown' || valueOr(directory, undefined)?.addresses.kind !== 'known') return [];
  return [...audit.snapshot.groups].flatMap(([group, read]) =>
    [...(valueOr(read, undefined)?.members ?? [])].flatMap(([memberId, kind]) => {
      const person = audit.personOf.get(memberId);
      if (person === undefined && mayBeUnreadablePerson(audit, memberId)) return [];
      const user = users.value.get(memberId);
      return {
        subject: { group, memberId },
        words: memberNameOf(audit, memberId),
        facts: {
          group,
          memberId,
          kind,
          privileged: audit.organization.groups.get(group)?.privileged === true,
          email: addressOf(audit, memberId) ?? '',
          known: person !== undefined,
          left: person?.left === true,
          expected: person?.groups.has(group) === true,
          active: user?.isActive ?? true,
          unusedDays: user?.lastUsedMs === undefined ? -1 : daysSince(audit, user.lastUsedMs),
        },
      };
    }),
  );
}

function groups(audit: CheckInput): readonly CheckedItem[] {
  return [...audit.snapshot.groups].flatMap(([group, read]) => {
    const value = valueOr(read, undefined);
    const policy = audit.organization.groups.get(group);
    if (value === undefined) return [];
    const { privileged = false, mode = 'additive' } = policy ?? {};
    return [{ subject: { group }, facts: { group, privileged, mode, members: value.members.size } }];
  });
}

function people(audit: CheckInput): readonly CheckedItem[] {
  return audit.expected.people.map(({ personKey, email, left, groups: held, pending }) => ({
    subject: { personKey },
    words: { name: email },
    facts: { email, left, pending, groups: [...held] },
  }));
}

function rules(audit: CheckInput): readonly CheckedItem[] {
  const names = valueOr(audit.snapshot.groupNames, undefined);
  if (names === undefined) return [];
  return valueOr(audit.snapshot.rules, []).map(({ ruleId, name, enabled, groupIds }) => ({
    subject: { rule: name, ruleId: String(ruleId) },
    facts: { name, enabled, groups: groupIds.map((id) => fold(names.get(id)?.name ?? id)) },
  }));
}

function daysSince({ nowMs }: CheckInput, thenMs: number): number {
  return Math.floor((nowMs - thenMs) / DAY_MS);
}
