import { fold } from '../fold';
import { hasLostSince } from '../ledger/has-lost-since';
import { personAccess, type PersonAccess } from '../ledger/person-access';
import type { PersonLedger } from '../ledger/person-ledger';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import { expectedRemovals } from './expected-removals';
import { wantedGroups } from './groups-out-of-policy';
import { causeOfEdit } from './guards';

/** What an edit of the policy changes for people: whom the writer has to look at, and what that comes to in each group. */
export type PolicyEditPlan = Readonly<{
  /** By person key, with the cause that their changes are weighed under. */
  people: ReadonlyArray<Readonly<{ personKey: string; cause: string }>>;
  /** By folded name. Only those that somebody gains or loses. */
  groups: ReadonlyArray<Readonly<{ group: string; gains: number; loses: number }>>;
  /** Groups, by folded name, and birthright lines that had people under the version before and have none any more, or one of several. */
  emptied: Readonly<{ groups: readonly string[]; lines: readonly string[] }>;
}>;

/**
 * The versions to compare. `before` undefined: it is not known, and everybody counts who has not what `after` says. `isBetween`: another
 * version was in force between them and may have acted, so that whoever has not what `after` says counts as well. `wasObserved`:
 * nothing was done since for anybody, so that everybody counts, leavers too: the ledger does not know what UiPath has of them.
 */
type VersionsToCompare = Readonly<{
  before: OrganizationPolicy | undefined;
  isBetween: boolean;
  wasObserved: boolean;
  after: OrganizationPolicy;
  hash: string;
  nowMs: number;
}>;

type GroupsOfEdit = Readonly<{ gains: readonly string[]; loses: readonly string[] }>;

type ChangeOfPerson = GroupsOfEdit &
  Readonly<{
    /** Those of them that no date and no word explains: the edit takes them. */
    losesByEdit: readonly string[];
    lines: ReadonlySet<string>;
    /** A leaver goes whatever the policy says: that is no edit's doing. */
    isGone: boolean;
    /** They are in a group that the version before names and this one does not, while it names others: it may be one of these. */
    mayBeRenamed: boolean;
  }>;

/**
 * Compares two versions of a policy person by person, by what the ledger says and without a call. People of whom neither version
 * wants anything else are left alone, however much else of the policy differs.
 */
export function comparePeopleUnder(versions: VersionsToCompare): Readonly<{
  note: (personKey: string, ledger: PersonLedger) => void;
  /** Somebody of whom nothing can be read: whether they change cannot be told, and so not that what they lose empties nothing. */
  noteUnread: (personKey: string) => void;
  plan: () => PolicyEditPlan;
  /** What each person gains and loses of whom that is not nothing, by person key: folded names of groups. */
  changes: () => ReadonlyMap<string, GroupsOfEdit>;
}> {
  const changed = new Map<string, ChangeOfPerson>();
  const unread = new Set<string>();
  const renamed = namesGone(versions);
  const people = { before: new Tally(), after: new Tally() };
  const lines = { before: new Tally(), after: new Tally() };
  return {
    note: (personKey, ledger) => {
      if (ledger.joined !== undefined || ledger.erased !== undefined) return;
      const before =
        versions.before === undefined
          ? undefined
          : under({ personKey, ledger }, versions.before, versions.nowMs);
      const after = under({ personKey, ledger }, versions.after, versions.nowMs);
      // Whoever left goes by their leaving, which is marked or held already.
      if (before === undefined && after.isGone && !versions.wasObserved) return;
      // In observe an edit has taken nothing from anybody yet, also where it was followed.
      const inUiPath = ledger.applied.map(({ groupName }) => fold(groupName));
      const had = versions.wasObserved
        ? [...(before?.wanted ?? []), ...inUiPath]
        : (before?.wanted ?? inUiPath);
      for (const group of new Set(had)) people.before.add(group);
      for (const group of after.wanted) people.after.add(group);
      for (const line of before?.lines ?? []) lines.before.add(line);
      for (const line of after.lines) lines.after.add(line);
      const isSame = before === undefined || before.sign === after.sign;
      const isDone = after.open.length + after.over.length === 0;
      const isKnown = before !== undefined && !versions.isBetween && !versions.wasObserved;
      const mayBeRenamed = ledger.applied.some(({ groupName }) => renamed.has(fold(groupName)));
      if (isSame && (isKnown || isDone) && !mayBeRenamed && !versions.wasObserved) return;
      const loses = without(after.over, isKnown ? before.over : []);
      changed.set(personKey, {
        gains: without(after.open, isKnown ? before.open : []),
        loses,
        losesByEdit: versions.wasObserved
          ? loses.filter((group) => !hasEnded(ledger, versions, group))
          : loses,
        lines: before?.lines ?? new Set(),
        isGone: after.isGone,
        mayBeRenamed,
      });
    },
    noteUnread: (personKey) => {
      unread.add(personKey);
    },
    changes: () => new Map([...changed].filter(([, { gains, loses }]) => gains.length + loses.length > 0)),
    plan: () => {
      const gains = new Tally();
      const loses = new Tally();
      for (const change of changed.values()) {
        for (const group of change.gains) gains.add(group);
        for (const group of change.loses) loses.add(group);
      }
      // One who is left of several says no more than none that a condition is right: it may be whoever tried it.
      const isLeft = ({ before, after }: Record<'before' | 'after', Tally>, name: string): boolean =>
        after.count(name) > (before.count(name) > 2 ? 1 : 0);
      const groups = loses.names().filter((group) => !isLeft(people, group));
      const emptyLines = lines.before.names().filter((line) => !isLeft(lines, line));
      const isEmptying = (change: ChangeOfPerson): boolean =>
        !change.isGone &&
        (change.mayBeRenamed ||
          change.losesByEdit.some((group) => groups.includes(group)) ||
          (change.losesByEdit.length > 0 && emptyLines.some((line) => change.lines.has(line))));
      return {
        people: [
          ...[...changed].map(([personKey, change]) => ({
            personKey,
            cause: causeOfEdit(versions.hash, isEmptying(change)),
          })),
          ...[...unread].map((personKey) => ({ personKey, cause: causeOfEdit(versions.hash, true) })),
        ],
        groups: [...new Set([...gains.names(), ...loses.names()])]
          .toSorted()
          .map((group) => ({ group, gains: gains.count(group), loses: loses.count(group) })),
        emptied: { groups: groups.toSorted(), lines: emptyLines.toSorted() },
      };
    },
  };
}

