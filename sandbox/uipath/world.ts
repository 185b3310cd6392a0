import type { Clock } from '../../shared/clock';
import type { EndpointId } from './endpoint-id';
import type { Faults } from './faults';
import type { Ids } from './ids';
import type { Organization } from './organization';
import type { Quota } from './quota';
import type { RequestLog } from './request-log';
import type { RateLimits, Switches } from './switches';
import type { Tokens } from './tokens';

/** A request that a listener is told about, before it is looked at and after it was answered or its answer got lost. */
export type RequestEvent = Readonly<{
  phase: 'before' | 'after';
  endpoint: EndpointId | undefined;
  method: string;
  path: string;
  organization: string | undefined;
  /** Of the answer; only after. */
  status?: number;
}>;

export type RequestListener = (event: RequestEvent) => void | Promise<void>;

/** Everything the simulator is at one moment. */
export type World = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tokens: Tokens;
  readonly quota: Quota;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly listeners: Set<RequestListener>;
  readonly organizations: Map<string, Organization>;
  switches: Switches;
  rateLimits: RateLimits;
};

/** By name or by partitionGlobalId. */
export function findOrganization(
  { organizations }: Pick<World, 'organizations'>,
  nameOrId: string,
): Organization | undefined {
  const key = nameOrId.toLowerCase();
  for (const organization of organizations.values()) {
    if (organization.name.toLowerCase() === key || organization.partitionGlobalId === key)
      return organization;
  }
  return undefined;
}
