import type { Clock } from '../clock';
import type { QuotaGate, QuotaLane } from '../domain/quota';
import type { UiPathAccessPolicy } from './access-policy';
import type { UiPathAuditEvents } from './audit-events';
import type { UiPathDirectory } from './directory';
import type { UiPathGroups } from './groups';
import type { UiPathOrganization } from './organization';
import type { UiPathRules } from './rules';
import type { UiPathUsers } from './users';

/** The external application that calls; application scopes, confidential. */
export type UiPathCredentials = Readonly<{ clientId: string; clientSecret: string }>;

export type UiPathClientSettings = Readonly<{
  requestTimeoutMs: number;
  /** A wait that UiPath asks for is slept through up to here; a longer one is `uipath-throttled`. */
  retryAfterCapMs: number;
  attempts: number;
  /** How long before its end a token is replaced. */
  tokenRenewBeforeMs: number;
  /** One that the application was not given makes UiPath refuse the whole token. */
  scopes: readonly string[];
}>;

export type UiPathClientOptions = Readonly<{
  organization: UiPathOrganization;
  /** Asked for every new token, so that a rotated secret is taken up. */
  credentials: () => Promise<UiPathCredentials>;
  quota: QuotaGate;
  clock: Clock;
  /** 0 to 1, for jitter. */
  random: () => number;
  fetch?: typeof fetch;
  settings?: Partial<UiPathClientSettings>;
}>;

/** One organization's Identity API. Every call throws `quota-exhausted` rather than wait for quota. */
export type UiPathClient = Readonly<{
  groups: UiPathGroups;
  directory: UiPathDirectory;
  rules: UiPathRules;
  accessPolicy: UiPathAccessPolicy;
  users: UiPathUsers;
  auditEvents: UiPathAuditEvents;
  /** Succeeds when UiPath gives us a token. */
  checkToken: () => Promise<void>;
  /** The same client with the same token, spending another lane of the quota. */
  withLane: (lane: QuotaLane) => UiPathClient;
}>;
