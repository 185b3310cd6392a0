import type { Unit } from '../../domain/plan/backoff';

export function personUnit(key: string): Unit {
  return { kind: 'person', key };
}

export function groupUnit({ groupId, name }: Readonly<{ groupId: string; name: string }>): Unit {
  return { kind: 'group', key: groupId, name };
}
