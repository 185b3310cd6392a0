import { z } from 'zod';
import { readDeciderName } from '../domain/decider-name';
import type { SignedInPerson } from '../domain/decider';
import { isGuid } from '../domain/guid';
import type { HeadersAsked } from './client-address';

/** What the settings say of App Service authentication: whether the platform says that it is on, and whose people count. */
export type EasyAuthSettings = Readonly<{ isOn: boolean; tenantId: string | undefined }>;

/** Why nobody is signed in, for the log alone. `principal-missing`: the platform passed somebody whom nobody signed in. */
type PrincipalRefusal =
  | 'platform-not-on'
  | 'tenant-not-configured'
  | 'principal-missing'
  | 'principal-unreadable'
  | 'provider-other'
  | 'tenant-other'
  | 'object-id-missing'
  | 'no-person'
  | 'name-refused';

type Principal = Readonly<{ by: SignedInPerson; appRoles: readonly string[] }>;

const PrincipalSchema = z.object({
  auth_typ: z.string(),
  role_typ: z.string().nullish(),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })),
});

const SCHEMAS = 'http://schemas.microsoft.com/identity/claims/';
const SOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';

/**
 * The person whom App Service authentication signed in, from the claims in `x-ms-client-principal`: base64 of JSON, which the
 * platform sets and takes off what callers send. Who it is, is the object id in the tenant of the settings, from provider
 * `aad` (Microsoft Entra ID). Two different values of one claim are none.
 */
export function readPrincipal(
  { isOn, tenantId }: EasyAuthSettings,
  headers: HeadersAsked,
  nowMs: number,
): Principal | Readonly<{ refusal: PrincipalRefusal }> {
  if (!isOn) return { refusal: 'platform-not-on' };
  if (tenantId === undefined) return { refusal: 'tenant-not-configured' };
  const encoded = headers.get('x-ms-client-principal') ?? '';
  if (encoded === '') return { refusal: 'principal-missing' };
  const read = PrincipalSchema.safeParse(parseJson(Buffer.from(encoded, 'base64').toString()));
  if (!read.success) return { refusal: 'principal-unreadable' };
  const { auth_typ: provider, role_typ: roleType, claims } = read.data;
  if (provider !== 'aad' || (headers.get('x-ms-client-principal-idp') ?? 'aad') !== 'aad')
    return { refusal: 'provider-other' };
  const valuesOf = (...types: readonly string[]): readonly string[] => [
    ...new Set(claims.flatMap(({ typ, val }) => (types.includes(typ) ? [val] : []))),
  ];
  const [tenant, ...otherTenants] = valuesOf('tid', `${SCHEMAS}tenantid`).map((id) => id.toLowerCase());
  if (tenant !== tenantId.toLowerCase() || otherTenants.length > 0) return { refusal: 'tenant-other' };
  const [objectId, ...otherIds] = valuesOf('oid', `${SCHEMAS}objectidentifier`).map((id) => id.toLowerCase());
  if (objectId === undefined || !isGuid(objectId) || otherIds.length > 0)
    return { refusal: 'object-id-missing' };
  // A token that an application got for itself: its subject is its own object id. https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
  const isApplication =
    valuesOf('idtyp').includes('app') ||
    valuesOf('sub', `${SOAP}nameidentifier`).some((subject) => subject.toLowerCase() === objectId);
  if (isApplication) return { refusal: 'no-person' };
  const [said = headers.get('x-ms-client-principal-name') ?? ''] = valuesOf(
    'preferred_username',
    `${SOAP}upn`,
  );
  const named = readDeciderName(said);
  if ('problem' in named) return { refusal: 'name-refused' };
  const { name } = named;
  const [email = name] = valuesOf('email', `${SOAP}emailaddress`);
  return {
    by: {
      kind: 'person',
      tenantId: tenant,
      objectId,
      name,
      ...(email === name || 'problem' in readDeciderName(email) ? {} : { email }),
      establishedBy: 'easy-auth',
      establishedAtMs: nowMs,
    },
    appRoles: valuesOf(
      'roles',
      'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
      ...(roleType ? [roleType] : []),
    ),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
