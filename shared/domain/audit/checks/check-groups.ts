import { EVERYONE_GROUP_ID } from '../../plan/hard-stops';
import { fold } from '../../fold';
import { type CheckInput } from '../check-input';
import { createAuditFinding } from './create-audit-finding';
import type { Finding } from '../finding';
import { valueOr } from '../snapshot';

/** Groups that only the policy or only UiPath has. Built-in groups exist in every organization and are no findings. */
export function checkGroups(audit: CheckInput): readonly Finding[] {
  const { organization, snapshot } = audit;
  const missing = [...snapshot.groups]
    .filter(([, group]) => group.kind === 'known' && group.value === undefined)
    .map(([group]) => createAuditFinding(audit, 'group-missing', { group }));
  const names = valueOr(snapshot.groupNames, new Map<string, Readonly<{ name: string; builtIn: boolean }>>());
  const unlisted = [...names].flatMap(([groupId, { name, builtIn }]) =>
    builtIn || groupId === EVERYONE_GROUP_ID || organization.groups.has(fold(name))
      ? []
      : [createAuditFinding(audit, 'group-unlisted', { groupId }, { group: name })],
  );
  return [...missing, ...unlisted];
}
