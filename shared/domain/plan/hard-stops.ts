import { fold } from '../fold';

/** Ids that UiPath gives its built-in groups in every organization. */
export const EVERYONE_GROUP_ID = 'ce684f6f-5af3-4e43-8516-1adad6e98fc9';
export const ADMINISTRATORS_GROUP_ID = '35551807-06b1-4cda-90a1-2fb84851eee7';

/** Hard stops: changes that are never made, whatever ledger, policy or a release say. */
export type HardStop = 'everyone-is-implicit' | 'own-identity' | 'protected-principal' | 'last-administrator';

export type HardStopRules = Readonly<{
  /** Directory ids of this application in the organization. */
  ownIds: ReadonlySet<string>;
  protectedIds: ReadonlySet<string>;
  /** Folded addresses protected in a group, by group id. */
  protectedMembers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Administrators who would be left if every planned removal from Administrators happened. */
  administratorsLeft: number;
}>;

/** The reason why a change may not happen, or undefined. Additions are stopped only for Everyone: it has no list of members. */
export function hardStopOf(
  groupId: string,
  change: Readonly<{ memberId: string; addresses: readonly string[]; want: boolean }>,
  rules: HardStopRules,
): HardStop | undefined {
  if (groupId === EVERYONE_GROUP_ID) return 'everyone-is-implicit';
  if (change.want) return undefined;
  if (rules.ownIds.has(change.memberId)) return 'own-identity';
  if (rules.protectedIds.has(change.memberId)) return 'protected-principal';
  const protectedMembers = rules.protectedMembers.get(groupId);
  if (change.addresses.some((address) => protectedMembers?.has(fold(address)) === true))
    return 'protected-principal';
  if (groupId === ADMINISTRATORS_GROUP_ID && rules.administratorsLeft < 1) return 'last-administrator';
  return undefined;
}
