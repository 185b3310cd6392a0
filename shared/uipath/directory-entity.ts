export type DirectoryEntityType = 'user' | 'group' | 'application';

/** Somebody or something that can be a member of a group. */
export type DirectoryEntity = Readonly<{
  /** The bare GUID in lower case that group calls take. */
  identifier: string;
  name: string;
  email: string | null;
  displayName: string | null;
  /** `local`, `aad` and others: an open list. */
  source: string;
  /** `DirectoryUser`, `DirectoryGroup`, `DirectoryRobotUser`, `DirectoryApplication`. */
  objectType: string;
  /** The client id of an application, in lower case. */
  applicationId?: string;
}>;

/** One search hit. Its identifier is opaque: not one that a group takes, before it was resolved. */
export type DirectoryHit = Readonly<{
  identifier: string;
  identityName: string | null;
  displayName: string | null;
  email: string | null;
  source: string;
  objectType: string | null;
}>;

/** The outcome of resolving a name. Only `found` may be acted upon. */
export type DirectoryResolution =
  | Readonly<{ kind: 'found'; entity: DirectoryEntity }>
  /** UiPath does not know it, or not yet, or hides it from applications: not a proof that it does not exist. */
  | Readonly<{ kind: 'not-found' }>
  /** Several entries differ from the name by case only. `identifiers` are those of hits: Resolve tells their ids. */
  | Readonly<{ kind: 'ambiguous'; candidates: number; identifiers: readonly string[] }>
  /** It exists, but UiPath gives no id for it that a group takes: it has to sign in once. */
  | Readonly<{ kind: 'unresolvable' }>;
