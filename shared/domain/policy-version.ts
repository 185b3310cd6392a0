/** Where a version of the policy was read, and what is told there of who put it there and when. */
export type PolicyOrigin = Readonly<{
  kind: 'blob' | 'file';
  /** `<container>/<blob>`, or the name of the file without its folder. */
  name: string;
  modifiedMs?: number;
  etag?: string;
  /** Of a container that keeps versions. */
  versionId?: string;
  /** What whoever wrote the blob says of it in its metadata: nobody proves it. */
  said?: Readonly<Record<string, string>>;
}>;

/** A version of the policy file. */
export type PolicyVersion = Readonly<{
  /** SHA-256 of the text, as lower-case hex. */
  hash: string;
  text: string;
  origin: PolicyOrigin;
}>;

/** A thing of an organization's policy that another version has, has not, or has otherwise. Names and keys alone: no value is told. */
export type PolicyChange = Readonly<{
  /** A key of the organization, `sources`, or `organization` where the file begins or ceases to name it. */
  section: string;
  /** Of a group, line, receiver or source. */
  name?: string;
  change: 'added' | 'removed' | 'changed';
  /** What of it is another, such as `requests.approvers`. */
  keys?: readonly string[];
}>;

/** What one version changes of one organization. */
export type PolicyChanges = Readonly<{
  changed: readonly PolicyChange[];
  /** So many further changes are not told. */
  more?: number;
}>;

/** A record `policy-changed` of an organization's evidence. */
export type RecordedPolicyChange = Readonly<{
  /** Number of the record. */
  seq: number;
  atMs: number;
  /** Hashes. Without `from` nothing is on record from before. */
  from?: string;
  to: string;
  /** Counts the versions of the organization; left out by earlier versions of the application. */
  number?: number;
  origin: PolicyOrigin;
}> &
  /** Left out where the version before cannot be read any more. */
  Partial<PolicyChanges>;

/** Keys of a blob's metadata that are taken into evidence, and how much of each. */
const TOLD_KEYS: readonly string[] = ['author', 'commit', 'ticket'];
const LONGEST_SAID = 200;

/** What of a blob's metadata goes into evidence; the keys have no case. */
export function saidInMetadata(metadata: Readonly<Record<string, string>>): PolicyOrigin['said'] {
  const said = Object.entries(metadata).flatMap(([key, value]) =>
    TOLD_KEYS.includes(key.toLowerCase()) ? [[key.toLowerCase(), value.slice(0, LONGEST_SAID)] as const] : [],
  );
  return said.length === 0 ? undefined : Object.fromEntries(said);
}
