import type { SnapshotEntry, SnapshotRule } from '../../domain/audit/snapshot';
import { ruleContentHash } from '../../domain/ledger/rule-and-entity-ledgers';
import { ruleMatchesNearlyEverybody } from '../../domain/ledger/rule-matches-nearly-everybody';
import { AppError } from '../../errors';
import type { UiPathAccessPolicy } from '../../uipath/access-policy';
import { parseRuleDefinition } from '../../uipath/rule-definition';
import type { UiPathRule } from '../../uipath/rules';

type UiPathEntry = Awaited<ReturnType<UiPathAccessPolicy['read']>>[number];

/** Normalizes a rule, so that audits and remediations compare it. @throws AppError `uipath-answer-invalid` */
export function toSnapshotRule(rule: UiPathRule): SnapshotRule & Readonly<{ groupIds: string[] }> {
  const { groupsToAssign, conditions } = parseRuleDefinition(rule.definition ?? '');
  const { id: ruleId, name, enabled } = rule;
  const groupIds = [...groupsToAssign];
  const description = rule.description ?? '';
  const contentHash = ruleContentHash({ description, enabled, groupIds, conditions });
  return { ruleId, name, enabled, groupIds, contentHash, isBroad: ruleMatchesNearlyEverybody(conditions) };
}

type NamedParts = Pick<UiPathEntry, 'objectType' | 'name' | 'email'>;

/** An entry of the access policy as plans compare it. One that has no name goes by its id, which no baseline names. */
export function toSnapshotEntry(entity: NamedParts & Pick<UiPathEntry, 'identifier'>): SnapshotEntry {
  const { identifier: entityId } = entity;
  return { entityType: entityTypeOf(entity), name: nameOf(entity) ?? entityId, entityId };
}

/**
 * The entries of the access policy as audits compare them.
 * @throws AppError `uipath-answer-invalid` when one does not say what or who it is: it may be an agreed one
 */
export function toSnapshotEntries(
  entities: ReadonlyArray<Parameters<typeof toSnapshotEntry>[0]>,
): SnapshotEntry[] {
  if (entities.some((entity) => isBlank(entity.objectType) || nameOf(entity) === undefined))
    throw new AppError('uipath-answer-invalid', 'An entry of the access policy has no name or no type');
  return entities.map(toSnapshotEntry);
}

/** People go by their address; of one who has none the name is what they sign in with. */
function nameOf(entity: NamedParts): string | undefined {
  const texts = entityTypeOf(entity) === 'user' ? [entity.email, entity.name] : [entity.name];
  return texts.find((text) => !isBlank(text)) ?? undefined;
}

function entityTypeOf({ objectType }: NamedParts): SnapshotEntry['entityType'] {
  if (objectType === 'DirectoryGroup') return 'group';
  return objectType === 'DirectoryApplication' ? 'application' : 'user';
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === '';
}
