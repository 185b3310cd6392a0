import { ENTERPRISE_ATTRIBUTES, SCIM, USER_ATTRIBUTES, type ScimAttribute } from './scim-attributes';
import type { WireResource } from './scim-responses';

const schemaUrn = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const resourceTypeUrn = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const providerUrn = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

/** Users in one answer at most. */
export const MOST_RESULTS = 200;

/** RFC 7643 section 5: what this service provider can do. */
export function serviceProviderConfig(base: string): WireResource {
  return {
    schemas: [providerUrn],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MOST_RESULTS },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: false },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A static token, or an access token of Microsoft Entra, as the policy says',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}

/** RFC 7643 section 6. */
export function resourceTypes(base: string): readonly WireResource[] {
  return [
    resourceType(base, 'User', 'Users', SCIM.user, [{ schema: SCIM.enterprise, required: false }]),
    resourceType(base, 'Group', 'Groups', SCIM.group, []),
  ];
}

function resourceType(
  base: string,
  name: string,
  plural: string,
  schema: string,
  schemaExtensions: readonly object[],
): WireResource {
  return {
    schemas: [resourceTypeUrn],
    id: name,
    name,
    endpoint: `/${plural}`,
    schema,
    schemaExtensions,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  };
}

/** RFC 7643 section 7: the attributes that are kept, and those of them that a user has to have. */
export function schemas(base: string, required: ReadonlySet<string>): readonly WireResource[] {
  return [
    toSchema(
      base,
      SCIM.user,
      'User',
      [...USER_ATTRIBUTES].map(([name, attribute]) => ({
        ...toAttribute(name, attribute),
        required: required.has(name),
      })),
    ),
    toSchema(
      base,
      SCIM.enterprise,
      'EnterpriseUser',
      [...ENTERPRISE_ATTRIBUTES].map(([name, about]) =>
        name === 'manager'
          ? toAttribute(name, { kind: 'complex', about, parts: { value: 'text' } })
          : toAttribute(name, { kind: 'text', about }),
      ),
    ),
    toSchema(base, SCIM.group, 'Group', [
      { ...simple('displayName', 'string', 'The name of the group in UiPath'), mutability: 'readOnly' },
    ]),
  ];
}

function toSchema(base: string, id: string, name: string, attributes: readonly object[]): WireResource {
  return {
    schemas: [schemaUrn],
    id,
    name,
    description: name,
    attributes,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  };
}

const unique: ReadonlySet<string> = new Set(['userName', 'externalId']);

function toAttribute(name: string, attribute: ScimAttribute): object {
  switch (attribute.kind) {
    case 'text':
    case 'flag':
      return {
        ...simple(name, typeOf(attribute.kind), attribute.about),
        caseExact: name === 'externalId',
        uniqueness: unique.has(name) ? 'server' : 'none',
      };
    case 'complex':
    case 'list':
      return {
        ...simple(name, 'complex', attribute.about),
        multiValued: attribute.kind === 'list',
        subAttributes: Object.entries(attribute.parts).map(([part, kind]) =>
          simple(part, typeOf(kind), part),
        ),
      };
  }
}

function typeOf(kind: 'text' | 'flag'): 'string' | 'boolean' {
  return kind === 'flag' ? 'boolean' : 'string';
}

function simple(name: string, type: string, description: string) {
  return {
    name,
    type,
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
  };
}
