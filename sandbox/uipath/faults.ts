import { z } from 'zod';
import { ENDPOINT_IDS, type EndpointId } from './endpoint-id';
import {
  closedError,
  empty,
  errorMessage,
  html,
  identityResult,
  invalidPartition,
  json,
  oauthError,
  pascalError,
  problem,
  type Reply,
} from './reply';

const FAMILIES = [
  ...(['empty', 'pascal', 'problem', 'error-message', 'closed', 'identity-result', 'oauth'] as const),
  ...(['html', 'invalid-partition'] as const),
] as const;

const MatchSchema = z.object({
  endpoint: z.enum(ENDPOINT_IDS).optional(),
  method: z.string().optional(),
  /** A regular expression on the path after the host. */
  path: z.string().optional(),
  organization: z.string().optional(),
});

/**
 * What goes wrong, and where. `answer`, `html` and `reset` happen instead of the work; `answer-lost` and `truncate`
 * after it was done; `delay` before it, by the sandbox's clock; `lag` makes this request's membership changes
 * visible to reads only `ms` later. `times` is 1 unless given; `skip` lets that many matching requests pass first.
 */
export const FaultSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('answer'),
      status: z.int(),
      family: z.enum(FAMILIES).default('empty'),
      message: z.string().default('Injected'),
      /** Sent as JSON instead of the family's body. */
      body: z.unknown().optional(),
      headers: z.record(z.string(), z.string()).default({}),
    }),
    z.object({ kind: z.literal('html') }),
    z.object({ kind: z.literal('reset') }),
    z.object({ kind: z.literal('delay'), ms: z.int().nonnegative() }),
    z.object({ kind: z.literal('answer-lost'), how: z.enum(['reset', 'gateway-timeout']).default('reset') }),
    z.object({ kind: z.literal('truncate') }),
    z.object({ kind: z.literal('lag'), ms: z.int().nonnegative() }),
  ])
  .and(
    z.object({
      match: MatchSchema.default({}),
      times: z.union([z.int().positive(), z.literal('always')]).default(1),
      skip: z.int().nonnegative().default(0),
    }),
  );

export type FaultInput = z.input<typeof FaultSchema>;
export type Fault = z.output<typeof FaultSchema>;
export type FaultTarget = Readonly<{
  endpoint: EndpointId | undefined;
  method: string;
  path: string;
  organization: string | undefined;
}>;

type Armed = { readonly fault: Fault; readonly path: RegExp | undefined; left: number; skip: number };

/** The faults that wait for their request. */
export class Faults {
  #armed: Armed[] = [];

  /** @throws Error when the fault is not one of the known shapes. */
  inject(input: FaultInput): void {
    const fault = FaultSchema.parse(input);
    this.#armed.push({
      fault,
      path: fault.match.path === undefined ? undefined : new RegExp(fault.match.path),
      left: fault.times === 'always' ? Number.POSITIVE_INFINITY : fault.times,
      skip: fault.skip,
    });
  }

  /** The faults for this request: all its delays and lags, and the first of the others. */
  take(target: FaultTarget): readonly Fault[] {
    const taken: Fault[] = [];
    for (const armed of this.#armed) {
      if (!matches(armed, target)) continue;
      const stacks = armed.fault.kind === 'delay' || armed.fault.kind === 'lag';
      if (!stacks && taken.some(({ kind }) => kind !== 'delay' && kind !== 'lag')) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      taken.push(armed.fault);
    }
    this.#armed = this.#armed.filter(({ left }) => left > 0);
    return taken;
  }

  clear(): void {
    this.#armed = [];
  }
}

function matches({ fault, path }: Armed, target: FaultTarget): boolean {
  const { endpoint, method, organization } = fault.match;
  return (
    (endpoint === undefined || endpoint === target.endpoint) &&
    (method === undefined || method.toUpperCase() === target.method) &&
    (organization === undefined || organization === target.organization) &&
    (path === undefined || path.test(target.path))
  );
}

export function replyOf(fault: Extract<Fault, { kind: 'answer' }>): Reply {
  const reply = fault.body === undefined ? familyReply(fault) : json(fault.status, fault.body);
  return { ...reply, status: fault.status, headers: { ...reply.headers, ...fault.headers } };
}

function familyReply({ family, status, message }: Extract<Fault, { kind: 'answer' }>): Reply {
  switch (family) {
    case 'empty':
      return empty(status);
    case 'pascal':
      return pascalError(status, message);
    case 'problem':
      return problem({ field: [message] });
    case 'error-message':
      return errorMessage(message);
    case 'closed':
      return closedError();
    case 'identity-result':
      return identityResult([{ code: 'Injected', description: message }], status);
    case 'oauth':
      return oauthError(message);
    case 'html':
      return html(status);
    case 'invalid-partition':
      return invalidPartition();
  }
}
