import type { ConditionOfNobody } from '../plan/conditions-of-nobody';

/**
 * What is not known of a person: `records`: worker ids that came under their address, whose account is another or was not found since
 * `sinceMs`; `heldGroups`: privileged ones that wait until an account is confirmed; `toldApart`: people they were told apart from.
 */
export type IdentityDoubt = Readonly<{
  records?: Readonly<{
    workerIds: readonly string[];
    addresses: readonly string[];
    accountId: string | undefined;
    sinceMs: number;
  }>;
  heldGroups?: readonly string[];
  toldApart?: readonly string[];
  /** A leaver whose addresses lead to several accounts. */
  hasSeveralAccounts?: boolean;
  /** At work by a record, and the account is switched off. */
  isOffAtWork?: boolean;
  /** Groups, folded, of grants that were asked for under several records, of which one has ended. */
  keptGroups?: readonly string[];
  /** Addresses that the records in force give, as keys of them, where there was another before; the latest was said first then. */
  newAddress?: Readonly<{ keys: readonly string[]; sinceMs: number }>;
}>;

/** The expected access of one person, by the ledger. */
export type ExpectedPerson = Readonly<{
  personKey: string;
  /** Folded address. */
  email: string;
  /** The last one that was known, where the directory gives none for the address any more. undefined: none was ever known. */
  memberId: string | undefined;
  /** Since when the address is not to be found, or is that of several; undefined while it is neither. */
  unresolved: Readonly<{ kind: 'missing' | 'ambiguous'; sinceMs: number }> | undefined;
  /** What only a person can say of who is who; absent: nothing. */
  doubt?: IdentityDoubt;
  left: boolean;
  /** Addresses by which the policy names a leaver as an approver; absent: none. */
  approverAddresses?: readonly string[];
  /** The end of the lockout after the last leaving; undefined for somebody who never left. */
  lockedUntilMs: number | undefined;
  groups: ReadonlySet<string>;
  /** Groups of grants that ended or were revoked. */
  ended: ReadonlySet<string>;
  /** A change of this person is pending: the checks skip their memberships. */
  pending: boolean;
}>;

/** A rule that was made here from a request. */
export type ExpectedRule = Readonly<{
  ruleId: number;
  name: string;
  contentHash: string;
  owner: string;
  untilMs: number | undefined;
  pending: boolean;
}>;

/** The expected access of an organization, by ledger and policy. */
export type ExpectedAccess = Readonly<{
  people: readonly ExpectedPerson[];
  /** Directory ids that a group's policy protects, by folded group name. */
  protectedIds: ReadonlyMap<string, ReadonlySet<string>>;
  /** Folded names of groups that protect an address for which the directory gives no account. */
  protectedUnfound: ReadonlySet<string>;
  rules: readonly ExpectedRule[];
  /** Kinds of ledgers of which at least one could not be read: whom they are about is not known. */
  unreadable: ReadonlySet<'person' | 'rule'>;
  /** Directory ids of the people whose ledger could not be read; absent where that of one of them is not known, who may then be anybody. */
  unreadableAccounts?: ReadonlySet<string>;
  /** Of birthright lines; absent: none. */
  conditionsOfNobody?: readonly ConditionOfNobody[];
}>;
