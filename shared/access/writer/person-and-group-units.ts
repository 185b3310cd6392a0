import type { Unit } from '../../domain/plan/backoff';
import type { Containment } from './containment';

/** Keeps the failure of one unit from the others of this run. */
export type ContainedDeps = Readonly<{ units: Containment }>;

export function personUnit(key: string): Unit {
  return { kind: 'person', key };
}

export function groupUnit({ groupId, name }: Readonly<{ groupId: string; name: string }>): Unit {
  return { kind: 'group', key: groupId, name };
}
