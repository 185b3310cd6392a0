import { z } from 'zod';
import { entityType } from './entity-type';
import { EVERYONE, findGroupNamed, type Entity, type Group, type Organization } from './organization';
import { namesOf } from './principals';
import { json, pascalError, Refusal, type Reply } from './reply';
import { guidList, readBody, type Call, type Route } from './route';
import {
  entityTypeOf,
  findByIdentifier,
  isVisible,
  wireEntity,
  wireSearchResult,
  type EntityType,
} from './wire';

const MOST_NAMES = 20;
const SCOPES = ['PM.Directory', 'PM.Directory.Read'] as const;
const common = { service: 'identity', scopes: SCOPES, enterprise: true } as const;

export const DIRECTORY_ROUTES: readonly Route[] = [
  {
    endpoint: 'D1',
    method: 'GET',
    path: '/api/Directory/Search/{partitionGlobalId}',
    ...common,
    handle: search,
  },
  {
    endpoint: 'D2',
    method: 'POST',
    path: '/api/Directory/Resolve/{partitionGlobalId}',
    ...common,
    handle: resolve,
  },
  {
    endpoint: 'D3',
    method: 'POST',
    path: '/api/Directory/ResolveByName/{partitionGlobalId}',
    ...common,
    handle: resolveByName,
  },
  {
    endpoint: 'D4',
    method: 'POST',
    path: '/api/Directory/BulkResolve/{partitionGlobalId}',
    ...common,
    handle: bulkResolve,
  },
  {
    endpoint: 'D5',
    method: 'POST',
    path: '/api/Directory/BulkResolveByName/{partitionGlobalId}',
    ...common,
    handle: bulkResolveByName,
  },
  {
    endpoint: 'D6',
    method: 'POST',
    path: '/api/Directory/GroupMembership/{partitionGlobalId}',
    ...common,
    handle: groupMembership,
  },
  {
    endpoint: 'D7',
    method: 'GET',
    path: '/api/Directory/Tenant/{partitionGlobalId}',
    ...common,
    handle: tenant,
  },
  {
    endpoint: 'D7',
    method: 'GET',
    path: '/api/Directory/Scopes/{partitionGlobalId}',
    ...common,
    handle: () => json(200, []),
  },
  {
    endpoint: 'D7',
    method: 'GET',
    path: '/api/Directory/TransitiveDirectoryGroupMembers/{partitionGlobalId}/{groupId}',
    ...common,
    handle: transitiveMembers,
  },
];

const SOURCE_FILTERS: Readonly<Record<string, (entity: Entity) => boolean>> = {
  localusers: (entity) => entity.kind === 'user' && entity.source === 'local',
  directoryusers: (entity) => entity.kind === 'user' && entity.source !== 'local',
  localgroups: (entity) => entity.kind === 'group',
  directorygroups: (entity) => entity.kind === 'directory-group',
  robotaccounts: (entity) => entity.kind === 'robot',
  applications: (entity) => entity.kind === 'application',
};

function search(call: Call): Reply {
  const type = call.query.get('entityType');
  const filters = call.query.getAll('sourceFilter');
  if ((type === null) === (filters.length === 0)) {
    throw refusal(400, 'Exactly one of entityType and sourceFilter is expected');
  }
  const wanted =
    type === null ? undefined : readBody({ body: { entityType: type } }, z.object({ entityType })).entityType;
  const tests = filters.map(
    (filter) =>
      SOURCE_FILTERS[filter.toLowerCase()] ??
      refuse(400, `Unknown source filter '${filter}' (Parameter 'sourceFilter')`),
  );
  const prefix = call.query.get('startsWith') ?? '';
  const { groups, principals } = call.organization;
  const local: readonly Entity[] = [...groups.values()]
    .filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()))
    .map((group) => ({ ...group, kind: 'group' }));
  const found = [...principals.startingWith(prefix), ...local]
    .filter((entity) => isVisible(entity, call.switches))
    .filter((entity) =>
      wanted === undefined ? tests.some((test) => test(entity)) : entityTypeOf(entity) === wanted,
    );
  return json(200, found.map(wireSearchResult));
}

function resolve(call: Call): Reply {
  const body = readBody(call, z.object({ entityId: z.string().nullish(), entityType }));
  const id = body.entityId ?? '';
  const entity =
    findById(call, id, body.entityType) ?? refuse(404, `Cannot resolve ${body.entityType}s=[${id}] in CIS`);
  return json(200, wireEntity(entity, call.switches.aadIdentifier));
}

