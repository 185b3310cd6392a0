import type { OrganizationPolicy } from '../policy';
import type { ExpectedAccess, ExpectedPerson } from './expected-access-types';
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
