import { isGuid } from './ids';
import { findEntity, labelOf, type Entity, type Group, type Organization } from './organization';
import type { User } from './principals';
import type { Switches } from './switches';

/** UTC without saying so, with seven digits after the second, as the live service writes it. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}0000`;
}

export function wireTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : wireTime(ms);
}

/** UserType: 0 user, 2 directory user, 3 directory group, 4 robot account, 5 application. */
export function userTypeOf(entity: Entity): number {
  switch (entity.kind) {
    case 'user':
      return entity.source === 'local' ? 0 : 2;
    case 'directory-group':
    case 'group':
      return 3;
    case 'robot':
      return 4;
    case 'application':
      return 5;
  }
}

export type EntityType = 'user' | 'group' | 'application';

/** What Resolve would find it as; a robot account is of no such type. */
export function entityTypeOf(entity: Entity): EntityType | 'robot' {
  return entity.kind === 'directory-group' ? 'group' : entity.kind;
}

const OBJECT_TYPES = {
  user: 'DirectoryUser',
  group: 'DirectoryGroup',
  'directory-group': 'DirectoryGroup',
  robot: 'DirectoryRobotUser',
  application: 'DirectoryApplication',
} as const satisfies Record<Entity['kind'], string>;

/** The opaque form that Search answers: the id for local entries, `aad|<object id>` for directory entries. */
function searchIdentifier(entity: Entity): string {
  const external = 'externalId' in entity ? entity.externalId : null;
  return external === null ? entity.id : `${sourceOf(entity)}|${external}`;
}

function sourceOf(entity: Entity): string {
  return 'source' in entity ? entity.source : 'local';
}

/** An entity as Resolve, the access policy and member lists show it; only Resolve ever uses the prefixed form. */
export function wireEntity(
  entity: Entity,
  form: Switches['aadIdentifier'] = 'guid',
): Readonly<Record<string, unknown>> {
  const base = {
    objectType: OBJECT_TYPES[entity.kind],
    externalId: 'externalId' in entity ? entity.externalId : null,
    source: sourceOf(entity),
    identifier: form === 'prefixed' ? searchIdentifier(entity) : entity.id,
    name: entity.kind === 'user' ? entity.userName : entity.name,
    email: entity.kind === 'user' ? entity.email : null,
    displayName: labelOf(entity),
  };
  if (entity.kind === 'user') return { ...base, ...personalFields(entity) };
  return entity.kind === 'application' ? { ...base, applicationId: entity.clientId } : base;
}

function personalFields(user: User): Readonly<Record<string, unknown>> {
  return {
    firstName: user.name,
    lastName: user.surname,
    jobTitle: user.jobTitle,
    companyName: null,
    city: null,
    department: user.department,
  };
}

/** An entity as Search shows it; `type` is a number on the wire. */
export function wireSearchResult(entity: Entity): Readonly<Record<string, unknown>> {
  const type = { user: 0, group: 1, application: 2, robot: 0 }[entityTypeOf(entity)];
  return {
    source: sourceOf(entity),
    identifier: searchIdentifier(entity),
    identityName: entity.kind === 'user' ? entity.userName : entity.name,
    displayName: labelOf(entity),
    email: entity.kind === 'user' ? entity.email : null,
    domain: null,
    type,
    objectType: OBJECT_TYPES[entity.kind],
  };
}

/** `members` is empty on the wire even when the group is not, unless it is asked to be filled. */
export function wireGroup(group: Group, members: readonly unknown[] = []): Readonly<Record<string, unknown>> {
  return {
    id: group.id,
    name: group.name,
    displayName: group.name,
    type: group.builtIn ? 0 : 1,
    creationTime: wireTime(group.createdAtMs),
    lastModificationTime: wireTimeOrNull(group.modifiedAtMs),
    members,
    mappedRole: null,
    scope: null,
  };
}

/** Finds by the id or by the prefixed form of a directory entry. */
export function findByIdentifier(organization: Organization, identifier: string): Entity | undefined {
  if (isGuid(identifier)) return findEntity(organization, identifier);
  const [source, externalId] = identifier.split('|', 2);
  if (externalId === undefined) return undefined;
  const entity = organization.principals.getByExternalId(externalId);
  return entity !== undefined && sourceOf(entity) === source ? entity : undefined;
}

/** An app token may not see a person of the directory that UiPath never met. */
export function isVisible(entity: Entity, { neverSeenUsers }: Pick<Switches, 'neverSeenUsers'>): boolean {
  return entity.kind !== 'user' || entity.seen || entity.source === 'local' || neverSeenUsers === 'visible';
}
