import type { Actor, Turns } from './turns';
import type { UiPathSandbox } from '../../sandbox/uipath/sandbox-controls';

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

/**
 * One process's way to UiPath: each request is a step, its answer read to the end. `onChange` is told the truth about every
 * group PUT, whatever became of its answer.
 */
export function steppedFetch(
  uipath: UiPathSandbox,
  {
    turns,
    actor,
    now,
    organization,
    onChange,
  }: Readonly<{
    turns: Turns;
    actor: Actor;
    now: () => number;
    organization: string;
    onChange: (change: MembershipChange) => void;
  }>,
): typeof globalThis.fetch {
  return async (input, init) => {
    if (typeof input !== 'string') throw new TypeError('Addresses are texts here');
    const url = input;
    const method = init?.method ?? 'GET';
    const what = `http ${method} ${new URL(url).pathname.replaceAll(/\/[0-9a-f-]{36}/g, '').replace(/^.*identity_\//, '')}`;
    return turns.step(
      actor,
      what,
      async () => {
        const groupId =
          method === 'PUT' ? /\/api\/Group\/([0-9a-f-]{36})$/i.exec(url)?.[1]?.toLowerCase() : undefined;
        const members = (): ReadonlySet<string> =>
          new Set(uipath.organization(organization).groups.get(groupId ?? '')?.members.actual);
        const before = members();
        let status = 0;
        try {
          const response = await fetch(url, init);
          ({ status } = response);
          const body = await response.text();
          return new Response(body === '' ? null : body, { status, headers: response.headers });
        } finally {
          if (groupId !== undefined) {
            const after = members();
            const body = JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Readonly<
              Record<string, readonly string[]>
            >;
            onChange({
              atMs: now(),
              actor: actor.name,
              groupId,
              status,
              asked: {
                add: body['directoryUserIDsToAdd'] ?? [],
                remove: body['directoryUserIDsToRemove'] ?? [],
              },
              added: [...after].filter((id) => !before.has(id)),
              removed: [...before].filter((id) => !after.has(id)),
            });
          }
        }
      },
      () => Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } }),
    );
  };
}
