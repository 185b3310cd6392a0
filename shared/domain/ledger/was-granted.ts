import { fold } from '../fold';
import type { AppliedMembership, PersonLedger } from './person-ledger';

/**
 * True where a grant was in force when this application put somebody into a group: the membership was asked for, and is over when
 * that has ended, whatever the policy says of the group by then. `groupName`: the group's name today; a grant may name it or the one before.
 */
export function wasGranted(
  { grants }: Pick<PersonLedger, 'grants'>,
  { groupName: nameThen, origin, sinceMs }: AppliedMembership,
  groupName: string,
): boolean {
  const names = new Set([fold(nameThen), fold(groupName)]);
  return (
    origin === 'applied' &&
    grants.some(
      ({ group, validFromMs, validUntilMs }) =>
        names.has(fold(group)) && validFromMs <= sinceMs && sinceMs < (validUntilMs ?? Infinity),
    )
  );
}
