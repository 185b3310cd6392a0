import { z } from 'zod';
import { entityType } from './entity-type';
import { findEntity, labelOf, type Organization } from './organization';
import { json, pascalError, problem, Refusal, type Reply } from './reply';
import { guid, readBody, type Call, type Route } from './route';
import { entityTypeOf, isVisible, wireEntity } from './wire';

const common = {
  path: '/api/PartitionAccessPolicy/{partitionGlobalId}',
  service: 'identity',
  scopes: ['PM.AuthSetting'],
  administrator: true,
} as const;

export const ACCESS_POLICY_ROUTES: readonly Route[] = [
  { endpoint: 'P1', method: 'GET', ...common, handle: getPolicy },
  { endpoint: 'P2', method: 'PUT', ...common, handle: putPolicy },
];

const UpdatePolicySchema = z.object({
  entitiesToAdd: z.array(guid).nullish(),
  entitiesToRemove: z.array(guid).nullish(),
  entityType,
});

function getPolicy({ organization }: Call): Reply {
  const entities = [...organization.accessPolicy].flatMap((id) => findEntity(organization, id) ?? []);
  return json(
    200,
    entities.map((entity) => wireEntity(entity)),
  );
}

function putPolicy(call: Call): Reply {
  const { organization, switches } = call;
  const body = readBody(call, UpdatePolicySchema);
  if (switches.policyBody === 'strict') {
    const missing = (['entitiesToAdd', 'entitiesToRemove'] as const).filter(
      (name) => !Array.isArray(body[name]),
    );
    const errors = missing.map((name) => [name, [`The ${name} field is required.`]] as const);
    if (errors.length > 0) throw new Refusal(problem(Object.fromEntries(errors)));
  }
  const add = body.entitiesToAdd ?? [];
  const remove = body.entitiesToRemove ?? [];
  const unknown = [...add, ...remove].filter((id) => {
    const entity = findEntity(organization, id);
    return entity === undefined || entityTypeOf(entity) !== body.entityType || !isVisible(entity, switches);
  });
  if (unknown.length > 0) {
    throw new Refusal(pascalError(404, `Cannot resolve ${body.entityType}s=[${unknown.join(', ')}] in CIS`));
  }
  for (const id of add) changePolicy(organization, id, true, call);
  for (const id of remove) changePolicy(organization, id, false, call);
  return getPolicy(call);
}

/** Adds to or removes from the list, with an audit event when that changes something. */
export function changePolicy(
  organization: Organization,
  id: string,
  joined: boolean,
  { actor, time }: Pick<Call, 'actor' | 'time'>,
): void {
  if (organization.accessPolicy.has(id) === joined) return;
  if (joined) organization.accessPolicy.add(id);
  else organization.accessPolicy.delete(id);
  const entity = findEntity(organization, id);
  const name = entity === undefined ? id : labelOf(entity);
  organization.audit.append(
    {
      type: joined ? 'Add Access Policy Entity' : 'Remove Access Policy Entity',
      target: 'Access Policy',
      summary: `${name} was ${joined ? 'added to' : 'removed from'} the access policy`,
      details: { entityId: id, entityName: name },
    },
    actor,
    time.nowMs,
  );
}
