import type { Unit } from '../../domain/plan/backoff';

export function personUnit(key: string): Unit {
  return { kind: 'person', key };
}

/** What one call to a group came to for one person. */
export function outcomeUnit(
  { groupId, groupName }: Readonly<{ groupId: string; groupName: string }>,
  personKey: string,
): Unit {
  return { kind: 'outcome', key: `${personKey}/${groupId}`, name: groupName };
}

export function groupUnit({ groupId, name }: Readonly<{ groupId: string; name: string }>): Unit {
  return { kind: 'group', key: groupId, name };
}
