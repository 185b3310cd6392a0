import type { OrganizationPolicy } from '../domain/policy';

/** How UiPath is called: how long a call may take, how often it is tried, and with which scopes. */
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

/** What this application needs for its work; an organization may have more read, which needs more. */
const NEEDED_SCOPES = [
  'PM.Group',
  'PM.Directory',
  'PM.AuthSetting',
  'PM.User.Read',
  'PM.Audit.Read',
] as const;

export const DEFAULT_SETTINGS: UiPathClientSettings = {
  requestTimeoutMs: 20_000,
  retryAfterCapMs: 10_000,
  attempts: 3,
  tokenRenewBeforeMs: 60_000,
  scopes: NEEDED_SCOPES,
};

/** Asking for one that the application was not given costs the whole token, so only what the policy has read is asked for. */
export function scopesFor({ audit }: Pick<OrganizationPolicy, 'audit'>): readonly string[] {
  return [
    ...NEEDED_SCOPES,
    ...(audit.reads.has('applications') ? ['PM.OAuthApp.Read'] : []),
    ...(audit.reads.has('robots') ? ['PM.RobotAccount.Read'] : []),
  ];
}
