/** UiPath's words for a member of a group, in the order of its enumeration: on the wire they may be numbers. */
export const UIPATH_MEMBER_KINDS = [
  'user',
  'robot',
  'directory-user',
  'directory-group',
  'robot-account',
  'application',
] as const;

/** The same with `unknown`: a kind that this version does not know. */
export const MEMBER_KINDS = [...UIPATH_MEMBER_KINDS, 'unknown'] as const;

export type MemberKind = (typeof MEMBER_KINDS)[number];

/** Kinds that act by a secret and not by a person. */
export const MACHINE_KINDS: ReadonlySet<MemberKind> = new Set(['application', 'robot', 'robot-account']);

/** Kinds that can administer: robots and applications, this one too, administer nothing when the last person is gone. */
export const ADMINISTERING_KINDS: ReadonlySet<MemberKind> = new Set([
  'user',
  'directory-user',
  'directory-group',
]);
