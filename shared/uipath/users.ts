export type UiPathUser = Readonly<{
  id: string;
  userName: string | null;
  email: string | null;
  name: string | null;
  surname: string | null;
  displayName: string | null;
  /** undefined where UiPath does not say. */
  isActive: boolean | undefined;
  createdAtMs: number | null;
  lastLoginAtMs: number | null;
  /** null: not told, which is not "none". */
  groupIds: readonly string[] | null;
}>;

export type UiPathUsers = Readonly<{
  /** One GET per 1000. May leave out people of an external directory. */
  list: (filter?: Readonly<{ searchTerm?: string }>) => Promise<readonly UiPathUser[]>;
  /** @throws UpstreamError `uipath-not-found` */
  read: (userId: string) => Promise<UiPathUser>;
}>;
