import { z } from 'zod';
import type { GroupMember } from '../../uipath/group-schemas';
import type { MemberKind } from '../../domain/member-kind';
import { chooseCheapestLeaverRead } from '../../domain/audit/choose-cheapest-leaver-read';
import type { Known, LeadingSnapshot, Snapshot, SnapshotGroup } from '../../domain/audit/snapshot';
import { groupsByName } from '../../domain/groups-by-name';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
import { createStringInterner } from '../../domain/intern-strings';
import { fold } from '../../domain/fold';
import { AppError } from '../../errors';
import { mapConcurrently } from '../../map-concurrently';
import {
  GroupsSchema,
  MembersPageSchema,
  type ListedGroup,
  type MemberOfKind,
  type MembersSchema,
} from '../ledger/snapshot-part-schemas';
import { readListInParts } from './read-list-in-parts';
import { LOOK_UP_WIDTH } from './look-up-ids-by-name';
import { readKeptPart, type KeptPart } from './resumable-snapshot-reader';
import { readSnapshotBesidesGroups } from './read-snapshot-besides-groups';
import type { SnapshotContext } from './snapshot-context';

const IdsSchema = z.array(z.string());

type Elsewhere = Extract<Snapshot['elsewhere'], { kind: 'known' }>['value'];
type InternString = ReturnType<typeof createStringInterner>;

/**
 * Reads a snapshot of UiPath, part by part. Waiting for quota is thrown; the reader has stored what was read until
 * then. Members are interpreted only when everything was read, because most quota windows end with a wait.
 */
export async function readSnapshot(context: SnapshotContext): Promise<LeadingSnapshot> {
  const { organization, uipath, reader } = context;
  const listed = readKeptPart(
    await reader.part({ name: 'groups', schema: GroupsSchema }, async () => {
      const groups = await uipath.groups.list();
      // Every organization has its built-in groups. A list without any of them is implausible, and must not remove
      // anybody.
      if (groups.length === 0) throw new AppError('uipath-answer-empty', 'UiPath lists no group at all');
      return groups.map(({ id, name, kind }) => ({ id, name, kind }));
    }),
  );
  const groups = new Map<string, KeptPart<SnapshotGroup | undefined>>();
  const named = mapKnown(listed, groupsByName);
  const internString = createStringInterner();
  for (const name of organization.groups.keys())
    groups.set(name, await readGroup(context, named, name, internString));
  const administrators = await readMembers(context, ADMINISTRATORS_GROUP_ID, internString);
  const elsewhere = await readElsewhere(context, listed, internString);
  const others = await readSnapshotBesidesGroups(context);
  // Members are users for the most part: their ids are then the same texts as those of the users.
  if (others.users.kind === 'known') for (const id of others.users.value.keys()) internString(id);
  return {
    groupNames: mapKnown(
      listed,
      (all) =>
        new Map(all.map(({ id, name, kind }) => [id, { name, builtIn: kind === 'built-in' }] as const)),
    ),
    groups: new Map([...groups].map(([name, group]) => [name, readKeptPart(group)])),
    administrators: readKeptPart(administrators),
    elsewhere: readKeptPart(elsewhere),
    ...others,
  };
}

async function readGroup(
  context: SnapshotContext,
  named: Known<ReadonlyMap<string, readonly ListedGroup[]>>,
  name: string,
  internString: InternString,
): Promise<KeptPart<SnapshotGroup | undefined>> {
  if (named.kind === 'unknown') return named;
  const [group, another] = named.value.get(name) ?? [];
  if (another !== undefined) return { kind: 'unknown', code: 'uipath-group-ambiguous' };
  return group === undefined
    ? { kind: 'known', value: () => undefined }
    : readMembers(context, group.id, internString);
}

