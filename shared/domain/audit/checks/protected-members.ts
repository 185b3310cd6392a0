import { ADMINISTRATORS_GROUP_ID } from '../../plan/hard-stops';
import { fold } from '../../fold';
import { protectedIn } from '../../policy';
import { addressOf } from './member-addresses';
import { type CheckInput } from '../check-input';
import { isProtectedById } from './is-protected-by-id';
import { valueOr } from '../snapshot';

/** True for a member that stays whatever the ledger says: by id, or by the address where the directory gave no id for it. */
export function isProtected(
  audit: Pick<CheckInput, 'organization' | 'expected' | 'personOf' | 'snapshot'>,
  group: string,
  memberId: string,
): boolean {
  if (isProtectedById(audit, group, memberId)) return true;
  const glass = [...audit.snapshot.breakGlass.values()].map((read) => valueOr(read, undefined)?.memberId);
  if (isAdministrators(audit, group) && glass.includes(memberId)) return true;
  const address = addressOf(audit, memberId);
  return address !== undefined && protectedOf(audit, group).has(address);
}

/**
 * True while a protected member of a group cannot be told from the others: the directory does not resolve the address,
 * or a break-glass account could not be read. No removal from the group is planned meanwhile.
 */
export function hasUnresolvedProtected(
  audit: Pick<CheckInput, 'expected' | 'snapshot'>,
  group: string,
): boolean {
  return audit.expected.protectedUnfound.has(group) || isBreakGlassUnknown(audit, group);
}

/** True in Administrators while one of the accounts for emergencies could not be read: any member may be it. */
export function isBreakGlassUnknown(audit: Pick<CheckInput, 'snapshot'>, group: string): boolean {
  return (
    isAdministrators(audit, group) &&
    [...audit.snapshot.breakGlass.values()].some(({ kind }) => kind === 'unknown')
  );
}

function protectedOf(
  audit: Pick<CheckInput, 'organization' | 'snapshot'>,
  group: string,
): ReadonlySet<string> {
  const groupId = isAdministrators(audit, group) ? ADMINISTRATORS_GROUP_ID : '';
  return protectedIn(audit.organization, { groupId, name: group });
}

function isAdministrators({ snapshot }: Pick<CheckInput, 'snapshot'>, group: string): boolean {
  const read = snapshot.groups.get(group);
  if (read !== undefined && valueOr(read, undefined)?.groupId === ADMINISTRATORS_GROUP_ID) return true;
  return (
    fold(valueOr(snapshot.groupNames, undefined)?.get(ADMINISTRATORS_GROUP_ID)?.name ?? 'administrators') ===
    group
  );
}
