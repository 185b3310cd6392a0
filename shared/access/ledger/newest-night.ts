import { inOrderOfNames, type MemberInSnapshot } from '../../domain/desk/members-of-group';
import { fold } from '../../domain/fold';
import { createStringInterner } from '../../domain/intern-strings';
import { AppError } from '../../errors';
import type { ReportStore } from '../../storage/reports';
import type { SnapshotStore, StoredSnapshot } from '../../storage/snapshots';
import {
  lastUseInStoredSnapshot,
  membersInStoredSnapshot,
  namesInStoredSnapshot,
} from './group-in-stored-snapshot';
import { readStoredSnapshotIfReadable } from './read-stored-snapshot-if-readable';
import { GroupsSchema, RulesSchema, type MemberOfKind } from './snapshot-part-schemas';

/** A group as the newest night saw it. `members` undefined: not all of them were read. */
export type GroupOfNight = Readonly<{
  groupId: string;
  name: string;
  isBuiltIn: boolean;
  members: readonly MemberOfKind[] | undefined;
}>;

/** What UiPath had in the newest night that is stored. */
export type NewestNight = Readonly<{
  night: string;
  /** When it began to be read: what was done since may not be in it. */
  startedAtMs: number;
  takenAtMs: number;
  /** False: the list of groups could not be read, and none is known. */
  isListed: boolean;
  groups: readonly GroupOfNight[];
  /** What it calls users, robots and others, by their directory id. */
  names: ReadonlyMap<string, string>;
  /** When a user signed in last or, where UiPath tells no sign-in, was made. */
  lastUsedMs: ReadonlyMap<string, number>;
  /** undefined: they were not read. */
  rules: ReadonlyArray<Readonly<{ name: string; enabled: boolean; groupIds: readonly string[] }>> | undefined;
}>;

/** undefined: no night is stored, or its snapshot cannot be read. */
export type ReadNewestNight = (alias: string) => Promise<NewestNight | undefined>;

type Kept = Readonly<{ takenAtMs: number; read: Promise<NewestNight | undefined> }>;

/** A night of ten thousand people takes some megabytes of memory and a second to read. */
const MOST_KEPT = 2;

/**
 * Reads the newest night of an organization. A night that has ended does not change: the last ones stay in memory, so that a page does not
 * read it again.
 */
export function createNewestNight({
  reports,
  snapshots,
}: Readonly<{
  reports: Pick<ReportStore, 'list'>;
  snapshots: Pick<SnapshotStore, 'read'>;
}>): ReadNewestNight {
  const kept = new Map<string, Kept>();
  return async (alias) => {
    const latest = (await reports.list(alias)).at(-1);
    if (latest === undefined) return undefined;
    const { night, takenAtMs } = latest;
    const known = kept.get(alias);
    if (known?.takenAtMs === takenAtMs) return known.read;
    const read = readNight({ snapshots }, alias, { night, takenAtMs });
    kept.delete(alias);
    kept.set(alias, { takenAtMs, read });
    for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
    try {
      const found = await read;
      // Whoever puts it back from a backup is not to wait for the next night.
      if (found === undefined) kept.delete(alias);
      return found;
    } catch (error) {
      kept.delete(alias);
      throw error;
    }
  };
}

async function readNight(
  { snapshots }: Readonly<{ snapshots: Pick<SnapshotStore, 'read'> }>,
  alias: string,
  { night, takenAtMs }: Pick<NewestNight, 'night' | 'takenAtMs'>,
): Promise<NewestNight | undefined> {
  const stored = await readStoredSnapshotIfReadable(snapshots, alias, night);
  if (stored === undefined) return undefined;
  const { parts, startedAtMs } = stored;
  const intern = createStringInterner();
  const groups: GroupOfNight[] = [];
  for (const { id, name, kind } of GroupsSchema.parse(JSON.parse(parts.get('groups') ?? '[]'))) {
    const members = await membersInStoredSnapshot(parts, id);
    groups.push({
      groupId: id,
      name,
      isBuiltIn: kind === 'built-in',
      members: members?.map(([memberId, of]): MemberOfKind => [intern(memberId), of]),
    });
  }
  return {
    night,
    startedAtMs,
    takenAtMs,
    isListed: parts.has('groups'),
    groups,
    names: await namesInStoredSnapshot(parts),
    lastUsedMs: await lastUseInStoredSnapshot(parts),
    rules: rulesIn(parts),
  };
}

function rulesIn(parts: StoredSnapshot['parts']): NewestNight['rules'] {
  const json = parts.get('rules');
  return json === undefined ? undefined : RulesSchema.parse(JSON.parse(json));
}

/**
 * A group of a night, by its name in whatever case, with its members.
 * @throws AppError `group-unknown` where UiPath had no such group, or the night did not read its members; `uipath-group-ambiguous`
 */
export function requireGroupOfNight(
  { groups }: Pick<NewestNight, 'groups'>,
  asked: string,
): GroupOfNight & Readonly<{ members: readonly MemberOfKind[] }> {
  const [group, another] = groups.filter(({ name }) => fold(name) === fold(asked));
  if (group === undefined)
    throw new AppError('group-unknown', 'UiPath had no group of this name when it was read last');
  if (another !== undefined)
    throw new AppError('uipath-group-ambiguous', 'UiPath had several groups of this name');
  const { members } = group;
  if (members === undefined)
    throw new AppError(
      'group-unknown',
      'The members of this group were not read: the policy does not name it, or the read failed',
    );
  return { ...group, members };
}

const ordered = new WeakMap<readonly MemberOfKind[], readonly MemberInSnapshot[]>();

/** The members of a group of a night, in the order of their names. */
export function membersByName(
  { names }: Pick<NewestNight, 'names'>,
  members: readonly MemberOfKind[],
): readonly MemberInSnapshot[] {
  const known = ordered.get(members);
  if (known !== undefined) return known;
  const named = inOrderOfNames(
    members.map(([memberId, kind]) => ({ memberId, kind, name: names.get(memberId) ?? memberId })),
  );
  ordered.set(members, named);
  return named;
}
