import type { Clock } from '../../../shared/clock';
import type { UiPathSandbox } from '../../../sandbox/uipath/sandbox-controls';
import { startUiPathSandbox, type SandboxOptions } from '../../../sandbox/uipath/sandbox';
import { seedOrganization, type OrganizationSeed } from '../../../sandbox/uipath/seed';

type Fields = Readonly<Record<string, unknown>>;

/** `list` holds the entries of an array or of a page. */
export type Answer = Readonly<{
  status: number;
  headers: Headers;
  text: string;
  body: Fields;
  list: readonly Fields[];
}>;
type ManualClock = Clock & Readonly<{ advance: (ms: number) => void; slept: number[] }>;

export type Harness = Readonly<{
  sandbox: UiPathSandbox;
  clock: ManualClock;
  partition: string;
  /** A call to the identity service of `acme`, with a token that has every scope. */
  call: (method: string, path: string, body?: unknown, token?: string) => Promise<Answer>;
  token: (scope?: string, client?: Readonly<{ id: string; secret: string }>) => Promise<string>;
}>;

export const START_MS = Date.parse('2026-03-02T08:00:00.123Z');

function manualClock(): ManualClock {
  let nowMs = START_MS;
  const slept: number[] = [];
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
    slept,
  };
}

export async function fetchAnswer(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const value = parse(text);
  const results = Array.isArray(value) ? value : ((value as Fields | undefined)?.['results'] ?? []);
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (value ?? {}) as Fields,
    list: results as Fields[],
  };
}

export async function startHarness(
  seed: Partial<OrganizationSeed> = {},
  options: Omit<SandboxOptions, 'clock'> = {},
): Promise<Harness> {
  const clock = manualClock();
  const sandbox = await startUiPathSandbox({
    ...options,
    clock,
    seed: { organizations: [seedOrganization({ name: 'acme', ...seed })], ...options.seed },
  });
  const base = sandbox.identityBaseUrl('acme');
  const token: Harness['token'] = async (
    scope = '',
    client = { id: 'acme-client', secret: 'acme-secret' },
  ) => {
    const form = {
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
      scope,
    };
    const answer = await fetchAnswer(`${base}/connect/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    if (answer.status !== 200) throw new Error(`No token: ${answer.text}`);
    return String(answer.body['access_token']);
  };
  let shared: string | undefined;
  return {
    sandbox,
    clock,
    partition: sandbox.organization('acme').partitionGlobalId,
    token,
    call: async (method, path, body, bearer) => {
      shared ??= await token();
      return fetchAnswer(`${base}${path}`, {
        method,
        headers: { authorization: `Bearer ${bearer ?? shared}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
