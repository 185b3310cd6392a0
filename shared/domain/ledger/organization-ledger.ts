/** What is known of an organization as a whole; its evidence holds the runs and audits. */
export type OrganizationLedger = Readonly<{
  lastAudit: Readonly<{ night: string; reportHash: string; atMs: number; startedAtMs?: number }> | undefined;
  /** Ids that UiPath took in one PUT at most; undefined until it refused more. */
  maxIdsPerPut: number | undefined;
  /** When that was learnt. */
  maxIdsLearntMs?: number;
  /** The latest decisions of people that are in the evidence, by id, so that one that is repeated is there once. */
  decisions?: readonly string[] | undefined;
  /** Hash of the version of the policy that is on record as in force, or under which the organization ceased to be named. */
  policyHash?: string;
  /** Hash of the version whose changes for people were planned last; undefined: none was, as far as is known. */
  policyFollowed?: string;
  /** Another version was in force since that one, and nobody followed it: runs may have acted under it. */
  isPolicyBetween?: true;
}>;

/** Of one that nothing is known of yet. */
export const NEW_ORGANIZATION_LEDGER: OrganizationLedger = { lastAudit: undefined, maxIdsPerPut: undefined };
