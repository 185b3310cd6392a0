import type { DecidedCase, MembershipPlan } from '../../domain/plan/membership-plan';

/** What was decided for a person in one group. */
export type DecidedOfPerson = DecidedCase & Readonly<{ groupId: string; groupName: string }>;
type CasesByPerson = ReadonlyMap<string, readonly DecidedOfPerson[]>;

/** A plan's cases by person. */
export function casesByPerson(plan: MembershipPlan): CasesByPerson {
  const cases = new Map<string, DecidedOfPerson[]>();
  for (const group of plan.groups)
    for (const decided of group.decided) {
      const own = cases.get(decided.personKey) ?? [];
      own.push({ ...decided, groupId: group.groupId, groupName: group.name });
      cases.set(decided.personKey, own);
    }
  return cases;
}
