import type { ProvisionedUser } from '../../domain/provisioned-user';
import { SCIM, urnOf } from './scim-attributes';
import { isRecord } from './normalize-scim-values';

/** A resource as it is answered. */
export type WireResource = Readonly<Record<string, unknown>>;

/** A group that this app manages. Who is in it is not for a provisioning client to read. */
export type ScimGroup = Readonly<{ id: string; displayName: string }>;

/** `base` is the address of the service provider, without a slash at its end. */
export function toWireUser(
  { id, createdAtMs, changedAtMs, user }: ProvisionedUser,
  base: string,
): WireResource {
  const { extension, ...core } = user;
  const extensions = isRecord(extension)
    ? Object.entries(extension).map(
        ([name, attributes]) => [urnOf(name), toWireExtension(name, attributes)] as const,
      )
    : [];
  return {
    schemas: [SCIM.user, ...extensions.map(([urn]) => urn)],
    id,
    ...core,
    ...Object.fromEntries(extensions),
    meta: {
      resourceType: 'User',
      created: new Date(createdAtMs).toISOString(),
      lastModified: new Date(changedAtMs).toISOString(),
      location: `${base}/Users/${id}`,
    },
  };
}

function toWireExtension(name: string, attributes: unknown): unknown {
  if (name !== 'enterprise' || !isRecord(attributes) || typeof attributes['manager'] !== 'string')
    return attributes;
  return { ...attributes, manager: { value: attributes['manager'] } };
}

export function toWireGroup({ id, displayName }: ScimGroup, base: string): WireResource {
  return {
    schemas: [SCIM.group],
    id,
    displayName,
    meta: { resourceType: 'Group', location: `${base}/Groups/${id}` },
  };
}

/** RFC 7644 section 3.4.2. `startIndex` counts from 1. */
export function toListResponse(
  resources: readonly WireResource[],
  { totalResults, startIndex }: Readonly<{ totalResults: number; startIndex: number }>,
): WireResource {
  return {
    schemas: [SCIM.list],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** RFC 7644 section 3.12. */
export function toErrorBody(status: number, detail: string, scimType: string | undefined): WireResource {
  return {
    schemas: [SCIM.error],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail,
  };
}

/**
 * The attributes that were asked for (RFC 7644 section 3.9), by their first names: who asks for a part of one gets it whole.
 * `schemas` and `id` are always there.
 */
export function selectAttributes(
  resource: WireResource,
  {
    attributes,
    excludedAttributes,
  }: Readonly<{ attributes: string | null; excludedAttributes: string | null }>,
): WireResource {
  const wanted = namesIn(attributes);
  const unwanted = namesIn(excludedAttributes);
  if (wanted.length + unwanted.length === 0) return resource;
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => {
      if (name === 'schemas' || name === 'id') return true;
      const member = name.toLowerCase();
      return wanted.length > 0
        ? wanted.some((wantedName) => isNamed(wantedName, member))
        : !unwanted.includes(member);
    }),
  );
}

function isNamed(name: string, member: string): boolean {
  return name === member || name.startsWith(`${member}.`) || name.startsWith(`${member}:`);
}

const MOST_NAMES = 50;

function namesIn(list: string | null): readonly string[] {
  return (list ?? '')
    .split(',', MOST_NAMES)
    .map((name) => name.trim().toLowerCase().replace(`${SCIM.user.toLowerCase()}:`, ''))
    .filter((name) => name !== '');
}
