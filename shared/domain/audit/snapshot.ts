import type { PolicyEntity } from '../policy';
import type { MemberKind } from '../member-kind';

/** A part of a snapshot: known, or unknown with the code of the failed read. Unknown is never taken for empty. */
export type Known<T> = Readonly<{ kind: 'known'; value: T }> | Readonly<{ kind: 'unknown'; code: string }>;

export type SnapshotGroup = Readonly<{ groupId: string; members: ReadonlyMap<string, MemberKind> }>;

export type SnapshotRule = Readonly<{
  ruleId: number;
  name: string;
  enabled: boolean;
  groupIds: readonly string[];
  contentHash: string;
  /** Its conditions hold of nearly everybody. */
  isBroad: boolean;
}>;

export type SnapshotUser = Readonly<{
  id: string;
  /** Folded. */
  email: string | undefined;
  /** Folded; only where it is another than the e-mail: look-ups find by either. */
  userName?: string;
  isActive: boolean;
  /** The last sign-in, or the making of an account that was never used; undefined where UiPath does not say. */
  lastUsedMs: number | undefined;
}>;

/** An entry of the access policy; `entityId` is what UiPath names it by, a bare GUID for most. */
export type SnapshotEntry = PolicyEntity & Readonly<{ entityId?: string }>;

/** An external application, with the ends of its secrets. */
type SnapshotApplication = Readonly<{
  clientId: string;
  /** Its id as a member; undefined where the directory does not give one for its name. */
  memberId: string | undefined;
  name: string;
  scopes: readonly string[];
  secretEndsMs: readonly number[];
}>;

/** An account that is kept for emergencies; undefined where the directory does not know the address. */
export type BreakGlass = Readonly<{ memberId: string; lastSignInMs: number | undefined }> | undefined;

/** By whom people are known whom the lists leave out: UiPath's list of users need not hold those of an external directory. */
type DirectoryAnswers = Readonly<{
  /** Ids of those who may administer, by address; undefined as a whole: anybody may. */
  administratorIds: Known<ReadonlyMap<string, string | undefined>> | undefined;
  /** Folded addresses of people in privileged groups, by id; undefined as a value: no source gives the address. */
  addresses: Known<ReadonlyMap<string, string | undefined>>;
  /** Names of applications and directory groups in Administrators, by id, as far as the directory tells them. */
  names: ReadonlyMap<string, string>;
  /** This application, where it is one of them. */
  own: Readonly<{ memberId: string; name: string }> | undefined;
}>;

/** The snapshot of one night: what UiPath has. Group names are folded. */
export type Snapshot = Readonly<{
  /** Every group there is, by id. */
  groupNames: Known<ReadonlyMap<string, Readonly<{ name: string; builtIn: boolean }>>>;
  /** Groups of the policy; `undefined` in place of a group: UiPath has none of that name. */
  groups: ReadonlyMap<string, Known<SnapshotGroup | undefined>>;
  administrators: Known<SnapshotGroup>;
  /** Leavers who are in groups that the policy does not name. */
  elsewhere: Known<ReadonlyArray<Readonly<{ memberId: string; group: string; groupId: string }>>>;
  accessPolicy: Known<readonly SnapshotEntry[]>;
  rules: Known<readonly SnapshotRule[]>;
  users: Known<ReadonlyMap<string, SnapshotUser>>;
  /** By address. */
  breakGlass: ReadonlyMap<string, Known<BreakGlass>>;
  /** undefined: the policy does not have them read. */
  applications: Known<readonly SnapshotApplication[]> | undefined;
  /** Names by id. */
  robots: Known<ReadonlyMap<string, string>> | undefined;
  /** Unknown: nor are the ids of protected members, so that no group is known either. */
  directory: Known<DirectoryAnswers>;
}>;

/** The parts that are read before the directory resolves what they leave open. */
export type LeadingSnapshot = Omit<Snapshot, 'directory'>;

/** A part that could not be read, and why. */
export type UnknownPart = Readonly<{ part: string; code: string }>;

/** Everything that could not be read. */
export function unknownPartsOf(snapshot: Snapshot): readonly UnknownPart[] {
  const {
    groupNames,
    elsewhere,
    accessPolicy,
    rules,
    users,
    applications,
    robots,
    administrators,
    directory,
  } = snapshot;
  const answers = valueOr(directory, undefined);
  const parts: ReadonlyArray<readonly [string, Known<unknown> | undefined]> = [
    ['groups', groupNames],
    ...[...snapshot.groups].map(([name, group]) => [`group:${name}`, group] as const),
    ['administrators', administrators],
    ['leavers', elsewhere],
    ['access-policy', accessPolicy],
    ['rules', rules],
    ['users', users],
    ...[...snapshot.breakGlass].map(([email, account]) => [`break-glass:${email}`, account] as const),
    ['applications', applications],
    ['robots', robots],
    ['directory', directory],
    ['administrator-people', answers?.administratorIds],
    ['addresses', answers?.addresses],
  ];
  return parts.flatMap(([part, read]) => (read?.kind === 'unknown' ? [{ part, code: read.code }] : []));
}

/** The value of a part, or what stands for it while the part is unknown: nothing is concluded from it. */
export function valueOr<T, F>(part: Known<T> | undefined, otherwise: F): T | F {
  return part?.kind === 'known' ? part.value : otherwise;
}