/** Whether a reason for a membership that stands has ended since it was made, under the version after: that was observed, and not done. */
function hasEnded(
  ledger: PersonLedger,
  { after, nowMs }: Pick<VersionsToCompare, 'after' | 'nowMs'>,
  group: string,
): boolean {
  return ledger.applied.some(
    ({ groupName, sinceMs }) =>
      fold(groupName) === group && hasLostSince(ledger, after, groupName, { sinceMs, nowMs }),
  );
}

/** Names of groups that may be known by others now: what somebody loses there cannot be told without UiPath. */
function namesGone({ before, after }: VersionsToCompare): ReadonlySet<string> {
  const known = [...(before?.groups.keys() ?? [])];
  const isAnyNew = [...after.groups.keys()].some((name) => before?.groups.has(name) === false);
  return new Set(isAnyNew ? known.filter((name) => !after.groups.has(name)) : []);
}

class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, this.count(name) + 1);
  }
  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }
  has(name: string): boolean {
    return this.#counts.has(name);
  }
  names(): readonly string[] {
    return [...this.#counts.keys()];
  }
}

type Under = Readonly<{
  wanted: ReadonlySet<string>;
  lines: ReadonlySet<string>;
  isGone: boolean;
  /** Folded names: what is to be added, and what is to be removed. */
  open: readonly string[];
  over: readonly string[];
  /** The same where a version changes nothing for the person, at once or at a later instant. */
  sign: string;
}>;

function under(
  { personKey, ledger }: Readonly<{ personKey: string; ledger: PersonLedger }>,
  policy: OrganizationPolicy,
  nowMs: number,
): Under {
  const access = personAccess(ledger, policy, nowMs);
  const wanted = wantedGroups(access, policy);
  const applied = new Set(ledger.applied.map(({ groupName }) => fold(groupName)));
  const open = [...wanted].filter((name) => !applied.has(name) && isAddedTo(policy, name));
  const removals = expectedRemovals({ personKey, ledger, access, cause: '' }, policy, nowMs);
  const overIds = new Set(removals.map(({ groupId }) => groupId));
  const over = ledger.applied.filter(({ groupId }) => overIds.has(groupId));
  const signs = [
    ...open.map((name) => `+${name}`),
    ...over.map(({ groupId }) => `-${groupId}`),
    String(access.nextChangeAtMs),
  ];
  return {
    wanted,
    lines: linesOf(access),
    isGone: access.employment === 'left',
    open,
    over: over.map(({ groupName }) => fold(groupName)),
    sign: signs.toSorted().join('\n'),
  };
}

function isAddedTo(policy: OrganizationPolicy, name: string): boolean {
  const mode = groupPolicyOf(policy, name)?.mode;
  return mode === 'additive' || mode === 'authoritative';
}

function linesOf({ reasons }: PersonAccess): ReadonlySet<string> {
  return new Set(reasons.flatMap((reason) => (reason.kind === 'birthright' ? [reason.line] : [])));
}

function without(names: readonly string[], others: readonly string[] = []): readonly string[] {
  const known = new Set(others);
  return names.filter((name) => !known.has(name));
}
