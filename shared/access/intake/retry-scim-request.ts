import type { Delivery } from '../../domain/delivery';
import { errorCodeOf } from '../../errors';
import { parseJsonBody } from '../../webhooks/json-body';
import { REFUSALS } from '../../webhooks/scim/leave-scim-user';
import { provisionUser, type ProvisionAct, type ProvisionDeps, type ScimClient } from './provision-scim-user';

const KINDS = { POST: 'create', PUT: 'replace', PATCH: 'patch' } as const;
/** In characters, before they are encoded: half an encoded one could not be read again. Ids of ours are shorter. */
const LONGEST_ID = 200;

/** The type under which a refused request is kept: its method, and the user it is about. */
export function keptTypeOf(method: string, id = ''): string {
  return `scim:${method}:${encodeURIComponent(Array.from(id).slice(0, LONGEST_ID).join(''))}`;
}

/** Whether a refused request would be lost. A client knows what to do when a user is not there, or is there already. */
export function isToBeKept(method: string, error: unknown): boolean {
  const code = errorCodeOf(error);
  return (
    method in KINDS &&
    (REFUSALS.has(code) ||
      code === 'content-type-unsupported' ||
      (code === 'user-exists' && method !== 'POST'))
  );
}

/**
 * Makes a change that was refused, as of when it came, and returns what became of it as one word; undefined: it is none.
 * What the client has changed since counts more.
 * @throws AppError as `provisionUser`
 */
export async function retryScimRequest(
  deps: ProvisionDeps,
  client: ScimClient,
  { contentType, body, receivedAtMs }: Pick<Delivery, 'contentType' | 'body' | 'receivedAtMs'>,
  keepRefusal: (refusal: unknown) => Promise<void>,
): Promise<string | undefined> {
  const [, method, encodedId = ''] = /^scim:(POST|PUT|PATCH):(.*)$/.exec(contentType) ?? [];
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH') return undefined;
  const id = decodeURIComponent(encodedId);
  const known = method === 'POST' ? undefined : await deps.users.get(client.source, id);
  if (method !== 'POST' && known === undefined) return 'user-unknown';
  if (known !== undefined && known.value.changedAtMs > receivedAtMs) return 'overtaken';
  const said = parseJsonBody(body);
  const act: ProvisionAct =
    method === 'POST' ? { kind: 'create', body: said } : { kind: KINDS[method], id, body: said };
  const clock = { now: () => receivedAtMs };
  try {
    await provisionUser({ ...deps, clock }, client, act, keepRefusal);
  } catch (error) {
    if (method === 'POST' && errorCodeOf(error) === 'user-exists') return 'overtaken';
    throw error;
  }
  return 'provisioned';
}
