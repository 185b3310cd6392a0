import type { Clock } from '../../shared/clock';
import { buildOrganization, findId } from './build-organization';
import { answerControl } from './control';
import { exchange } from './exchange';
import { Faults } from './faults';
import { fetchInProcess, serve } from './http-server';
import { createIds } from './ids';
import type { Organization } from './organization';
import { actAsPerson, findGroup } from './people';
import { createQuota } from './quota';
import { RequestLog } from './request-log';
import { OrganizationSeedSchema, SeedSchema, type OrganizationSeed, type Seed } from './seed';
import { RateLimitsSchema, SwitchesSchema } from './switches';
import { Tokens } from './tokens';
import { findOrganization, type World } from './world';
import type { UiPathSandbox, SandboxControls } from './sandbox-controls';

export type SandboxOptions = Readonly<{
  clock?: Clock;
  /** Between 0 and 1, for ids and tokens. */
  random?: () => number;
  seed?: Seed;
  /** 0 or nothing: a free one. */
  port?: number;
  /** Of the control API; 0 or nothing: a free one. */
  controlPort?: number;
}>;

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms).unref();
    }),
};

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
  const strings = stringsOf(world, seed, api.origin);
  try {
    const control = await serve(options.controlPort ?? 0, async (incoming) =>
      answerControl(strings, incoming),
    );
    const close = async (): Promise<void> => {
      await Promise.all([api.close(), control.close()]);
    };
    return { ...strings, controlUrl: control.origin, close };
  } catch (error) {
    await api.close();
    throw error;
  }
}

function stringsOf(world: World, seed: Seed, url: string): SandboxControls {
  const organization = (nameOrId: string): Organization => {
    const found = findOrganization(world, nameOrId);
    if (found === undefined) throw new Error(`There is no organization "${nameOrId}"`);
    return found;
  };
  return {
    url,
    fetch: fetchInProcess(async (incoming) => exchange(world, incoming)),
    identityBaseUrl: (name) => `${url}/${name}/identity_`,
    auditBaseUrl: (name) => `${url}/${name}/orgaudit_`,
    organizations: () => [...world.organizations.values()],
    organization,
    addOrganization: (input) => addOrganization(world, input),
    movePartition: (name, partitionGlobalId) => {
      const moved = { ...organization(name), partitionGlobalId: partitionGlobalId.toLowerCase() };
      world.organizations.delete(organization(name).partitionGlobalId);
      world.organizations.set(moved.partitionGlobalId, moved);
    },
    memberIds: (name, group) => findGroup(organization(name), group).members.actual,
    idOf: (name, reference) => findId(organization(name), reference),
    actAsPerson: (name, act) => {
      actAsPerson(organization(name), act, world.clock.now());
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
    rateLimits: () => world.rateLimits,
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
      world.tokens.revoke(name === undefined ? undefined : organization(name).partitionGlobalId);
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
  };
}

function reset(world: World, seed: Seed): void {
  const { organizations, switches, rateLimits } = SeedSchema.parse(seed);
  world.organizations.clear();
  for (const one of organizations) addOrganization(world, one);
  world.switches = SwitchesSchema.parse(switches ?? {});
  world.rateLimits = RateLimitsSchema.parse(rateLimits ?? {});
  world.tokens.reset();
  world.faults.clear();
  world.quota.clear();
  world.log.clear();
}

/** Takes the place of the organization with the same GUID. @throws Error when another one has the name. */
function addOrganization(world: World, input: OrganizationSeed): Organization {
  const built = buildOrganization(OrganizationSeedSchema.parse(input), world.clock.now());
  const namesake = findOrganization(world, built.name);
  if (namesake !== undefined && namesake.partitionGlobalId !== built.partitionGlobalId) {
    throw new Error(`There is another organization "${built.name}"`);
  }
  world.organizations.set(built.partitionGlobalId, built);
  return built;
}
