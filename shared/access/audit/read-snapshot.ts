import { z } from 'zod';
import { cheaperLeaverRead } from '../../domain/audit/choose-leaver-read';
import type {
  Known,
  LeadingSnapshot,
  MemberKind,
  Snapshot,
  SnapshotGroup,
} from '../../domain/audit/snapshot';
import { groupsByName } from '../../domain/groups-by-name';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
import { createOneCopy } from '../../domain/intern-strings';
import { fold } from '../../domain/person-key';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { UiPathClient } from '../../uipath/client';
import type { GroupMember } from '../../uipath/groups';
import { opened, type AuditReader, type KeptPart } from './resumable-reader';
import { readOthers } from './read-users-rules-and-policy';

/** The calls to UiPath that an audit makes: reads only. */
export type AuditUiPath = Readonly<{
  groups: Pick<UiPathClient['groups'], 'list' | 'listMembers' | 'checkMembers'>;
  directory: Pick<UiPathClient['directory'], 'resolveByNames' | 'resolve' | 'groupMembership'>;
  rules: Pick<UiPathClient['rules'], 'list' | 'read'>;
  accessPolicy: Pick<UiPathClient['accessPolicy'], 'read'>;
  users: Pick<UiPathClient['users'], 'list' | 'read'>;
  auditEvents: Pick<UiPathClient['auditEvents'], 'list'>;
  externalClients: Pick<UiPathClient['externalClients'], 'list'>;
  robotAccounts: Pick<UiPathClient['robotAccounts'], 'list'>;
}>;

export type SnapshotContext = Readonly<{
  organization: OrganizationPolicy;
  uipath: AuditUiPath;
  reader: AuditReader;
  /** Rules that were made here or found on an earlier night: the list may hide them. */
  knownRuleIds: readonly number[];
  /** Of this application, in lower case. */
  ownClientId: string;
  /** Directory ids of people who had left when the night began. */
  leavers: () => readonly string[];
  /** Calls that a window leaves an audit. */
  allowances: Readonly<{ get: number; post: number }>;
}>;

const MEMBER_KINDS = [
  'user',
  'robot',
  'directory-user',
  'directory-group',
  'robot-account',
  'application',
  'unknown',
] as const satisfies readonly MemberKind[];

const GroupsSchema = z.array(z.object({ id: z.string(), name: z.string(), kind: z.string() }));
/** Ids by kind: half of what pairs of both take. */
const MembersSchema = z.partialRecord(z.enum(MEMBER_KINDS), z.array(z.string()));
const IdsSchema = z.array(z.string());

type Elsewhere = Extract<Snapshot['elsewhere'], { kind: 'known' }>['value'];
type ListedGroup = z.output<typeof GroupsSchema>[number];
type OneCopy = ReturnType<typeof createOneCopy>;

/**
 * Reads what UiPath has, part by part. Waiting for quota is thrown; the reader keeps what was read until then. Members are
 * only looked at when everything was read: most windows end with a wait.
 */
export async function readSnapshot(context: SnapshotContext): Promise<LeadingSnapshot> {
  const { organization, uipath, reader } = context;
  const listed = opened(
    await reader.part({ name: 'groups', schema: GroupsSchema }, async () => {
      const groups = await uipath.groups.list();
      // Every organization has its built-in groups: a list without any is none, and nobody is to be removed for it.
      if (groups.length === 0) throw new AppError('uipath-answer-empty', 'UiPath lists no group at all');
      return groups.map(({ id, name, kind }) => ({ id, name, kind }));
    }),
  );
  const groups = new Map<string, KeptPart<SnapshotGroup | undefined>>();
  const named = mapKnown(listed, groupsByName);
  const oneCopy = createOneCopy();
  for (const name of organization.groups.keys())
    groups.set(name, await readGroup(context, named, name, oneCopy));
  const administrators =
    organization.audit.administrators === undefined
      ? undefined
      : await readMembers(context, ADMINISTRATORS_GROUP_ID, oneCopy);
  const elsewhere = await readElsewhere(context, listed, oneCopy);
  const others = await readOthers(context);
  // Members are users for the most part: their ids are then the same texts as those of the users.
  if (others.users.kind === 'known') for (const id of others.users.value.keys()) oneCopy(id);
  return {
    groupNames: mapKnown(
      listed,
      (all) =>
        new Map(all.map(({ id, name, kind }) => [id, { name, builtIn: kind === 'built-in' }] as const)),
    ),
    groups: new Map([...groups].map(([name, group]) => [name, opened(group)])),
    administrators: administrators === undefined ? undefined : opened(administrators),
    elsewhere: opened(elsewhere),
    ...others,
  };
}

