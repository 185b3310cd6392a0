import { fold } from '../../fold';
import type { PolicyEntity } from '../../policy';
import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import type { Finding } from '../finding';

const EVERYONE = 'everyone';

/** The access policy beside its baseline; an entry that lets nearly everybody in is found whatever the baseline says. */
export function checkAccessPolicy(audit: CheckInput): readonly Finding[] {
  const { accessPolicy } = audit.snapshot;
  if (accessPolicy.kind === 'unknown') return [];
  const have = new Set(accessPolicy.value.map(entityName));
  const broad = accessPolicy.value.filter((entity) => isBroad(audit, entity)).map(entityName);
  const { baseline } = audit.organization.accessPolicy;
  const want = baseline === undefined ? have : new Set(baseline.map(entityName));
  return [
    ...[...new Set(broad)].map((entity) => createAuditFinding(audit, 'policy-entity-broad', { entity })),
    ...[...have]
      .filter((entity) => !want.has(entity))
      .map((entity) => createAuditFinding(audit, 'policy-entity-unexpected', { entity })),
    ...[...want]
      .filter((entity) => !have.has(entity))
      .map((entity) => createAuditFinding(audit, 'policy-entity-missing', { entity })),
  ];
}

/** True for a group that holds nearly everybody. */
export function isBroad(
  { organization }: Pick<CheckInput, 'organization'>,
  { entityType, name }: PolicyEntity,
): boolean {
  const folded = fold(name);
  return entityType === 'group' && (folded === EVERYONE || organization.audit.broadGroups.has(folded));
}

/** How findings name an entry: two with one name are one to the baseline. */
export function entityName(entity: PolicyEntity): string {
  return `${entity.entityType}:${fold(entity.name)}`;
}
