import { fold } from '../fold';
import type { Reason } from '../ledger/person-access';
import { emptyPersonLedger, type PersonLedger } from '../ledger/person-ledger';
import type { Statement } from '../ledger/statement';
import { personKey } from '../person-key';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';

/** Somebody who works, as HR would say of them. Several of one address are worker records of one person. */
export type WorkerAsSaid = Readonly<{
  email: string;
  name: string | undefined;
  workerId: string | undefined;
  attributes: Readonly<Record<string, string>>;
}>;

/** A group as the policy writes it, and the birthright lines that give it, or gave it. */
export type GroupByLines = Readonly<{ group: string; lines: readonly string[] }>;

/** `isOnlySeen`: the group is one that is observed, so that nothing is written: it would be a change. */
export type GroupChange = GroupByLines & Readonly<{ isOnlySeen: boolean }>;

/** Of a group that somebody gains or loses; `would…` where nothing is written. */
export type GroupCounts = Readonly<{
  group: string;
  gains: number;
  loses: number;
  wouldGain: number;
  wouldLose: number;
}>;

/** What somebody gains and loses, by group. */
export type ChangeOfWorker = Readonly<{
  email: string;
  name: string | undefined;
  gains: readonly GroupChange[];
  loses: readonly GroupChange[];
}>;

/** Who works by the HR file, with a ledger that has nothing but its words. */
export type PersonAsSaid = Readonly<{
  who: Readonly<{ email: string; name: string | undefined }>;
  ledger: PersonLedger;
}>;

/** Workers as people, by person key. */
export function peopleOf(workers: readonly WorkerAsSaid[]): ReadonlyMap<string, PersonAsSaid> {
  const people = new Map<string, PersonAsSaid>();
  for (const { email, name, workerId, attributes } of workers) {
    const key = personKey(email);
    const word: Statement = {
      id: workerId ?? email,
      kind: 'joiner',
      occurredAtMs: 0,
      effectiveAtMs: 0,
      attributes,
      source: 'hr',
      workerId: workerId ?? fold(email),
    };
    const known = people.get(key);
    const ledger = known?.ledger ?? emptyPersonLedger(email);
    people.set(key, {
      who: { email, name: known?.who.name ?? name },
      ledger: { ...ledger, timeline: [...ledger.timeline, word] },
    });
  }
  return people;
}

/** A folded group with the lines of these reasons that give it. */
export function byLines(group: string, reasons: readonly Reason[], policy: OrganizationPolicy): GroupByLines {
  const lines = reasons.flatMap((reason) =>
    reason.kind === 'birthright' && reason.group === group ? [reason.line] : [],
  );
  return { group: nameIn(group, policy), lines: [...new Set(lines)] };
}

/** How many gain and lose each group, by its name; `would…` where nothing is written. */
export function countsOf(changes: readonly ChangeOfWorker[]): readonly GroupCounts[] {
  const counts = new Map<string, { gains: number; loses: number; wouldGain: number; wouldLose: number }>();
  const count = ({ group, isOnlySeen }: GroupChange, kind: 'gains' | 'loses'): void => {
    const known = counts.get(group) ?? { gains: 0, loses: 0, wouldGain: 0, wouldLose: 0 };
    counts.set(group, known);
    if (isOnlySeen) known[kind === 'gains' ? 'wouldGain' : 'wouldLose'] += 1;
    else known[kind] += 1;
  };
  for (const { gains, loses } of changes) {
    for (const one of gains) count(one, 'gains');
    for (const one of loses) count(one, 'loses');
  }
  return [...counts]
    .map(([group, one]) => ({ group, ...one }))
    .toSorted((a, b) => (fold(a.group) < fold(b.group) ? -1 : 1));
}

/** The name that the policy writes for a folded one. */
export function nameIn(foldedGroup: string, policy: OrganizationPolicy): string {
  return groupPolicyOf(policy, foldedGroup)?.name ?? foldedGroup;
}
