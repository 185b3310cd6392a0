import { ADMINISTRATORS_GROUP_ID } from '../../plan/hard-stops';
import type { MemberKind } from '../../member-kind';
import { type CheckInput } from '../check-input';
import { isProtectedById } from './is-protected-by-id';
import { privilegedGroups } from './privileged-groups';
import { valueOr, type Snapshot } from '../snapshot';

/** Members that may be a person; a type that is new to us may be one. */
const MAY_BE_PERSON: ReadonlySet<MemberKind> = new Set(['user', 'directory-user', 'unknown']);

/** True for a kind of member that may be a person, and so may have an address. */
export function mayHaveAddress(kind: MemberKind): boolean {
  return MAY_BE_PERSON.has(kind);
}

/** The folded address of a directory id, from the ledger, the lists or the directory. */
export function addressOf(
  { personOf, snapshot }: Pick<CheckInput, 'personOf' | 'snapshot'>,
  memberId: string,
): string | undefined {
  return (
    personOf.get(memberId)?.email ??
    listedAddressOf(snapshot, memberId) ??
    valueOr(valueOr(snapshot.directory, undefined)?.addresses, undefined)?.get(memberId)
  );
}

/**
 * People in privileged groups whose address neither the ledger nor the lists give, to be resolved by the directory.
 * Empty while the list of users is unknown: everybody would seem to be missing from it.
 */
export function namelessMembers(
  audit: Pick<CheckInput, 'organization' | 'expected' | 'snapshot'>,
): ReadonlySet<string> {
  const { organization, expected, snapshot } = audit;
  const { domains, administrators } = organization.audit;
  const nameless = new Set<string>();
  if (snapshot.users.kind === 'unknown') return nameless;
  for (const [name, { groupId, members }] of privilegedGroups(audit)) {
    const isAsked =
      domains.size > 0 ||
      (groupId === ADMINISTRATORS_GROUP_ID &&
        (administrators === undefined || administrators.people !== undefined));
    if (!isAsked) continue;
    for (const [memberId, kind] of members)
      if (
        mayHaveAddress(kind) &&
        !isProtectedById(audit, name, memberId) &&
        listedAddressOf(snapshot, memberId) === undefined
      )
        nameless.add(memberId);
  }
  for (const { memberId } of expected.people) if (memberId !== undefined) nameless.delete(memberId);
  return nameless;
}

function listedAddressOf({ users, directory, breakGlass }: Snapshot, memberId: string): string | undefined {
  const listed = valueOr(users, undefined)?.get(memberId)?.email;
  if (listed !== undefined) return listed;
  for (const [address, id] of valueOr(valueOr(directory, undefined)?.administratorIds, []))
    if (id === memberId) return address;
  for (const [address, read] of breakGlass)
    if (valueOr(read, undefined)?.memberId === memberId) return address;
  return undefined;
}
