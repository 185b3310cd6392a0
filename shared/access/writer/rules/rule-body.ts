import { fold } from '../../../domain/fold';
import {
  ruleContentHash,
  ruleDescription,
  type RuleStatement,
  type WantedRule,
} from '../../../domain/ledger/rule-and-entity-ledgers';
import { AppError } from '../../../errors';
import { toRuleDefinitionText } from '../../../uipath/rule-definition';
import type { RuleInput } from '../../../uipath/rules';
import type { ReadGroupsByName } from '../memoize-groups-by-name';

type RuleBody = Readonly<{ input: RuleInput & Readonly<{ description: string }>; contentHash: string }>;

/**
 * The rule as UiPath takes it. @throws AppError `uipath-group-ambiguous`, `uipath-not-found` when a group's name leads
 * to no one group
 */
export async function toRuleBody(
  deps: Readonly<{ groupsByName: ReadGroupsByName }>,
  name: string,
  statement: RuleStatement,
  want: WantedRule,
): Promise<RuleBody> {
  const groups = await deps.groupsByName('normal');
  const groupsToAssign = want.definition.groups.map((group) => {
    const [found, another] = groups.get(fold(group)) ?? [];
    if (another !== undefined)
      throw new AppError('uipath-group-ambiguous', 'UiPath has several groups of this name');
    if (found === undefined) throw new AppError('uipath-not-found', 'UiPath has no group of this name');
    return found.groupId;
  });
  const description = ruleDescription(statement, want);
  const { enabled } = want;
  const { conditions } = want.definition;
  return {
    input: { name, description, enabled, definition: toRuleDefinitionText({ groupsToAssign, conditions }) },
    contentHash: ruleContentHash({ description, enabled, groupIds: groupsToAssign, conditions }),
  };
}
