import { z } from 'zod';
import type { Rule } from './organization';

const DefinitionSchema = z.looseObject({
  GroupsToAssign: z.array(z.guid()).default([]),
  Conditions: z
    .array(z.looseObject({ ClaimName: z.string(), ConditionType: z.string(), Value: z.string() }))
    .default([]),
});

export type RuleDefinition = Readonly<z.output<typeof DefinitionSchema>>;

/** The text is kept as it came; undefined when it is not a definition at all. */
export function parseDefinition(text: string): RuleDefinition | undefined {
  try {
    return DefinitionSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function groupsToAssign({ definition }: Rule): readonly string[] {
  const parsed = definition === null ? undefined : parseDefinition(definition);
  return (parsed?.GroupsToAssign ?? []).map((id) => id.toLowerCase());
}

/** Whether somebody signing in with these claims gets the rule's groups. A condition of an unknown kind never holds. */
export function ruleApplies(rule: Rule, claims: Readonly<Record<string, string>>): boolean {
  const parsed = rule.definition === null ? undefined : parseDefinition(rule.definition);
  if (!rule.enabled || parsed === undefined) return false;
  return parsed.Conditions.every(
    ({ ClaimName, ConditionType, Value }) =>
      ConditionType === 'Contains' && (claims[ClaimName] ?? '').includes(Value),
  );
}
