import { z } from 'zod';
import type { SentChange } from '../domain/audit/attribution/sent-change';
import { AppError } from '../errors';
import { parseRuleDefinition } from './rule-definition';
import type { Transport } from './transport';
import { GuidSchema, TextSchema } from './wire-schemas';

export type UiPathRule = Readonly<{
  id: number;
  name: string;
  description: string | null;
  enabled: boolean;
  /** UiPath's JSON text, kept as it came; see `parseRuleDefinition`. */
  definition: string | null;
  /** Filled by `read` only. */
  assignedGroupIds: readonly string[];
}>;

/** `definition` is UiPath's JSON text, as `toRuleDefinitionText` writes it. */
export type RuleInput = Readonly<{
  name: string;
  description: string | null;
  enabled: boolean;
  definition: string;
}>;

export type UiPathRules = Readonly<{
  /** Empty without SAML, whatever there is: never proof that there is no rule. */
  list: () => Promise<readonly UiPathRule[]>;
  /** @throws UpstreamError `uipath-not-found` */
  read: (ruleId: number) => Promise<UiPathRule>;
  /** @throws UpstreamError `uipath-outcome-unknown` when the answer was lost; there is no key to look it up by but the name */
  create: (rule: RuleInput) => Promise<UiPathRule>;
  update: (ruleId: number, rule: RuleInput) => Promise<void>;
  remove: (ruleId: number) => Promise<void>;
}>;

/** The list leaves `assignedGroups` empty, and `partitionGlobalId` may be zero: neither is relied upon. */
const RuleSchema = z
  .object({
    id: z.int(),
    name: TextSchema,
    description: TextSchema,
    enabled: z.boolean(),
    definition: TextSchema,
    assignedGroups: z.array(z.object({ id: GuidSchema })).nullish(),
  })
  .transform(({ assignedGroups, name, ...rule }): UiPathRule => ({
    ...rule,
    name: name ?? '',
    assignedGroupIds: (assignedGroups ?? []).map(({ id }) => id),
  }));

export function createRules(transport: Transport): UiPathRules {
  const { identityBaseUrl, partitionGlobalId } = transport.address;
  const base = `${identityBaseUrl}/api/Rule`;
  const own = `${base}/${partitionGlobalId}`;
  const toBody = ({
    name,
    description,
    enabled,
    definition,
  }: RuleInput): Readonly<Record<string, unknown>> => {
    parseRuleDefinition(definition);
    return { name, description, enabled, definition, partitionGlobalId };
  };
  const read = { area: 'rules', method: 'GET', effect: 'read' } as const;
  const write = { area: 'rules', effect: 'write' } as const;

  return {
    list: async () => transport.send({ ...read, what: 'list the rules', url: own }, z.array(RuleSchema)),
    read: async (ruleId) =>
      transport.send({ ...read, what: 'read a rule', url: `${own}/${requireRuleId(ruleId)}` }, RuleSchema),
    create: async (rule) =>
      transport.send(
        {
          ...write,
          what: 'create a rule',
          method: 'POST',
          change: changeOf('created', rule.name),
          url: base,
          body: toBody(rule),
        },
        RuleSchema,
      ),
    update: async (ruleId, rule) => {
      const body = { ...toBody(rule), ruleId: requireRuleId(ruleId) };
      const change = changeOf('changed', rule.name, ruleId);
      await transport.send(
        { ...write, what: 'update a rule', method: 'PUT', change, url: base, body },
        z.unknown(),
      );
    },
    remove: async (ruleId) => {
      const url = `${own}/${requireRuleId(ruleId)}`;
      const change = changeOf('deleted', undefined, ruleId);
      await transport.send({ ...write, what: 'remove a rule', method: 'DELETE', change, url }, z.unknown());
    },
  };
}

function requireRuleId(ruleId: number): number {
  if (Number.isSafeInteger(ruleId) && ruleId >= 0) return ruleId;
  throw new AppError('uipath-rejected', 'Not sent to UiPath: a rule id is a whole number');
}

function changeOf(act: SentChange['act'], name?: string, ruleId?: number): SentChange {
  return { thing: 'rule', act, id: ruleId?.toString(), name, added: [], removed: [] };
}
