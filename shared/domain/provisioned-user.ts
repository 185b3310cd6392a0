/** A user as a provisioning client has it here, with what this side remembers of them. */
export type ProvisionedUser = Readonly<{
  id: string;
  /** Counts changes; with the id it names one of them. */
  version: number;
  createdAtMs: number;
  changedAtMs: number;
  /** Since when the client calls them inactive. */
  inactiveSinceMs?: number;
  /** The e-mail address that is the person, folded. */
  address: string;
  /** Former addresses that no other user has had since. A leaver leaves under each of them. */
  formerAddresses: readonly string[];
  user: Readonly<Record<string, unknown>>;
}>;

/** By what a user is found, each of them one user's alone. */
export type UserKey = Readonly<{ kind: 'userName' | 'externalId' | 'address'; value: string }>;
