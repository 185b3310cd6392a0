/** The URNs of the schemas that are served: RFC 7643 section 8.7 and RFC 7644 section 3. */
export const SCIM = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
} as const;

type SimpleKind = 'text' | 'flag';
export type ScimAttribute =
  | Readonly<{ kind: SimpleKind; about: string }>
  | Readonly<{ kind: 'complex' | 'list'; about: string; parts: Readonly<Record<string, SimpleKind>> }>;

/**
 * The attributes of a user that are kept: those that say who a worker is and what birthright may look at. Whatever else
 * a client sends (passwords, telephone numbers, photos) is dropped unread.
 */
export const USER_ATTRIBUTES: ReadonlyMap<string, ScimAttribute> = new Map<string, ScimAttribute>([
  [
    'userName',
    {
      kind: 'text',
      about:
        'How the client calls the user; unique, in any case; the address where no e-mail address is sent',
    },
  ],
  ['externalId', { kind: 'text', about: "The client's own id of the user; unique" }],
  ['active', { kind: 'flag', about: 'Whether the user works here' }],
  ['displayName', { kind: 'text', about: 'The name that is shown' }],
  [
    'name',
    {
      kind: 'complex',
      about: 'The parts of the name',
      parts: { formatted: 'text', familyName: 'text', givenName: 'text' },
    },
  ],
  ['title', { kind: 'text', about: 'The job title' }],
  ['userType', { kind: 'text', about: 'The kind of employment' }],
  ['preferredLanguage', { kind: 'text', about: 'A language tag' }],
  ['locale', { kind: 'text', about: 'A locale' }],
  ['timezone', { kind: 'text', about: 'An IANA time zone' }],
  [
    'emails',
    {
      kind: 'list',
      about: 'E-mail addresses; the one of type work is the person',
      parts: { value: 'text', type: 'text', primary: 'flag' },
    },
  ],
  [
    'addresses',
    {
      kind: 'list',
      about: 'Where the user works, without streets',
      parts: { type: 'text', primary: 'flag', locality: 'text', region: 'text', country: 'text' },
    },
  ],
]);

/** RFC 7643 section 4.3. Of `manager` only the id is kept. */
export const ENTERPRISE_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['employeeNumber', 'The number of the employee'],
  ['costCenter', 'The cost centre'],
  ['organization', 'The organization'],
  ['division', 'The division'],
  ['department', 'The department'],
  ['manager', 'The id of the manager'],
]);

/** Attributes of every resource that only this side sets. */
export const READ_ONLY: ReadonlySet<string> = new Set(['id', 'meta', 'schemas', 'groups']);

/** An extension by its URN: `enterprise` or a name of the client's own, in small letters. */
export function extensionOf(urn: string): string | undefined {
  const name = /^urn:ietf:params:scim:schemas:extension:([A-Za-z][\w-]{0,63}):2\.0:User$/i.exec(urn)?.[1];
  const folded = name?.toLowerCase();
  return folded === undefined || folded in {} ? undefined : folded;
}

/** The URN of an extension by the name under which its attributes are kept. */
export function urnOf(extension: string): string {
  return `urn:ietf:params:scim:schemas:extension:${extension}:2.0:User`;
}

/** Names of attributes have no case (RFC 7643 section 2.1): the one that is meant, as it is written here. */
export function knownName(names: Iterable<string>, name: string): string | undefined {
  const folded = name.toLowerCase();
  for (const known of names) if (known.toLowerCase() === folded) return known;
  return undefined;
}
