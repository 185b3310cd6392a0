import type { Actor, Turns } from './turns';
import type { UiPathSandbox } from '../../sandbox/uipath/sandbox-controls';
import type { StandingTroubles } from './standing-troubles';

/** What one group PUT asked for and what it changed in truth, by ids. */
export type MembershipChange = Readonly<{
  atMs: number;
  actor: string;
  groupId: string;
  status: number;
  asked: Readonly<{ add: readonly string[]; remove: readonly string[] }>;
  added: readonly string[];
  removed: readonly string[];
}>;

type Network = Readonly<{
  turns: Turns;
  actor: Actor;
  now: () => number;
  organization: string;
  latencyMs: number;
  troubles: Pick<StandingTroubles, 'effectOn'>;
  onChange: (change: MembershipChange) => void;
}>;

/**
 * One process's way to UiPath: each request is a step, its answer read to the end. A request whose sender gave it up arrives
 * all the same. `onChange` is told the truth about every group PUT, whatever became of its answer.
 */
export function steppedFetch(uipath: UiPathSandbox, network: Network): typeof globalThis.fetch {
  const { turns, actor, latencyMs, troubles } = network;
  return async (input, { signal, ...init } = {}) => {
    if (typeof input !== 'string') throw new TypeError('Addresses are texts here');
    const url = input;
    const { method = 'GET' } = init;
    const what = `http ${method} ${new URL(url).pathname.replaceAll(/\/[0-9a-f-]{36}/g, '').replace(/^.*identity_\//, '')}`;
    const body = typeof init.body === 'string' ? init.body : '';
    const act = async (): Promise<Response> => {
      const effect = troubles.effectOn({ method, url, body });
      if (effect === 'fails') return new Response(null, { status: 500 });
      const sent = effect === 'half-made' ? firstHalf(body) : body;
      const response = await watched(uipath, network, { url, body: sent, method }, async () =>
        fetch(url, { ...init, ...(sent === '' ? {} : { body: sent }) }),
      );
      if (effect !== undefined) throw connectionLost();
      return response;
    };
    signal?.throwIfAborted();
    const answer = turns.step(actor, what, act, { failure: connectionLost, takesMs: latencyMs });
    return signal === undefined || signal === null ? answer : orAborted(answer, signal);
  };
}

async function watched(
  uipath: UiPathSandbox,
  { actor, now, organization, onChange }: Network,
  { url, body, method }: Readonly<{ url: string; body: string; method: string }>,
  call: () => Promise<Response>,
): Promise<Response> {
  const groupId =
    method === 'PUT' ? /\/api\/Group\/([0-9a-f-]{36})$/i.exec(url)?.[1]?.toLowerCase() : undefined;
  const members = (): ReadonlySet<string> =>
    new Set(uipath.organization(organization).groups.get(groupId ?? '')?.members.actual);
  const before = members();
  let status = 0;
  try {
    const response = await call();
    ({ status } = response);
    const text = await response.text();
    return new Response(text === '' ? null : text, { status, headers: response.headers });
  } finally {
    if (groupId !== undefined) {
      const after = members();
      const asked = idsIn(body);
      onChange({
        atMs: now(),
        actor: actor.name,
        groupId,
        status,
        asked: { add: asked.directoryUserIDsToAdd, remove: asked.directoryUserIDsToRemove },
        added: [...after].filter((id) => !before.has(id)),
        removed: [...before].filter((id) => !after.has(id)),
      });
    }
  }
}

type PutBody = Readonly<
  Record<'directoryUserIDsToAdd' | 'directoryUserIDsToRemove', readonly string[]> & Record<string, unknown>
>;

function idsIn(body: string): PutBody {
  const empty = { directoryUserIDsToAdd: [], directoryUserIDsToRemove: [] };
  return { ...empty, ...(JSON.parse(body === '' ? '{}' : body) as Partial<PutBody>) };
}

/** Of several changes the first half; a single one is whole. */
function firstHalf(body: string): string {
  const { directoryUserIDsToAdd: add, directoryUserIDsToRemove: remove, ...rest } = idsIn(body);
  const most = Math.ceil((add.length + remove.length) / 2);
  const added = add.slice(0, most);
  return JSON.stringify({
    ...rest,
    directoryUserIDsToAdd: added,
    directoryUserIDsToRemove: remove.slice(0, most - added.length),
  });
}

async function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function connectionLost(): Error {
  return Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
}
