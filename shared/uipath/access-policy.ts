import type { DirectoryEntityType } from './directory-entity';

/** An entry of the organization's access policy. */
export type AccessPolicyEntity = Readonly<{
  /** Lower case; a bare GUID for everything this application put there. */
  identifier: string;
  name: string | null;
  email: string | null;
  displayName: string | null;
  source: string | null;
  objectType: string | null;
}>;

/** One kind of entity per change: UiPath takes users, groups and applications in separate calls. */
export type AccessPolicyUpdate = Readonly<{
  entityType: DirectoryEntityType;
  add: readonly string[];
  remove: readonly string[];
}>;

/** What really changed, and the list afterwards. */
export type AccessPolicyOutcome = Readonly<{
  added: readonly string[];
  removed: readonly string[];
  entities: readonly AccessPolicyEntity[];
}>;

/** The list of who may sign in. Whether the list is in force is a switch that this API does not show. */
export type UiPathAccessPolicy = Readonly<{
  /** One GET. */
  read: () => Promise<readonly AccessPolicyEntity[]>;
  /**
   * Reads, changes what differs, reads again and compares: two GETs and at most one PUT.
   * @throws UpstreamError `uipath-conflict` when the list afterwards is not the expected one, `uipath-outcome-unknown`
   * when the answer was lost and nothing is to be seen of the change
   */
  update: (update: AccessPolicyUpdate) => Promise<AccessPolicyOutcome>;
}>;
