import { z } from 'zod';
import { FaultSchema } from './faults';
import type { Incoming } from './exchange';
import { PersonActSchema } from './people';
import { json, type Reply } from './reply';
import type { SandboxControls } from './sandbox-controls';
import { SeedSchema } from './seed';
import { describeOrganization } from './state';
import { RateLimitsSchema, SwitchesSchema } from './switches';

type Command = (sandbox: SandboxControls, incoming: Incoming) => unknown;

const COMMANDS: Readonly<Record<string, Command>> = {
  'GET /state': readState,
  'POST /seed': seed,
  'POST /faults': injectFaults,
  'DELETE /faults': (sandbox) => {
    sandbox.clearFaults();
  },
  'GET /switches': (sandbox) => ({ ...sandbox.switches(), rateLimits: sandbox.rateLimits() }),
  'POST /switches': setSwitches,
  'GET /requests': readRequests,
  'POST /people': actAsPerson,
  'POST /tokens': setTokens,
  'POST /partition': movePartition,
  'POST /reset': (sandbox) => {
    sandbox.reset();
  },
};

/** The control API: JSON in and out, 400 with `error` for what it does not understand, 204 when there is nothing to say. */
export function answerControl(sandbox: SandboxControls, incoming: Incoming): Reply {
  const command = COMMANDS[`${incoming.method} ${incoming.path}`];
  if (command === undefined)
    return json(404, { error: `No such command; there are ${Object.keys(COMMANDS).join(', ')}` });
  try {
    const value = command(sandbox, incoming);
    return value === undefined ? { status: 204, body: '' } : json(200, value);
  } catch (error) {
    return json(400, { error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) });
  }
}

function readState(sandbox: SandboxControls, { query }: Incoming): unknown {
  const name = query.get('organization');
  if (name !== null) return describeOrganization(sandbox.organization(name));
  const organizations = sandbox.organizations().map((one) => ({
    name: one.name,
    partitionGlobalId: one.partitionGlobalId,
    identityBaseUrl: sandbox.identityBaseUrl(one.name),
    auditBaseUrl: sandbox.auditBaseUrl(one.name),
  }));
  return { organizations };
}

function seed(sandbox: SandboxControls, incoming: Incoming): unknown {
  const { organizations, switches, rateLimits } = SeedSchema.parse(bodyOf(incoming));
  const built = organizations.map((one) => sandbox.addOrganization(one));
  if (switches !== undefined) sandbox.setSwitches(switches);
  if (rateLimits !== undefined) sandbox.setRateLimits(rateLimits);
  return { organizations: built.map(({ name, partitionGlobalId }) => ({ name, partitionGlobalId })) };
}

function injectFaults(sandbox: SandboxControls, incoming: Incoming): void {
  const faults = z.object({ faults: z.array(FaultSchema) }).parse(bodyOf(incoming)).faults;
  sandbox.inject(...faults);
}

const SwitchesBodySchema = z.looseObject({ rateLimits: z.record(z.string(), z.number()).optional() });

function setSwitches(sandbox: SandboxControls, incoming: Incoming): unknown {
  const { rateLimits, ...switches } = SwitchesBodySchema.parse(bodyOf(incoming));
  const next = SwitchesSchema.parse({ ...sandbox.switches(), ...switches });
  const limits = RateLimitsSchema.parse({ ...sandbox.rateLimits(), ...rateLimits });
  sandbox.setSwitches(next);
  sandbox.setRateLimits(limits);
  return { ...next, rateLimits: limits };
}

function readRequests(sandbox: SandboxControls, { query }: Incoming): unknown {
  const after = Number(query.get('after') ?? 0);
  const is = (name: string, value: string | undefined): boolean =>
    !query.has(name) || query.get(name)?.toLowerCase() === value?.toLowerCase();
  const requests = sandbox
    .requests()
    .filter(
      (one) =>
        one.sequence > after &&
        is('organization', one.organization) &&
        is('endpoint', one.endpoint) &&
        is('method', one.method),
    );
  const counts = Object.fromEntries(sandbox.organizations().map(({ name }) => [name, sandbox.counts(name)]));
  return { requests, counts };
}

function actAsPerson(sandbox: SandboxControls, incoming: Incoming): void {
  const body = bodyOf(incoming);
  const { organization } = z.looseObject({ organization: z.string() }).parse(body);
  sandbox.actAsPerson(organization, PersonActSchema.parse(body));
}

const TokensSchema = z.object({
  lifetimeSeconds: z.int().positive().optional(),
  revoke: z.union([z.boolean(), z.string()]).default(false),
});

function setTokens(sandbox: SandboxControls, incoming: Incoming): void {
  const { lifetimeSeconds, revoke } = TokensSchema.parse(bodyOf(incoming));
  if (lifetimeSeconds !== undefined) sandbox.setTokenLifetime(lifetimeSeconds);
  if (revoke !== false) sandbox.revokeTokens(revoke === true ? undefined : revoke);
}

const PartitionSchema = z.object({ organization: z.string(), partitionGlobalId: z.guid() });

function movePartition(sandbox: SandboxControls, incoming: Incoming): void {
  const { organization, partitionGlobalId } = PartitionSchema.parse(bodyOf(incoming));
  sandbox.movePartition(organization, partitionGlobalId);
}

function bodyOf({ body }: Incoming): unknown {
  const value: unknown = JSON.parse(body === '' ? '{}' : body);
  return value;
}
