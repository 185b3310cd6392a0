import { canonicalJson } from '../canonical-json-hash';
import { isGuid } from '../guid';
import {
  knownAccountOf,
  withoutMembership,
  type DirectoryIdentity,
  type PersonLedger,
} from './person-ledger';

export function isSameIdentity(a: DirectoryIdentity, b: DirectoryIdentity | undefined): boolean {
  return a.kind === 'resolved' && b?.kind === 'resolved' && a.id === b.id && a.checkedAtMs === b.checkedAtMs;
}

/**
 * The ledger of somebody whose account a call of `atMs`, epoch milliseconds, was made for: of whoever has none noted it is theirs, also
 * where a process died before it noted what it had looked up. Whom UiPath did not find since is missing all the same.
 */
export function withAccountOfCall(ledger: PersonLedger, memberId: string, atMs: number): PersonLedger {
  const { identity } = ledger;
  if (!isGuid(memberId) || knownAccountOf(ledger) !== undefined) return ledger;
  return identity === undefined || identity.kind === 'resolved' || identity.checkedAtMs <= atMs
    ? { ...ledger, identity: { kind: 'resolved', id: memberId, checkedAtMs: atMs } }
    : { ...ledger, identity: { ...identity, lastKnownId: memberId } };
}

/** The identity that a run found, unless another was written since it read the ledger: `before` is the one that it read. */
export function foundUnlessChanged(
  { identity }: Pick<PersonLedger, 'identity'>,
  before: DirectoryIdentity | undefined,
  found: DirectoryIdentity | undefined,
): DirectoryIdentity | undefined {
  return canonicalJson([identity]) === canonicalJson([before]) ? found : undefined;
}

/**
 * The ledger without what it says of these groups, where the person has another account by now than the one that a run looked at: it
 * saw nothing of theirs. undefined: the account is the same.
 */
export function ofAnotherAccount(
  ledger: PersonLedger,
  found: DirectoryIdentity | undefined,
  groups: ReadonlyArray<Readonly<{ groupId: string }>>,
): PersonLedger | undefined {
  if (found?.kind !== 'resolved' || knownAccountOf(ledger) === found.id) return undefined;
  return groups.reduce((next, { groupId }) => withoutMembership(next, groupId), ledger);
}

/** An id that was refused may be that of somebody deleted and created again. Until that is known it stays theirs. */
export function toLookUpAnew(identity: DirectoryIdentity | undefined): DirectoryIdentity | undefined {
  return identity?.kind === 'resolved' ? { ...identity, checkedAtMs: 0 } : identity;
}

/** When the directory last said, or may have said, that the known account is theirs, epoch milliseconds. */
export function lastFoundMs({ identity }: Pick<PersonLedger, 'identity'>): number {
  if (identity === undefined) return 0;
  return identity.kind === 'resolved' ? identity.checkedAtMs : identity.sinceMs;
}

/** Whether the directory found somebody no earlier for the last time than it did another. */
export function isFoundSince(
  one: Pick<PersonLedger, 'identity'>,
  other: Pick<PersonLedger, 'identity'>,
): boolean {
  return lastFoundMs(one) >= lastFoundMs(other);
}
