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
