import type { SnapshotEntry, SnapshotRule } from '../domain/audit/snapshot';
import { ruleContentHash } from '../domain/named-ledger';
import type { UiPathAccessPolicy } from '../uipath/access-policy';
import { parseRuleDefinition } from '../uipath/rule-definition';
import type { UiPathRule } from '../uipath/rules';

type UiPathEntry = Awaited<ReturnType<UiPathAccessPolicy['read']>>[number];

/**
 * A rule as audits and plans compare it.
 * @throws AppError `uipath-answer-invalid`
 */
export function toSnapshotRule(rule: UiPathRule): SnapshotRule & Readonly<{ groupIds: string[] }> {
  const { groupsToAssign, conditions } = parseRuleDefinition(rule.definition ?? '');
  const { id: ruleId, name, enabled } = rule;
  const groupIds = [...groupsToAssign];
  const description = rule.description ?? '';
  const contentHash = ruleContentHash({ description, enabled, groupIds, conditions });
  return { ruleId, name, enabled, groupIds, contentHash };
}

/** An entry of the access policy as audits and plans compare it. */
export function toSnapshotEntry(
  entity: Pick<UiPathEntry, 'objectType' | 'name' | 'email' | 'identifier'>,
): SnapshotEntry {
  const entityType =
    entity.objectType === 'DirectoryGroup'
      ? 'group'
      : entity.objectType === 'DirectoryApplication'
        ? 'application'
        : 'user';
  const name = (entityType === 'user' ? entity.email : entity.name) ?? entity.identifier;
  return { entityType, name, entityId: entity.identifier };
}
