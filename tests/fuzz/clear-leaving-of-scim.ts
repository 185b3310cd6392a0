import { parseJsonBody } from '../../shared/webhooks/json-body';

type Change = Readonly<{ id: string; method: 'PATCH' | 'PUT'; raw: string | Uint8Array }>;
type SendAs = (
  method: 'PATCH' | 'PUT' | 'GET',
  path: string,
  body: string | undefined,
) => Promise<Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>>;

/** Nothing beside a clear leaving keeps a user active. @throws Error when it does */
export async function requireEnd(send: SendAs, { id, method, raw }: Change): Promise<void> {
  const body = objectIn(raw);
  const operations = body?.['Operations'];
  if (body === undefined || (method === 'PATCH' && !Array.isArray(operations))) return;
  const leaves = { op: 'Replace', path: 'active', value: 'False' };
  const leaving =
    method === 'PUT'
      ? { ...withoutActive(body), active: false }
      : { ...body, Operations: [...(operations as unknown[]), leaves] };
  const answer = await send(method, `/${id}`, JSON.stringify(leaving));
  const read = await send('GET', `/${id}`, undefined);
  if (answer.status !== 413 && read.body['active'] !== false)
    throw new Error(`A user who clearly left is active, and the client told ${answer.status}`);
}

/** Names have no case, and with operations it would be a PATCH. */
function withoutActive(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !/^(active|operations)$/i.test(name)));
}

/** undefined: nobody could read it, so that nothing in it is clear. */
function objectIn(raw: string | Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJsonBody(Buffer.from(raw));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