async function readMembers(
  { reader, uipath }: SnapshotContext,
  groupId: string,
  internString: InternString,
): Promise<KeptPart<SnapshotGroup>> {
  const list = { name: `group:${groupId}`, schema: MembersPageSchema, idOf: ([id]: MemberOfKind) => id };
  const members = await readListInParts(reader, list, async (skip) => {
    const { totalCount, results } = await uipath.groups.memberPage(groupId, skip);
    return { totalCount, entries: inRuns(results) };
  });
  return mapKnown(members, (kept) => () => ({
    groupId,
    members: new Map(kept().map(([id, kind]) => [internString(id), kind])),
  }));
}

function inRuns(members: readonly GroupMember[]): z.input<typeof MembersSchema> {
  const runs: Array<[MemberKind, string[]]> = [];
  for (const { id, kind } of members) {
    const last = runs.at(-1);
    if (last?.[0] === kind) last[1].push(id);
    else runs.push([kind, [id]]);
  }
  return runs;
}

/** Looks for leavers in groups that the policy does not name, because a leaver loses every group of the organization. */
async function readElsewhere(
  context: SnapshotContext,
  listed: Known<readonly ListedGroup[]>,
  internString: InternString,
): Promise<KeptPart<Elsewhere>> {
  if (listed.kind === 'unknown') return listed;
  const nothing = { kind: 'known', value: () => [] } as const;
  const others = listed.value.filter(
    ({ id, name }) => id !== EVERYONE_GROUP_ID && !context.organization.groups.has(fold(name)),
  );
  if (others.length === 0 || context.organization.leaver.groups === 'managed') return nothing;
  const leavers = context.leavers();
  if (leavers.length === 0) return nothing;
  return chooseCheapestLeaverRead(leavers.length, others.length, context.allowances) === 'per-person'
    ? byPerson(context, others, leavers, internString)
    : byGroup(context, others, new Set(leavers), internString);
}

/** How UiPath refuses to tell of an id that it does not have. */
const UNKNOWN_PERSON: ReadonlySet<string> = new Set(['uipath-not-found', 'uipath-rejected']);

async function byPerson(
  context: SnapshotContext,
  groups: readonly ListedGroup[],
  leavers: readonly string[],
  internString: InternString,
): Promise<KeptPart<Elsewhere>> {
  const { reader, uipath } = context;
  const nameOf = new Map(groups.map(({ id, name }) => [id, fold(name)]));
  const found: Array<() => Elsewhere> = [];
  const unread: Array<Extract<KeptPart<Elsewhere>, { kind: 'unknown' }>> = [];
  await mapConcurrently(leavers, LOOK_UP_WIDTH, async (memberId) => {
    if (unread.length > 0) return;
    const within = await reader.part({ name: `leaver:${memberId}`, schema: IdsSchema }, async () => [
      ...(await uipath.directory.groupMembership(memberId, [...nameOf.keys()])),
    ]);
    if (within.kind === 'unknown') unread.push(within);
    else
      found.push(() =>
        within.value().map((groupId) => ({ memberId, groupId, group: nameOf.get(groupId) ?? groupId })),
      );
  });
  // Somebody whom the directory does not show may be a member all the same: the groups tell it.
  if (unread.some(({ code }) => UNKNOWN_PERSON.has(code)))
    return byGroup(context, groups, new Set(leavers), internString);
  const [failed] = unread;
  if (failed !== undefined) return failed;
  return { kind: 'known', value: () => found.flatMap((entries) => entries()) };
}

async function byGroup(
  context: SnapshotContext,
  groups: readonly ListedGroup[],
  leavers: ReadonlySet<string>,
  internString: InternString,
): Promise<KeptPart<Elsewhere>> {
  const found: Array<() => Elsewhere> = [];
  for (const { id: groupId, name } of groups) {
    const read = await readMembers(context, groupId, internString);
    if (read.kind === 'unknown') return read;
    found.push(() =>
      [...read.value().members.keys()]
        .filter((memberId) => leavers.has(memberId))
        .map((memberId) => ({ memberId, groupId, group: fold(name) })),
    );
  }
  return { kind: 'known', value: () => found.flatMap((entries) => entries()) };
}

function mapKnown<T, R>(part: Known<T>, map: (value: T) => R): Known<R> {
  return part.kind === 'known' ? { kind: 'known', value: map(part.value) } : part;
}
