import type { Clock } from '../clock';
import type { Lane } from '../domain/lane';
import type { HttpMethod, QuotaGate } from '../domain/plan/quota';
import { DEFAULT_SETTINGS, type UiPathClientSettings } from './client-settings';
import type { CallContext } from './call-with-retries';
import { createAccessPolicy, type UiPathAccessPolicy } from './access-policy';
import { createAuditEvents, type UiPathAuditEvents } from './audit-events';
import { createDirectory, type UiPathDirectory } from './directory';
import { createExternalClients, type UiPathExternalClients } from './external-applications';
import { createGroups, type UiPathGroups } from './groups';
import { toOrganizationAddress, type UiPathOrganization } from './organization-address';
import { createRobotAccounts, type UiPathRobotAccounts } from './robot-accounts';
import { createRules, type UiPathRules } from './rules';
import { checkToken } from './check-token';
import type { UiPathCredentials } from './request-token';
import { createTokenCache } from './token-cache';
import { createTransport } from './transport';
import { createUsers, type UiPathUsers } from './users';

export type UiPathClientOptions = Readonly<{
  organization: UiPathOrganization;
  /** Asked for every new token, so that a rotated secret is taken up. */
  credentials: () => Promise<UiPathCredentials>;
  quota: QuotaGate;
  clock: Clock;
  /** The last defence of observe and of a pause: asked before each write. @throws AppError `organization-observed`, `organization-paused` */
  requireMayWrite: CallContext['requireMayWrite'];
  /** Stores what a write is about to change, before it is sent. */
  noteChange?: CallContext['noteChange'];
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
  externalClients: UiPathExternalClients;
  robotAccounts: UiPathRobotAccounts;
  /** Succeeds when UiPath gives us a token with every scope. @throws UpstreamError `uipath-token-refused`, which names the scopes that are missing */
  checkToken: () => Promise<void>;
  /** The same client with the same token, spending another lane of the quota. */
  withLane: (lane: Lane) => UiPathClient;
  /** The same client, whose calls end when the signal is aborted: their outcome is then unknown. */
  abortedBy: (signal: AbortSignal) => UiPathClient;
  /** The same client, which tells of every call that the quota lets go. */
  tellingCalls: (tell: (method: HttpMethod) => void) => UiPathClient;
}>;

/** @throws AppError `configuration-invalid`, `uipath-organization-mismatch` when the addresses cannot be this organization's */
export function createUiPathClient(options: UiPathClientOptions): UiPathClient {
  const { credentials, clock, random } = options;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const address = toOrganizationAddress(options.organization);
  const contextOf = (quota: QuotaGate): CallContext => ({
    quota,
    clock,
    random,
    settings,
    requireMayWrite: options.requireMayWrite,
    noteChange: options.noteChange,
    fetch: options.fetch ?? globalThis.fetch,
  });
  const tokenContext = contextOf(options.quota.withLane('urgent'));
  const tokenRequest = { address, credentials, scopes: settings.scopes };
  const tokens = createTokenCache(tokenContext, {
    ...tokenRequest,
    renewBeforeMs: settings.tokenRenewBeforeMs,
  });
  const inLane = (quota: QuotaGate, signal?: AbortSignal): UiPathClient => {
    const context = contextOf(quota);
    const transport = createTransport(signal === undefined ? context : { ...context, signal }, {
      address,
      tokens,
    });
    return {
      groups: createGroups(transport),
      directory: createDirectory(transport),
      rules: createRules(transport),
      accessPolicy: createAccessPolicy(transport, clock),
      users: createUsers(transport),
      auditEvents: createAuditEvents(transport),
      externalClients: createExternalClients(transport),
      robotAccounts: createRobotAccounts(transport),
      checkToken: async () => checkToken(tokens, tokenContext, tokenRequest),
      withLane: (lane) => inLane(quota.withLane(lane), signal),
      abortedBy: (by) => inLane(quota, by),
      tellingCalls: (tell) => inLane(observedQuota(quota, tell), signal),
    };
  };
  return inLane(options.quota);
}

function observedQuota(quota: QuotaGate, tell: (method: HttpMethod) => void): QuotaGate {
  return {
    ...quota,
    spend: async (method, count) => {
      await quota.spend(method, count);
      tell(method);
    },
    withLane: (lane) => observedQuota(quota.withLane(lane), tell),
  };
}
