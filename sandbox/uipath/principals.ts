/** A person, local (`source: 'local'`) or of a directory; `seen` means that UiPath met the person at least once. */
export type User = Readonly<{
  kind: 'user';
  id: string;
  userName: string;
  email: string | null;
  name: string | null;
  surname: string | null;
  displayName: string | null;
  department: string | null;
  jobTitle: string | null;
  source: string;
  externalId: string | null;
  seen: boolean;
  active: boolean;
  invitationAccepted: boolean;
  bypassBasicAuthRestriction: boolean;
  legacyId: number;
  createdAtMs: number;
  modifiedAtMs: number | null;
  lastLoginAtMs: number | null;
}>;

/** A group of the organization's directory (Entra), not one of UiPath's own; `memberIds` may name such groups again. */
type DirectoryGroup = Readonly<{
  kind: 'directory-group';
  id: string;
  name: string;
  source: string;
  externalId: string;
  memberIds: ReadonlySet<string>;
}>;

export type Robot = Readonly<{
  kind: 'robot';
  id: string;
  name: string;
  displayName: string;
  createdAtMs: number;
}>;

export type ClientSecret = Readonly<{
  id: number;
  secret: string;
  description: string | null;
  createdAtMs: number;
  expiresAtMs: number | null;
}>;

/** An external application; a confidential one can get tokens and be a member of groups. */
export type Application = Readonly<{
  kind: 'application';
  id: string;
  clientId: string;
  name: string;
  confidential: boolean;
  redirectUri: string | null;
  secrets: readonly ClientSecret[];
  scopes: readonly string[];
}>;

export type Principal = User | DirectoryGroup | Robot | Application;

/** The words under which a principal is found, as they are written. */
export function namesOf(principal: Principal): readonly string[] {
  if (principal.kind !== 'user') return [principal.name];
  return principal.email === null || principal.email === principal.userName
    ? [principal.userName]
    : [principal.userName, principal.email];
}

export function displayNameOf(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return principal.displayName ?? principal.userName;
    case 'robot':
      return principal.displayName;
    case 'directory-group':
    case 'application':
      return principal.name;
  }
}
