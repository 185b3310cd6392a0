import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import type { DecidedCase, MembershipPlan } from '../../domain/plan/membership-plan';
import type { AppliedPlan } from './apply-membership-plan';

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

/** A person's cases, and their id as it was looked up. */
type CasesOfPerson = Readonly<{
  cases: readonly DecidedOfPerson[];
  identity: DirectoryIdentity | undefined;
}>;

/**
 * Whether the run that began then left the next one less to do for a person: a change was made, or their id looked up. The id of
 * whoever is refused is looked up each time.
 */
export function hasLess({ cases, identity }: CasesOfPerson, applied: AppliedPlan, sinceMs: number): boolean {
  if (cases.some((decided) => isMade(decided, applied))) return true;
  const isRefused = cases.some(({ groupId, personKey }) => applied.refused.has(`${groupId}/${personKey}`));
  return !isRefused && identity !== undefined && identity.checkedAtMs >= sinceMs;
}

/** True where a change of these waits for a later run or pass. */
export function isAnyWaiting(
  cases: readonly DecidedOfPerson[],
  { waiting }: Pick<AppliedPlan, 'waiting'>,
): boolean {
  return cases.some(({ groupId, personKey }) => waiting.has(`${groupId}/${personKey}`));
}

/** True for a change that this run made, and recorded. */
export function isMade(
  { decision, groupId, personKey }: DecidedOfPerson,
  { waiting, refused }: AppliedPlan,
): boolean {
  if (decision !== 'add' && decision !== 'remove') return false;
  const key = `${groupId}/${personKey}`;
  return !waiting.has(key) && !refused.has(key);
}
