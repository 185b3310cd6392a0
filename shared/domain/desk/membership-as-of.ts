import { fold } from '../fold';
import type { EvidenceRecord } from '../ledger/evidence';

/** What a night saw of one member in one group. */
export type SeenAt = Readonly<{ takenAtMs: number; isMember: boolean }>;

/** A record that says that somebody came into a group, or is out of it, from then on. */
export type RecordedChange = Readonly<{ atMs: number; isIn: boolean }>;

/**
 * Whether somebody was in a group at a moment, and by what that is known. `recorded`: this app's own record of then. `seen`: the nights
 * before and after it both say so. `seen-before`: the night before says so, and nothing was recorded since. `recorded-after`: what was
 * done next says how it was. `changed-unseen`: the nights before and after it differ, and nobody recorded when it changed; nothing is
 * known then. `not-known`: nothing is stored of that time.
 */
export type MembershipAsOf = Readonly<{
  isMember: boolean | null;
  how: 'recorded' | 'seen' | 'seen-before' | 'recorded-after' | 'changed-unseen' | 'not-known';
  /** Of the record or night that says so; of a change that nobody saw, of the night before it. */
  knownAtMs: number | null;
}>;

type KnownOfMembership = Readonly<{
  before: SeenAt | undefined;
  after: SeenAt | undefined;
  /** In the order of time. */
  changes: readonly RecordedChange[];
}>;

/** Judges one membership at one moment by the nights around it and by what was recorded. */
export function membershipAsOf({ before, after, changes }: KnownOfMembership, atMs: number): MembershipAsOf {
  const fromMs = before?.takenAtMs ?? -Infinity;
  const last = changes.findLast((change) => change.atMs <= atMs && change.atMs > fromMs);
  if (last !== undefined) return { isMember: last.isIn, how: 'recorded', knownAtMs: last.atMs };
  const next = changes.find((change) => change.atMs > atMs && change.atMs <= (after?.takenAtMs ?? Infinity));
  if (before !== undefined) {
    const { isMember, takenAtMs: knownAtMs } = before;
    if (after === undefined) return { isMember, how: 'seen-before', knownAtMs };
    if (next === undefined && after.isMember !== isMember)
      return { isMember: null, how: 'changed-unseen', knownAtMs };
    return { isMember, how: next === undefined ? 'seen' : 'seen-before', knownAtMs };
  }
  return next === undefined
    ? { isMember: null, how: 'not-known', knownAtMs: null }
    : { isMember: !next.isIn, how: 'recorded-after', knownAtMs: next.atMs };
}

const IN: ReadonlySet<string> = new Set(['membership-added', 'membership-standing']);
const OUT: ReadonlySet<string> = new Set(['membership-removed', 'membership-gone']);

/** A group, as records name it: by its id, by a name that it has or had. */
export type RecordedGroup = Readonly<{ groupId: string | undefined; name: string }>;

/** What the records of somebody say of one group, in the order of time. */
export function changesIn(
  records: readonly EvidenceRecord[],
  { groupId, name }: RecordedGroup,
): readonly RecordedChange[] {
  return records
    .filter(({ kind, facts }) => {
      if (!IN.has(kind) && !OUT.has(kind)) return false;
      const id = facts['groupId'];
      if (groupId !== undefined && typeof id === 'string') return fold(id) === fold(groupId);
      return [facts['group'], facts['groupName']].some(
        (text) => typeof text === 'string' && fold(text) === fold(name),
      );
    })
    .map(({ kind, atMs }) => ({ atMs, isIn: IN.has(kind) }))
    .toSorted((a, b) => a.atMs - b.atMs);
}

/** The groups that somebody's records tell a membership of: by id where they have one. */
export function groupsIn(records: readonly EvidenceRecord[]): readonly RecordedGroup[] {
  const found = new Map<string, RecordedGroup>();
  for (const { kind, facts } of records) {
    if (!IN.has(kind) && !OUT.has(kind)) continue;
    const [id, name] = [facts['groupId'], facts['groupName'] ?? facts['group']];
    const groupId = typeof id === 'string' ? id : undefined;
    const said = typeof name === 'string' ? name : (groupId ?? '');
    found.set(fold(groupId ?? said), { groupId, name: said });
  }
  return [...found.values()];
}
