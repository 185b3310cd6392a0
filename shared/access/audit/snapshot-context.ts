import type { OrganizationPolicy } from '../../domain/policy';
import type { UiPathClient } from '../../uipath/client';
import type { ResumableReader } from './resumable-snapshot-reader';

/** The calls to UiPath that an audit makes: reads only. */
export type AuditUiPath = Readonly<{
  groups: Pick<UiPathClient['groups'], 'list' | 'memberPage' | 'checkMembers'>;
  directory: Pick<UiPathClient['directory'], 'resolveByNames' | 'resolve' | 'groupMembership'>;
  rules: Pick<UiPathClient['rules'], 'list' | 'read'>;
  accessPolicy: Pick<UiPathClient['accessPolicy'], 'read'>;
  users: Pick<UiPathClient['users'], 'page' | 'read'>;
  auditEvents: Pick<UiPathClient['auditEvents'], 'list'>;
  externalClients: Pick<UiPathClient['externalClients'], 'list'>;
  robotAccounts: Pick<UiPathClient['robotAccounts'], 'list'>;
}>;

/** The arguments of every function that reads a part of a snapshot. */
export type SnapshotContext = Readonly<{
  organization: OrganizationPolicy;
  uipath: AuditUiPath;
  reader: ResumableReader;
  /** Rules that were made here or found on an earlier night: the list may hide them. */
  knownRuleIds: readonly number[];
  /** Of this application, in lower case. */
  ownClientId: string;
  /** Directory ids of people who had left when the night began. */
  leavers: () => readonly string[];
  /** Calls that a window leaves an audit. */
  allowances: Readonly<{ get: number; post: number }>;
}>;