function resolveByName(call: Call): Reply {
  const body = readBody(call, z.object({ entityName: z.string().nullish(), entityType }));
  const name = body.entityName ?? '';
  const entity =
    findByName(call, name, body.entityType) ??
    refuse(404, `Cannot resolve ${body.entityType}s=[${name}] in CIS`);
  return json(200, wireEntity(entity, call.switches.aadIdentifier));
}

const BulkResolveSchema = z.object({ entityIds: z.array(z.string()), entityTypes: z.array(entityType) });

function bulkResolve(call: Call): Reply {
  const { entityIds, entityTypes } = readBody(call, BulkResolveSchema);
  if (entityIds.length !== entityTypes.length) {
    throw refusal(400, "entityIds and entityTypes differ in size (Parameter 'entityTypes')");
  }
  const found = entityIds.flatMap((id, at) => {
    const type = entityTypes[at];
    const entity = type === undefined ? undefined : findById(call, id, type);
    return entity === undefined ? [] : [[id, wireEntity(entity, call.switches.aadIdentifier)] as const];
  });
  return json(200, Object.fromEntries(found));
}

const BulkResolveByNameSchema = z.object({
  entityNames: z.array(z.string()),
  entityType,
  scope: z.string().nullish(),
});

function bulkResolveByName(call: Call): Reply {
  const { entityNames, entityType: type } = readBody(call, BulkResolveByNameSchema);
  if (entityNames.length > MOST_NAMES) {
    throw refusal(
      400,
      `entityNames size is larger that maximum supported value of ${MOST_NAMES} (Parameter 'entityNames')`,
    );
  }
  if (entityNames.length === 0 || entityNames.some((name) => name.trim() === '')) {
    throw refusal(400, "Invalid Entity Names. (Parameter 'entityIdentifiers')");
  }
  const resolved = entityNames.map((name) => {
    const entity = findByName(call, name, type);
    return [name, entity === undefined ? null : wireEntity(entity, call.switches.aadIdentifier)] as const;
  });
  return json(200, Object.fromEntries(resolved));
}

const MembershipSchema = z.object({ userId: z.string().nullish(), groupIds: guidList });

function groupMembership(call: Call): Reply {
  const { userId, groupIds } = readBody(call, MembershipSchema);
  const user = findById(call, userId ?? '', 'user');
  const isMember = (group: Group): boolean =>
    user !== undefined && (group.id === EVERYONE || group.members.shownAt(call.time.nowMs).has(user.id));
  const groups = groupIds.flatMap((id) => call.organization.groups.get(id) ?? []).filter(isMember);
  return json(
    200,
    groups.map((group) => wireEntity({ ...group, kind: 'group' })),
  );
}

function tenant({ organization }: Call): Reply {
  return json(200, organization.tenant ?? { id: null, displayName: null });
}

function transitiveMembers(call: Call): Reply {
  const { organization, switches } = call;
  const start = findByIdentifier(organization, call.param('groupId'));
  if (start?.kind !== 'directory-group')
    throw refusal(404, `Cannot resolve groups=[${call.param('groupId')}] in CIS`);
  const met = new Set<string>();
  const waiting: string[] = [...start.memberIds];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (met.has(id) || id === start.id) continue;
    met.add(id);
    const entity = organization.principals.get(id);
    if (entity?.kind === 'directory-group') waiting.push(...entity.memberIds);
  }
  const members = [...met].flatMap((id) => organization.principals.get(id) ?? []);
  return json(
    200,
    members.filter((one) => isVisible(one, switches)).map((one) => wireEntity(one, switches.aadIdentifier)),
  );
}

function findById(call: Call, id: string, type: EntityType): Entity | undefined {
  const entity = findByIdentifier(call.organization, id);
  return entity !== undefined && entityTypeOf(entity) === type && isVisible(entity, call.switches)
    ? entity
    : undefined;
}

function findByName(call: Call, name: string, type: EntityType): Entity | undefined {
  const exact = call.switches.nameMatching === 'case-sensitive';
  const candidates = candidatesOf(call.organization, name).filter(
    (entity) => entityTypeOf(entity) === type && isVisible(entity, call.switches),
  );
  return candidates.find((entity) => {
    const names = entity.kind === 'group' ? [entity.name] : namesOf(entity);
    return !exact || names.includes(name);
  });
}

function candidatesOf(organization: Organization, name: string): readonly Entity[] {
  const principals: readonly Entity[] = organization.principals.named(name);
  const group = findGroupNamed(organization, name);
  return group === undefined ? principals : [{ ...group, kind: 'group' }, ...principals];
}

function refusal(status: number, message: string): Refusal {
  return new Refusal(pascalError(status, message));
}

function refuse(status: number, message: string): never {
  throw refusal(status, message);
}
