import type { WorkerEventKind } from './worker-event';

/** A worker event after its dates were resolved: what HR said (`occurredAtMs`) and from when it holds (`effectiveAtMs`). */
export type Statement = Readonly<{
  id: string;
  kind: WorkerEventKind;
  occurredAtMs: number;
  effectiveAtMs: number;
  attributes: Readonly<Record<string, string>>;
  /** Who said it; undefined: not known. */
  source?: string | undefined;
  /** Of which worker record of the source it is; undefined: the source named none. */
  workerId?: string | undefined;
  /** Whose record that is, as the source knows the human behind several; undefined: it did not say. */
  personId?: string | undefined;
  /** What it is about, where that is no worker record: all that the person has, or whether their account is switched on. */
  of?: 'person' | 'account' | undefined;
  /** Which address it was said of, as the key of it; undefined: the only one that the person had. */
  under?: string | undefined;
  /** Of a leaving: since when requests named the person by that address, epoch milliseconds; undefined: none did, or not known. */
  namedSinceMs?: number | undefined;
}>;

/**
 * All that HR said of one person and that can still matter. What follows from it is a function of the set,
 * so statements may arrive in any order and any number of times.
 */
export type Timeline = readonly Statement[];

/** Hires and leavings; the rest are changes. */
export function isAboutEmployment(statement: Statement): boolean {
  return statement.kind !== 'mover';
}

/** Some feeds tell time by the second: of one moment, what changes is said of who has started, and a leaving ends both. */
export const order = { joiner: 0, mover: 1, leaver: 2 } as const satisfies Record<WorkerEventKind, number>;

/** Ties go to the later word, then by kind, then to the id, so that every order of arrival gives one answer. */
export function byTime(a: Statement, b: Statement): number {
  return (
    a.effectiveAtMs - b.effectiveAtMs ||
    a.occurredAtMs - b.occurredAtMs ||
    order[a.kind] - order[b.kind] ||
    (a.id < b.id ? -1 : 1)
  );
}

/** Whether a word names the one worker record that it is about. */
export function isOfOneRecord({ of, source, workerId }: Statement): boolean {
  return of === undefined && source !== undefined && workerId !== undefined;
}

export function groupBy<K>(timeline: Timeline, keyOf: (word: Statement) => K): Map<K, Statement[]> {
  const groups = new Map<K, Statement[]>();
  for (const word of timeline) {
    const key = keyOf(word);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [word]);
    else group.push(word);
  }
  return groups;
}
