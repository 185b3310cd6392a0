import type { Unit } from '../../domain/plan/backoff';
import type { Hold } from '../../domain/plan/hold';

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

/** A released hold, by what it changes: nobody knows it by its hash. */
export function holdUnit({ hash, removals, change }: Pick<Hold, 'hash' | 'removals' | 'change'>): Unit {
  if (change !== undefined)
    return { kind: 'hold', key: hash, name: change.kind === 'rule' ? change.rule : change.entity };
  const [first, ...others] = new Set(removals.map(({ groupName }) => groupName));
  const groups = [first, ...(others.length === 0 ? [] : [`${others.length} more`])].join(' and ');
  return { kind: 'hold', key: hash, name: `${removals.length} removals in ${groups}` };
}
