import { fold } from '../../fold';
import { type CheckInput } from '../check-input';
import { checkRulesForMany } from './check-rules-for-many';
import { createAuditFinding } from './create-audit-finding';
import type { BaselineRule } from '../../policy';
import type { ExpectedRule } from '../expected-access-types';
import type { Finding, FindingSubject } from '../finding';
import { memberNameOf } from './member-names';
import { isProtected } from './protected-members';
import { valueOr, type SnapshotRule } from '../snapshot';
import { HOUR_MS } from '../../durations';

/** Rules that differ from their request, have no owner, outlived their end, add removed people again or are for too many. */
export function checkRules(audit: CheckInput): readonly Finding[] {
  const { rules } = audit.snapshot;
  if (rules.kind === 'unknown') return [];
  const have = new Map(rules.value.map((rule) => [rule.ruleId, rule]));
  const ours = new Set(audit.expected.rules.map((rule) => rule.ruleId));
  const agreed = new Map(audit.organization.rules.baseline.map((rule) => [fold(rule.name), rule]));
  const leavers = new Set(audit.expected.people.flatMap(({ email, left }) => (left ? [email] : [])));
  return [
    ...audit.expected.rules.flatMap((rule) => checkOurs(audit, rule, have.get(rule.ruleId), leavers)),
    ...rules.value
      .filter((rule) => !ours.has(rule.ruleId))
      .flatMap((rule) => checkOthers(audit, rule, agreed.get(fold(rule.name)), leavers)),
    ...rules.value.flatMap((rule) => checkReAdds(audit, rule)),
    ...checkRulesForMany(audit),
  ];
}

function checkOurs(
  audit: CheckInput,
  rule: ExpectedRule,
  have: SnapshotRule | undefined,
  leavers: ReadonlySet<string>,
): readonly Finding[] {
  const subject = { rule: rule.name, ruleId: String(rule.ruleId) };
  const isOver = rule.untilMs !== undefined && rule.untilMs <= audit.nowMs;
  if (isOver && have !== undefined)
    // The end of a rule is applied within minutes; one that is still there an hour later will stay.
    return rule.untilMs > audit.nowMs - HOUR_MS ? [] : [createAuditFinding(audit, 'rule-expired', subject)];
  if (rule.pending || isOver) return [];
  if (have === undefined) return [createAuditFinding(audit, 'rule-missing', subject)];
  return [
    ...(have.contentHash === rule.contentHash ? [] : [createAuditFinding(audit, 'rule-altered', subject)]),
    ...checkOwner(audit, subject, rule.owner, leavers),
  ];
}

/** A rule that no request made is as agreed only when the baseline names it. */
function checkOthers(
  audit: CheckInput,
  { name, ruleId }: SnapshotRule,
  agreed: BaselineRule | undefined,
  leavers: ReadonlySet<string>,
): readonly Finding[] {
  const subject = { rule: name, ruleId: String(ruleId) };
  if (agreed === undefined)
    return audit.expected.unreadable.has('rule') ? [] : [createAuditFinding(audit, 'rule-unknown', subject)];
  const isOver = agreed.untilMs !== undefined && agreed.untilMs <= audit.nowMs;
  return [
    ...(isOver ? [createAuditFinding(audit, 'rule-expired', subject)] : []),
    ...checkOwner(audit, subject, agreed.owner ?? '', leavers),
  ];
}

function checkOwner(
  audit: CheckInput,
  subject: FindingSubject,
  owner: string,
  leavers: ReadonlySet<string>,
): readonly Finding[] {
  if (owner.trim() !== '' && !leavers.has(fold(owner))) return [];
  return [createAuditFinding(audit, 'rule-without-owner', subject, owner === '' ? {} : { owner })];
}

/** A rule adds people at every sign-in: members whom the ledger keeps out of its group came through it, or will come again. */
function checkReAdds(audit: CheckInput, rule: SnapshotRule): readonly Finding[] {
  if (!rule.enabled) return [];
  const names = valueOr(audit.snapshot.groupNames, new Map<string, Readonly<{ name: string }>>());
  return rule.groupIds.flatMap((groupId) => {
    const group = fold(names.get(groupId)?.name ?? '');
    const members = valueOr(audit.snapshot.groups.get(group), undefined)?.members;
    const back = [...(members?.keys() ?? [])].filter((memberId) => {
      const person = audit.personOf.get(memberId);
      const isKeptOut = person !== undefined && (person.left || person.ended.has(group));
      return (
        isKeptOut && !person.pending && !person.groups.has(group) && !isProtected(audit, group, memberId)
      );
    });
    const [first] = back;
    if (first === undefined) return [];
    const subject = { rule: rule.name, ruleId: String(rule.ruleId), group };
    return [
      createAuditFinding(audit, 'rule-re-adds', subject, {
        ...memberNameOf(audit, first),
        people: String(back.length),
      }),
    ];
  });
}
