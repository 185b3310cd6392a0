import type { Clock } from '../../shared/clock';
import { buildOrganization, findId } from './build-organization';
import { exchange } from './exchange';
import { Faults, type FaultInput } from './faults';
import { serve } from './http-server';
import { createIds } from './ids';
import { changeMembers } from './member-changes';
import { findGroupNamed, type Organization } from './organization';
import { createQuota } from './quota';
import { RequestLog, type LoggedRequest, type MethodCount } from './request-log';
import { OrganizationSeedSchema, SeedSchema, type OrganizationSeed, type Seed } from './seed';
import { RateLimitsSchema, SwitchesSchema, type RateLimits, type Switches } from './switches';
import { Tokens } from './tokens';
import { findOrganization, type RequestListener, type World } from './world';

export type SandboxOptions = Readonly<{
  clock?: Clock;
  /** Between 0 and 1, for ids and tokens. */
  random?: () => number;
  seed?: Seed;
  /** 0 or nothing: a free one. */
  port?: number;
}>;

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};

/** A UiPath on this machine, and the strings a test can pull. Organizations are named by name or partitionGlobalId. */
export type UiPathSandbox = Readonly<{
  /** What `https://cloud.uipath.com` is for the real one. */
  url: string;
  identityBaseUrl: (organization: string) => string;
  auditBaseUrl: (organization: string) => string;
  organizations: () => readonly Organization[];
  /** @throws Error when there is no such organization. */
  organization: (nameOrId: string) => Organization;
  addOrganization: (seed: OrganizationSeed) => Organization;
  /** The ids of a group's members as they truly are, whatever readers are shown. */
  memberIds: (organization: string, group: string) => ReadonlySet<string>;
  /** The id of whoever has this e-mail, name or client id. */
  idOf: (organization: string, reference: string) => string;
  /** Somebody changes a group by hand in the portal. */
  changeAsPerson: (organization: string, change: PersonChange) => void;
  requests: () => readonly LoggedRequest[];
  counts: (organization: string) => Readonly<Record<string, MethodCount>>;
  inject: (...faults: readonly FaultInput[]) => void;
  clearFaults: () => void;
  switches: () => Switches;
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

export type PersonChange = Readonly<{
  actor: Readonly<{ name: string; email: string }>;
  /** Name of the group. */
  group: string;
  add?: readonly string[];
  remove?: readonly string[];
}>;

/** Starts the simulator on 127.0.0.1. @throws ZodError when the seed is not one. */
export async function startUiPathSandbox(options: SandboxOptions = {}): Promise<UiPathSandbox> {
  const { clock = systemClock, random = Math.random, seed = {} } = options;
  const ids = createIds(random);
  const world: World = {
    clock,
    ids,
    tokens: new Tokens(ids),
    quota: createQuota(),
    faults: new Faults(),
    log: new RequestLog(),
    listeners: new Set(),
    organizations: new Map(),
    switches: SwitchesSchema.parse({}),
    rateLimits: RateLimitsSchema.parse({}),
  };
  reset(world, seed);
  const api = await serve(options.port ?? 0, async (incoming) => exchange(world, incoming));

  const organization = (nameOrId: string): Organization => {
    const found = findOrganization(world, nameOrId);
    if (found === undefined) throw new Error(`There is no organization "${nameOrId}"`);
    return found;
  };
  return {
    url: api.origin,
    identityBaseUrl: (name) => `${api.origin}/${name}/identity_`,
    auditBaseUrl: (name) => `${api.origin}/${name}/orgaudit_`,
    organizations: () => [...world.organizations.values()],
    organization,
    addOrganization: (input) => addOrganization(world, input),
    memberIds: (name, group) => findGroup(organization(name), group).members.actual,
    idOf: (name, reference) => findId(organization(name), reference),
    changeAsPerson: (name, change) => {
      changeAsPerson(organization(name), change, clock.now());
    },
    requests: () => world.log.entries,
    counts: (name) => world.log.counts(organization(name).name),
    inject: (...faults) => {
      for (const fault of faults) world.faults.inject(fault);
    },
    clearFaults: () => {
      world.faults.clear();
    },
    switches: () => world.switches,
    setSwitches: (switches) => {
      world.switches = SwitchesSchema.parse({ ...world.switches, ...switches });
    },
    setRateLimits: (limits) => {
      world.rateLimits = RateLimitsSchema.parse({ ...world.rateLimits, ...limits });
    },
    setTokenLifetime: (seconds) => {
      world.tokens.lifetimeSeconds = seconds;
    },
    revokeTokens: (name) => {
      world.tokens.revoke(name === undefined ? undefined : organization(name).name);
    },
    onRequest: (listener) => {
      world.listeners.add(listener);
      return () => {
        world.listeners.delete(listener);
      };
    },
    reset: () => {
      reset(world, seed);
    },
    close: api.close,
  };
}

function reset(world: World, seed: Seed): void {
  const { organizations, switches, rateLimits } = SeedSchema.parse(seed);
  world.organizations.clear();
  for (const one of organizations) {
    const built = buildOrganization(one, world.clock.now());
    world.organizations.set(built.partitionGlobalId, built);
  }
  world.switches = SwitchesSchema.parse(switches ?? {});
  world.rateLimits = RateLimitsSchema.parse(rateLimits ?? {});
  world.tokens.revoke();
  world.faults.clear();
  world.quota.clear();
  world.log.clear();
}

function addOrganization(world: World, input: OrganizationSeed): Organization {
  const built = buildOrganization(OrganizationSeedSchema.parse(input), world.clock.now());
  world.organizations.set(built.partitionGlobalId, built);
  return built;
}

function findGroup(organization: Organization, name: string): ReturnType<typeof findGroupNamed> & object {
  const group = organization.groups.get(name.toLowerCase()) ?? findGroupNamed(organization, name);
  if (group === undefined) throw new Error(`There is no group "${name}"`);
  return group;
}

function changeAsPerson(organization: Organization, change: PersonChange, nowMs: number): void {
  const idsOf = (references: readonly string[] = []): string[] =>
    references.map((reference) => findId(organization, reference));
  const person = organization.principals.named(change.actor.email)[0];
  changeMembers(
    organization,
    findGroup(organization, change.group),
    { add: idsOf(change.add), remove: idsOf(change.remove) },
    { actor: { id: person?.id ?? change.actor.email, ...change.actor }, time: { nowMs, lagMs: 0 } },
  );
}