async function readGroup(
  context: SnapshotContext,
  named: Known<ReadonlyMap<string, readonly ListedGroup[]>>,
  name: string,
  oneCopy: OneCopy,
): Promise<KeptPart<SnapshotGroup | undefined>> {
  if (named.kind === 'unknown') return named;
  const [group, another] = named.value.get(name) ?? [];
  if (another !== undefined) return { kind: 'unknown', code: 'uipath-group-ambiguous' };
  return group === undefined
    ? { kind: 'known', value: () => undefined }
    : readMembers(context, group.id, oneCopy);
}

async function readMembers(
  { reader, uipath }: SnapshotContext,
  groupId: string,
  oneCopy: OneCopy,
): Promise<KeptPart<SnapshotGroup>> {
  const ids = await reader.part({ name: `group:${groupId}`, schema: MembersSchema }, async () =>
    byKind(await uipath.groups.listMembers(groupId)),
  );
  return mapKnown(ids, (kept) => () => ({ groupId, members: toMembers(kept(), oneCopy) }));
}

function byKind(members: readonly GroupMember[]): z.input<typeof MembersSchema> {
  const ids: Partial<Record<MemberKind, string[]>> = {};
  for (const { id, kind } of members) (ids[kind] ??= []).push(id);
  return ids;
}

function toMembers(ids: z.output<typeof MembersSchema>, oneCopy: OneCopy): ReadonlyMap<string, MemberKind> {
  return new Map(MEMBER_KINDS.flatMap((kind) => (ids[kind] ?? []).map((id) => [oneCopy(id), kind] as const)));
}

/** Leavers lose every group of the organization, so those that the policy does not name are looked into for them. */
async function readElsewhere(
  context: SnapshotContext,
  listed: Known<readonly ListedGroup[]>,
  oneCopy: OneCopy,
): Promise<KeptPart<Elsewhere>> {
  if (listed.kind === 'unknown') return listed;
  const nothing = { kind: 'known', value: () => [] } as const;
  const others = listed.value.filter(
    ({ id, name }) => id !== EVERYONE_GROUP_ID && !context.organization.groups.has(fold(name)),
  );
  if (others.length === 0 || context.organization.leaver.groups === 'managed') return nothing;
  const leavers = context.leavers();
  if (leavers.length === 0) return nothing;
  return cheaperLeaverRead(leavers.length, others.length, context.allowances) === 'per-person'
    ? byPerson(context, others, leavers, oneCopy)
    : byGroup(context, others, new Set(leavers), oneCopy);
}

/** How UiPath refuses to tell of an id that it does not have. */
const UNKNOWN_PERSON: ReadonlySet<string> = new Set(['uipath-not-found', 'uipath-rejected']);

async function byPerson(
  context: SnapshotContext,
  groups: readonly ListedGroup[],
  leavers: readonly string[],
  oneCopy: OneCopy,
): Promise<KeptPart<Elsewhere>> {
  const { reader, uipath } = context;
  const nameOf = new Map(groups.map(({ id, name }) => [id, fold(name)]));
  const found: Array<() => Elsewhere> = [];
  for (const memberId of leavers) {
    const within = await reader.part({ name: `leaver:${memberId}`, schema: IdsSchema }, async () => [
      ...(await uipath.directory.groupMembership(memberId, [...nameOf.keys()])),
    ]);
    // Somebody whom the directory does not show may be a member all the same: the groups tell it.
    if (within.kind === 'unknown' && UNKNOWN_PERSON.has(within.code))
      return byGroup(context, groups, new Set(leavers), oneCopy);
    if (within.kind === 'unknown') return within;
    found.push(() =>
      within.value().map((groupId) => ({ memberId, groupId, group: nameOf.get(groupId) ?? groupId })),
    );
  }
  return { kind: 'known', value: () => found.flatMap((entries) => entries()) };
}

async function byGroup(
  context: SnapshotContext,
  groups: readonly ListedGroup[],
  leavers: ReadonlySet<string>,
  oneCopy: OneCopy,
): Promise<KeptPart<Elsewhere>> {
  const found: Array<() => Elsewhere> = [];
  for (const { id: groupId, name } of groups) {
    const read = await readMembers(context, groupId, oneCopy);
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
