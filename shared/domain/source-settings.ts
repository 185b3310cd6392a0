import type { AccessRequestKind } from './ledger/access-request';
import type { WorkerEventKind } from './ledger/worker-event';

/** Anything a delivery may cause. */
export type SourceAct = WorkerEventKind | AccessRequestKind;

/** What binds many at once: a source may cause it where the policy says so. */
export const ONLY_IF_NAMED: ReadonlySet<SourceAct> = new Set([
  'create-rule',
  'update-rule',
  'delete-rule',
  'add-policy-entity',
  'remove-policy-entity',
]);

/** How a sender's own words translate; what it leaves open is as the format has it. */
export type SourceMapping = Readonly<{
  /** The sender's name of an event, to what it means here; `ignore` for nothing. */
  events: ReadonlyMap<string, string>;
  /** Our name of a field, to the places in the sender's record where it may stand, in order of preference. */
  fields: ReadonlyMap<string, readonly string[]>;
  /** The sender's own name of somebody, such as a login, to the e-mail address. */
  people: ReadonlyMap<string, string>;
  /** IANA name: where the sender's times without an offset are said. */
  zone?: string | undefined;
}>;

/** How a vendor's API may be asked: the longest that one call takes, how often one is tried, how far apart calls begin. */
export type CallLimits = Readonly<{ timeoutMs: number; attempts: number; spacingMs: number }>;

/** Where the full record behind a delivery is read, with which secret, and what differs from the limits of the vendor. */
type FetchBackPolicy = Readonly<{ baseUrl: string; secret: string; limits: Partial<CallLimits> }>;

/** The identity of Microsoft Entra that may send: its tokens are the proof of origin. Ids are in lower case. */
export type EntraPolicy = Readonly<{
  tenantId: string;
  audience: readonly string[];
  application: string;
  /** Without a slash at its end. */
  authority: string;
}>;

/** What a source may cause, beyond being who it says it is. */
export type SourceSettings = Readonly<{
  may: ReadonlySet<SourceAct>;
  /** Folded names; undefined: every group of its organizations. */
  groups: ReadonlySet<string> | undefined;
  mapping: SourceMapping;
  /** What a leaving of this source ends: the worker record that it names, all that the person has, or the use of an account. */
  speaksOf: 'record' | 'person' | 'account';
  fetchBack: FetchBackPolicy | undefined;
  /** Whether a grant ends when its approval is taken back; undefined: it does. */
  withdrawal?: 'end' | 'keep' | undefined;
  /** Address of a ticket that names none itself, with `{ticket}` in place of its number. */
  ticketUrl?: string | undefined;
  entra: EntraPolicy | undefined;
}>;

/** Nothing translated but as the format has it. */
export const PLAIN_MAPPING: SourceMapping = { events: new Map(), fields: new Map(), people: new Map() };
