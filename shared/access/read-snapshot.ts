import { z } from 'zod';
import type { ExpectedPerson } from '../domain/audit/expectation';
import { cheaperLeaverRead } from '../domain/audit/read-plan';
import type { Known, LeadingSnapshot, MemberKind, Snapshot, SnapshotGroup } from '../domain/audit/snapshot';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../domain/hard-stops';
import { fold } from '../domain/person-key';
import type { OrganizationPolicy } from '../domain/policy';
import { AppError } from '../errors';
import type { UiPathClient } from '../uipath/client';
import type { AuditReader } from './audit-reader';
import { readOthers } from './read-snapshot-parts';

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
const MembersSchema = z.array(z.tuple([z.string(), z.enum(MEMBER_KINDS)]));
const IdsSchema = z.array(z.string());

type ElsewhereEntry = Readonly<{ memberId: string; group: string; groupId: string }>;
type ListedGroup = z.output<typeof GroupsSchema>[number];

/** Reads what UiPath has, part by part. Waiting for quota is thrown; the reader keeps what was read until then. */
export async function readSnapshot(
  context: SnapshotContext,
  people: readonly ExpectedPerson[],
): Promise<LeadingSnapshot> {
  const { organization, uipath, reader } = context;
  const listed = await reader.part('groups', GroupsSchema, async () => {
    const groups = await uipath.groups.list();
    // Every organization has its built-in groups: a list without any is none, and nobody is to be removed for it.
    if (groups.length === 0) throw new AppError('uipath-answer-empty', 'UiPath lists no group at all');
    return groups.map(({ id, name, kind }) => ({ id, name, kind }));
  });
  const groups = new Map<string, Known<SnapshotGroup | undefined>>();
  const idOf = mapKnown(listed, (all) => new Map(all.map(({ id, name }) => [fold(name), id] as const)));
  for (const name of organization.groups.keys()) groups.set(name, await readGroup(context, idOf, name));
  const { administrators } = organization.audit;
  return {
    groupNames: mapKnown(
      listed,
      (all) =>
        new Map(all.map(({ id, name, kind }) => [id, { name, builtIn: kind === 'built-in' }] as const)),
    ),
    groups,
    administrators:
      administrators === undefined ? undefined : await readMembers(context, ADMINISTRATORS_GROUP_ID),
    elsewhere: await readElsewhere(context, listed, people),
    ...(await readOthers(context)),
  };
}

async function readGroup(
  context: SnapshotContext,
  idOf: Known<ReadonlyMap<string, string>>,
  name: string,
): Promise<Known<SnapshotGroup | undefined>> {
  if (idOf.kind === 'unknown') return idOf;
  const id = idOf.value.get(name);
  return id === undefined ? { kind: 'known', value: undefined } : readMembers(context, id);
}

async function readMembers(
  { reader, uipath }: SnapshotContext,
  groupId: string,
): Promise<Known<SnapshotGroup>> {
  const members = await reader.part(`group:${groupId}`, MembersSchema, async () =>
    (await uipath.groups.listMembers(groupId)).map(({ id, kind }): [string, MemberKind] => [id, kind]),
  );
  return mapKnown(members, (all) => ({ groupId, members: new Map(all) }));
}

/** Leavers lose every group of the organization, so those that the policy does not name are looked into for them. */
async function readElsewhere(
  context: SnapshotContext,
  listed: Known<readonly ListedGroup[]>,
  people: readonly ExpectedPerson[],
): Promise<Snapshot['elsewhere']> {
  if (listed.kind === 'unknown') return listed;
  const others = listed.value.filter(
    ({ id, name }) => id !== EVERYONE_GROUP_ID && !context.organization.groups.has(fold(name)),
  );
  const leavers = people.flatMap(({ left, memberId }) => (left && memberId !== undefined ? [memberId] : []));
  const isNothing =
    others.length === 0 || leavers.length === 0 || context.organization.leaver.groups === 'managed';
  if (isNothing) return { kind: 'known', value: [] };
  return cheaperLeaverRead(leavers.length, others.length, context.allowances) === 'per-person'
    ? byPerson(context, others, leavers)
    : byGroup(context, others, new Set(leavers));
}

async function byPerson(
  { reader, uipath }: SnapshotContext,
  groups: readonly ListedGroup[],
  leavers: readonly string[],
): Promise<Snapshot['elsewhere']> {
  const nameOf = new Map(groups.map(({ id, name }) => [id, fold(name)]));
  const found: ElsewhereEntry[] = [];
  for (const memberId of leavers) {
    const within = await reader.part(`leaver:${memberId}`, IdsSchema, async () => [
      ...(await uipath.directory.groupMembership(memberId, [...nameOf.keys()])),
    ]);
    if (within.kind === 'unknown') return within;
    found.push(
      ...within.value.map((groupId) => ({ memberId, groupId, group: nameOf.get(groupId) ?? groupId })),
    );
  }
  return { kind: 'known', value: found };
}

async function byGroup(
  context: SnapshotContext,
  groups: readonly ListedGroup[],
  leavers: ReadonlySet<string>,
): Promise<Snapshot['elsewhere']> {
  const found: ElsewhereEntry[] = [];
  for (const { id, name } of groups) {
    const read = await readMembers(context, id);
    if (read.kind === 'unknown') return read;
    for (const memberId of read.value.members.keys())
      if (leavers.has(memberId)) found.push({ memberId, groupId: id, group: fold(name) });
  }
  return { kind: 'known', value: found };
}

function mapKnown<T, R>(part: Known<T>, map: (value: T) => R): Known<R> {
  return part.kind === 'known' ? { kind: 'known', value: map(part.value) } : part;
}
