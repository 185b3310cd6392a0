import type { FaultInput } from './faults';
import type { Organization } from './organization';
import type { PersonAct } from './people';
import type { LoggedRequest, MethodCount } from './request-log';
import type { OrganizationSeed } from './seed';
import type { RateLimits, Switches } from './switches';
import type { RequestListener } from './world';

/** A UiPath on this machine, and what a test can do with it. Organizations are named by name or partitionGlobalId. */
export type UiPathSandbox = Readonly<{
  /** What `https://cloud.uipath.com` is for the real one. */
  url: string;
  /** Reaches it without a connection. */
  fetch: typeof globalThis.fetch;
  /** Of the control API, which is described in the README beside this file. */
  controlUrl: string;
  identityBaseUrl: (organization: string) => string;
  auditBaseUrl: (organization: string) => string;
  organizations: () => readonly Organization[];
  /** @throws Error when there is no such organization. */
  organization: (nameOrId: string) => Organization;
  addOrganization: (seed: OrganizationSeed) => Organization;
  /** The organization keeps all that it has, and gets another GUID: whoever names the former one names none, or another's. */
  movePartition: (organization: string, partitionGlobalId: string) => void;
  /** The ids of a group's members as they truly are, whatever readers are shown. */
  memberIds: (organization: string, group: string) => ReadonlySet<string>;
  /** The id of whoever has this e-mail, name or client id. */
  idOf: (organization: string, reference: string) => string;
  /** Somebody does something by hand, in the portal or by signing in; the audit log names them. */
  actAsPerson: (organization: string, act: PersonAct) => void;
  requests: () => readonly LoggedRequest[];
  counts: (organization: string) => Readonly<Record<string, MethodCount>>;
  inject: (...faults: readonly FaultInput[]) => void;
  clearFaults: () => void;
  switches: () => Switches;
  rateLimits: () => RateLimits;
  setSwitches: (switches: Partial<Switches>) => void;
  setRateLimits: (limits: Partial<RateLimits>) => void;
  setTokenLifetime: (seconds: number) => void;
  /** Ends all tokens, or those of one organization. */
  revokeTokens: (organization?: string) => void;
  /** Called before and after each request; the answer waits for it. Returns how to stop. */
  onRequest: (listener: RequestListener) => () => void;
  /** Back to the seed it was started with: state, switches, limits; no faults, tokens, log or used-up quota. */
  reset: () => void;
  close: () => Promise<void>;
}>;

/** All but what belongs to the two servers. */
export type SandboxControls = Omit<UiPathSandbox, 'controlUrl' | 'close'>;
