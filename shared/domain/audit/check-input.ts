import type { OrganizationPolicy } from '../policy';
import type { CheckId } from './check-catalog';
import type { ExpectedAccess, ExpectedPerson } from './expected-access';
import { createFinding, type Finding, type FindingSubject } from './finding';
import type { OperationalState } from './operational-state';
import type { Snapshot } from './snapshot';

/** The input of every check: policy, snapshot of UiPath, expected access and the operational state. */
export type CheckInput = Readonly<{
  organization: OrganizationPolicy;
  snapshot: Snapshot;
  expected: ExpectedAccess;
  operations: OperationalState;
  nowMs: number;
  /** People whose directory id is known, by that id; several with one id, as after a change of address, are one here. */
  personOf: ReadonlyMap<string, ExpectedPerson>;
}>;

export function toCheckInput(parts: Omit<CheckInput, 'personOf'>): CheckInput {
  const personOf = new Map<string, ExpectedPerson>();
  for (const person of parts.expected.people)
    if (person.memberId !== undefined)
      personOf.set(person.memberId, mergePeople(personOf.get(person.memberId), person));
  return { ...parts, personOf };
}

/** Several people of one account, merged: the account keeps the groups of each, and has left when all of them have. */
function mergePeople(one: ExpectedPerson | undefined, other: ExpectedPerson): ExpectedPerson {
  if (one === undefined) return other;
  const named = one.left ? other : one;
  return {
    ...named,
    left: one.left && other.left,
    groups: new Set([...one.groups, ...other.groups]),
    ended: new Set([...one.ended, ...other.ended]),
    pending: one.pending || other.pending,
  };
}

/** A finding of this audit. */
export function createAuditFinding(
  { organization }: CheckInput,
  check: CheckId,
  subject: FindingSubject,
  words: Readonly<Record<string, string>> = {},
): Finding {
  return createFinding(organization.alias, check, subject, words);
}

/** True for a member whose id is protected, by the organization or by the group's policy. */
export function isProtectedById(
  { organization, expected }: Pick<CheckInput, 'organization' | 'expected'>,
  group: string,
  memberId: string,
): boolean {
  return (
    organization.protectedPrincipals.has(memberId) || expected.protectedIds.get(group)?.has(memberId) === true
  );
}
