import { z } from 'zod';
import { AppError } from '../errors';
import { parseJson } from './error-body';
import { requireGuids } from './require-guid';

/** `conditionType` is UiPath's own token, such as `Contains`; most are not published, so all are kept as they are. */
type RuleCondition = Readonly<{ claimName: string; conditionType: string; value: string }>;

/** Who gets which groups at sign-in: all conditions hold. */
export type AssignmentDefinition = Readonly<{
  groupsToAssign: readonly string[];
  conditions: readonly RuleCondition[];
}>;

const DefinitionSchema = z.object({
  GroupsToAssign: z.array(z.string()).nullish(),
  Conditions: z
    .array(z.object({ ClaimName: z.string(), ConditionType: z.string(), Value: z.string() }))
    .nullish(),
});

/** The text that UiPath keeps. @throws AppError `uipath-rejected` when a group is not a bare GUID */
export function toRuleDefinitionText({ groupsToAssign, conditions }: AssignmentDefinition): string {
  return JSON.stringify({
    GroupsToAssign: requireGuids(groupsToAssign, 'a group of the rule'),
    Conditions: conditions.map(({ claimName, conditionType, value }) => ({
      ClaimName: claimName,
      ConditionType: conditionType,
      Value: value,
    })),
  });
}

/**
 * Reads UiPath's text; a rule without one assigns nothing.
 * @throws AppError `uipath-answer-invalid`
 */
export function parseRuleDefinition(text: string | null): AssignmentDefinition {
  if (text === null || text.trim() === '') return { groupsToAssign: [], conditions: [] };
  const result = DefinitionSchema.safeParse(parseJson(text));
  if (!result.success)
    throw new AppError('uipath-answer-invalid', 'The definition of a rule has another shape than expected');
  const { GroupsToAssign, Conditions } = result.data;
  return {
    groupsToAssign: (GroupsToAssign ?? []).map((id) => id.toLowerCase()),
    conditions: (Conditions ?? []).map(({ ClaimName, ConditionType, Value }) => ({
      claimName: ClaimName,
      conditionType: ConditionType,
      value: Value,
    })),
  };
}
