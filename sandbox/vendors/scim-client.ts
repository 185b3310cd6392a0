import { z } from 'zod';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** Attributes of the core schema; any other is of the enterprise extension. */
const coreAttributes = new Set(['title', 'userType', 'displayName', 'timezone']);

const FoundSchema = z.object({ Resources: z.array(z.object({ id: z.string() })) });

type News = Readonly<{
  kind: 'joiner' | 'mover' | 'leaver';
  email: string;
  attributes: Readonly<Record<string, string>>;
}>;

/**
 * Does what the provisioning client of Entra does for somebody: looks for them, then creates, changes or disables them. Returns
 * the last answer.
 */
export async function provision(
  to: Readonly<{ baseUrl: string; token: string }>,
  { kind, email, attributes }: News,
): Promise<Readonly<{ status: number; body: unknown }>> {
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${to.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${to.token}`,
        'content-type': 'application/scim+json; charset=utf-8',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, body: answer };
  };
  const found = await send('GET', `/Users?filter=${encodeURIComponent(`userName eq "${email}"`)}`);
  if (found.status !== 200) return found;
  const [user] = FoundSchema.parse(found.body).Resources;
  if (user === undefined)
    return kind === 'leaver' ? found : send('POST', '/Users', userOf(email, attributes));
  const active = { op: 'Replace', path: 'active', value: kind === 'leaver' ? 'False' : 'True' };
  const changes = Object.entries(attributes).map(([name, value]) => ({
    op: 'Replace',
    path: coreAttributes.has(name) ? name : `${enterprise}:${name}`,
    value,
  }));
  const operations = kind === 'mover' ? changes : [active, ...changes];
  return send('PATCH', `/Users/${user.id}`, { schemas: [patchOp], Operations: operations });
}

function userOf(email: string, attributes: News['attributes']): object {
  const all = Object.entries(attributes);
  return {
    schemas: [core, enterprise],
    externalId: `ext-${email}`,
    userName: email,
    active: true,
    emails: [{ primary: true, type: 'work', value: email }],
    ...Object.fromEntries(all.filter(([name]) => coreAttributes.has(name))),
    [enterprise]: Object.fromEntries(all.filter(([name]) => !coreAttributes.has(name))),
  };
}
