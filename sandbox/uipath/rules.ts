import { z } from 'zod';
import type { Organization, Rule } from './organization';
import { empty, json, pascalError, problem, Refusal, type Reply } from './reply';
import { groupsToAssign, parseDefinition } from './rule-definition';
import { guid, readBody, requirePartition, type Call, type Route } from './route';
import { wireGroup, wireTime, wireTimeOrNull } from './wire';

const ZERO_GUID = '00000000-0000-0000-0000-000000000000';
const ONE = '/api/Rule/{partitionGlobalId}/{ruleId:int}';
const common = { service: 'identity', scopes: ['PM.AuthSetting'], administrator: true } as const;

export const RULE_ROUTES: readonly Route[] = [
  { endpoint: 'R1', method: 'GET', path: '/api/Rule/{partitionGlobalId}', ...common, handle: listRules },
  { endpoint: 'R1', method: 'GET', path: ONE, ...common, handle: getRule },
  { endpoint: 'R2', method: 'POST', path: '/api/Rule', ...common, handle: createRule },
  { endpoint: 'R3', method: 'PUT', path: '/api/Rule', ...common, handle: updateRule },
  { endpoint: 'R4', method: 'DELETE', path: ONE, ...common, handle: deleteRule },
  { endpoint: 'R4', method: 'DELETE', path: '/api/Rule', ...common, handle: deleteRules },
];

/** Without SAML the list is empty, whatever there is. */
function listRules(call: Call): Reply {
  const { rules, saml } = call.organization;
  return json(200, saml ? [...rules.values()].map((rule) => wireRule(call, rule)) : []);
}

function getRule(call: Call): Reply {
  const rule = findRule(call, Number(call.param('ruleId')));
  const groups = groupsToAssign(rule).flatMap((id) => call.organization.groups.get(id) ?? []);
  return json(200, { ...wireRule(call, rule), assignedGroups: groups.map((group) => wireGroup(group)) });
}

const RuleBodySchema = z.object({
  name: z.string().nullish(),
  description: z.string().nullish(),
  enabled: z.boolean().nullish(),
  definition: z.string().nullish(),
  partitionGlobalId: guid.nullish(),
});

function createRule(call: Call): Reply {
  const fields = readFields(call, readBody(call, RuleBodySchema));
  const id = call.organization.numbers.next();
  const rule = { id, ...fields, createdAtMs: call.time.nowMs, modifiedAtMs: null };
  call.organization.rules.set(id, rule);
  recordRule(call.organization, rule, 'Create Rule', call);
  return json(201, wireRule(call, rule));
}

function updateRule(call: Call): Reply {
  const body = readBody(call, RuleBodySchema.extend({ ruleId: z.int() }));
  const fields = readFields(call, body);
  const rule = { ...findRule(call, body.ruleId), ...fields, modifiedAtMs: call.time.nowMs };
  call.organization.rules.set(rule.id, rule);
  recordRule(call.organization, rule, 'Update Rule', call);
  const { id, name, description, enabled, definition } = rule;
  return json(200, {
    id,
    name,
    description,
    enabled,
    partitionId: call.organization.partitionNumber,
    definition,
    creationTime: wireTime(rule.createdAtMs),
    lastModificationTime: wireTimeOrNull(rule.modifiedAtMs),
  });
}

function deleteRule(call: Call): Reply {
  dropRules(call, [findRule(call, Number(call.param('ruleId')))]);
  return empty(204);
}

function deleteRules(call: Call): Reply {
  const body = readBody(
    call,
    z.object({ partitionGlobalId: guid.nullish(), ruleIds: z.array(z.int()).nullish() }),
  );
  requirePartition(call, body.partitionGlobalId);
  dropRules(
    call,
    (body.ruleIds ?? []).map((id) => findRule(call, id)),
  );
  return empty(204);
}

function dropRules(call: Call, rules: readonly Rule[]): void {
  for (const rule of rules) {
    call.organization.rules.delete(rule.id);
    recordRule(call.organization, rule, 'Delete Rule', call);
  }
}

function readFields(
  call: Call,
  body: z.output<typeof RuleBodySchema>,
): Pick<Rule, 'name' | 'description' | 'enabled' | 'definition'> {
  const { name, description = null, enabled, definition = null } = body;
  const missing = Object.entries({ name: name || undefined, enabled: enabled ?? undefined })
    .filter(([, value]) => value === undefined)
    .map(([field]) => [field, [`The ${field} field is required.`]] as const);
  if (!name || typeof enabled !== 'boolean') throw new Refusal(problem(Object.fromEntries(missing)));
  requirePartition(call, body.partitionGlobalId);
  if (definition !== null && parseDefinition(definition) === undefined) {
    throw new Refusal(problem({ definition: ['The definition is not a valid rule definition.'] }));
  }
  return { name, description, enabled, definition };
}

function findRule(call: Call, id: number): Rule {
  const rule = call.organization.rules.get(id);
  if (rule === undefined) throw new Refusal(pascalError(404, `Rule ${id} was not found`));
  return rule;
}

function wireRule({ organization, switches }: Call, rule: Rule): Readonly<Record<string, unknown>> {
  const { id, name, description, enabled, definition } = rule;
  const partitionGlobalId = switches.rulePartition === 'zero' ? ZERO_GUID : organization.partitionGlobalId;
  return { id, partitionGlobalId, name, description, enabled, definition, assignedGroups: [] };
}

/** One audit event about a rule. */
export function recordRule(
  organization: Organization,
  { id, name, definition }: Rule,
  type: string,
  { actor, time }: Pick<Call, 'actor' | 'time'>,
): void {
  organization.audit.append(
    {
      type,
      target: 'Rule Management',
      summary: `${type}: ${name}`,
      details: { ruleId: id, name, definition },
    },
    actor,
    time.nowMs,
  );
}
