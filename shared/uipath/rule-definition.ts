/** `conditionType` is UiPath's own token, such as `Contains`; most are not published, so all are kept as they are. */
export type RuleCondition = Readonly<{ claimName: string; conditionType: string; value: string }>;

/** Who gets which groups at sign-in: all conditions hold. */
export type RuleDefinition = Readonly<{
  groupsToAssign: readonly string[];
  conditions: readonly RuleCondition[];
}>;
