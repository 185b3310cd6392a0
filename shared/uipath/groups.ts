export type UiPathGroup = Readonly<{
  /** GUID in lower case. */
  id: string;
  name: string;
  kind: 'built-in' | 'custom';
  createdAtMs: number | null;
  modifiedAtMs: number | null;
}>;

export type GroupMemberKind =
  'user' | 'robot' | 'directory-user' | 'directory-group' | 'robot-account' | 'application' | 'unknown';

export type GroupMember = Readonly<{ id: string; kind: GroupMemberKind }>;

/** What one group PUT changes. The ids are bare GUIDs from a Resolve; `name` is the one read just before, or the group is renamed. */
export type MembershipUpdate = Readonly<{
  groupId: string;
  name: string;
  add: readonly string[];
  remove: readonly string[];
}>;

/** `id` is made by the caller, so that a lost answer can be looked up instead of creating twice. */
export type NewGroup = Readonly<{ id: string; name: string; memberIds?: readonly string[] }>;

export type UiPathGroups = Readonly<{
  /** Every group of the organization: one GET. */
  list: () => Promise<readonly UiPathGroup[]>;
  /** One GET. @throws UpstreamError `uipath-not-found` */
  read: (groupId: string) => Promise<UiPathGroup>;
  /** By POST, whose quota is the large one; an id that UiPath does not know is absent from the map. */
  loadByIds: (groupIds: readonly string[]) => Promise<ReadonlyMap<string, UiPathGroup>>;
  /** One GET per 1000 members. @throws UpstreamError `uipath-answer-invalid` when the pages do not add up to all of them */
  listMembers: (groupId: string) => Promise<readonly GroupMember[]>;
  /** Which of these ids are members, by POST. */
  checkMembers: (groupId: string, ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** One PUT. @throws UpstreamError `uipath-outcome-unknown` when the answer was lost: read the members back */
  updateMembers: (update: MembershipUpdate) => Promise<UiPathGroup>;
  /** @throws UpstreamError `uipath-outcome-unknown` when the answer was lost: load the group by its id */
  create: (group: NewGroup) => Promise<UiPathGroup>;
}>;
