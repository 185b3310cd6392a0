import { fold } from '../fold';
import type { EvidenceRecord } from '../ledger/evidence';

/** What a night saw of one member in one group, at some time from when it started to when it was taken. */
export type SeenAt = Readonly<{ startedAtMs: number; takenAtMs: number; isMember: boolean }>;

/**
 * A record that says that somebody is in a group, or out of it, from then on. `own`: this app did so, and right before it was otherwise;
 * else it only came to see it, and nobody knows since when it was so.
 */
export type RecordedChange = Readonly<{ atMs: number; isIn: boolean; own: boolean }>;

/**
 * Whether somebody was in a group at a moment, and by what that is known. `recorded`: this app's own record of then. `seen`: the nights
 * before and after it both say so. `seen-before`: the night before says so, and nothing was recorded since. `recorded-after`: what was
 * done next says how it was. `changed-unseen`: what is known of before and of after differs, and nobody recorded when it changed; nothing
 * is known then. `not-known`: nothing is stored of that time.
 */
export type MembershipAsOf = Readonly<{
  isMember: boolean | null;
  how: 'recorded' | 'seen' | 'seen-before' | 'recorded-after' | 'changed-unseen' | 'not-known';
  /** Of the record or night that says so; of a change that nobody saw, of what is known last before it. */
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
  // A night may have read the group before what was done while it was reading.
  const fromMs = before?.startedAtMs ?? -Infinity;
  const last = changes.findLast((change) => change.atMs <= atMs && change.atMs > fromMs);
  const next = changes.find((change) => change.atMs > atMs && change.atMs <= (after?.takenAtMs ?? Infinity));
  const isMemberLater = next === undefined ? after?.isMember : next.isIn !== next.own;
  const known = lastKnown(before, last, next === undefined && after !== undefined);
  if (known !== undefined)
    return isMemberLater === undefined || isMemberLater === known.isMember
      ? known
      : { ...known, isMember: null, how: 'changed-unseen' };
  return next?.own === true
    ? { isMember: !next.isIn, how: 'recorded-after', knownAtMs: next.atMs }
    : { isMember: null, how: 'not-known', knownAtMs: null };
}

function lastKnown(
  before: SeenAt | undefined,
  last: RecordedChange | undefined,
  isSeenLater: boolean,
): MembershipAsOf | undefined {
  if (last !== undefined) return { isMember: last.isIn, how: 'recorded', knownAtMs: last.atMs };
  if (before === undefined) return undefined;
  const { isMember, takenAtMs: knownAtMs } = before;
  return { isMember, how: isSeenLater ? 'seen' : 'seen-before', knownAtMs };
}

const IN: ReadonlySet<string> = new Set(['membership-added', 'membership-standing']);
const OUT: ReadonlySet<string> = new Set(['membership-removed', 'membership-gone']);
const OWN: ReadonlySet<string> = new Set(['membership-added', 'membership-removed']);

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
    .map(({ kind, atMs }) => ({ atMs, isIn: IN.has(kind), own: OWN.has(kind) }))
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
