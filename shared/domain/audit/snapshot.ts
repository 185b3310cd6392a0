import type { PolicyEntity } from '../policy';

/** A part of the snapshot that could not be read is `unknown`: it is never taken for empty. */
export type Known<T> = Readonly<{ kind: 'known'; value: T }> | Readonly<{ kind: 'unknown'; code: string }>;

export type SnapshotRule = Readonly<{ ruleId: number; name: string; contentHash: string }>;

/** What UiPath says at the time of the audit. Group names are folded; `undefined` in place of members: UiPath has no such group. */
export type Snapshot = Readonly<{
  groups: ReadonlyMap<
    string,
    Known<Readonly<{ groupId: string; memberIds: ReadonlySet<string> }> | undefined>
  >;
  accessPolicy: Known<readonly PolicyEntity[]>;
  rules: Known<readonly SnapshotRule[]>;
}>;
