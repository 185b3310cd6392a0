import type { z } from 'zod';
import type { Clock } from '../../clock';
import { startDeadline } from '../../deadline';
import type { Known } from '../../domain/audit/snapshot';
import type { OrganizationInventory } from '../../domain/desk/organization-inventory';
import { ADMINISTRATORS_GROUP_ID } from '../../domain/plan/hard-stops';
import type { HttpMethod } from '../../domain/plan/quota';
import type { OrganizationPolicy, PolicyEntity } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import { mapConcurrently } from '../../map-concurrently';
import type { ReportStore } from '../../storage/reports';
import type { SnapshotStore, StoredSnapshot } from '../../storage/snapshots';
import type { UiPathClient } from '../../uipath/client';
import { membersInStoredSnapshot, namesInStoredSnapshot } from '../ledger/group-in-stored-snapshot';
import { EntitiesSchema, GroupsSchema, RulesSchema } from '../ledger/snapshot-part-schemas';
import { toSnapshotEntries } from '../ledger/to-snapshot-rules-and-entries';

/** The reads of UiPath that it takes: four calls, and one for each administrator that is named. */
export type InventoryUiPath = Readonly<{
  groups: Pick<UiPathClient['groups'], 'list' | 'listMembers'>;
  rules: Pick<UiPathClient['rules'], 'list'>;
  accessPolicy: Pick<UiPathClient['accessPolicy'], 'read'>;
  directory: Pick<UiPathClient['directory'], 'resolve'>;
}>;

export type ReadInventoryDeps = Readonly<{
  reports: Pick<ReportStore, 'list'>;
  snapshots: Pick<SnapshotStore, 'read'>;
  /** What UiPath has now, or had within the last half minute. */
  inventoryNow: (organization: string) => Promise<OrganizationInventory>;
}>;

/**
 * What an organization has, by the newest snapshot of the audit, or as UiPath says now where there is none or `isFresh`. A part that
 * cannot be read is unknown and keeps no other.
 * @throws AppError what reading the groups failed with: without them nothing can be said
 */
export async function readInventory(
  deps: ReadInventoryDeps,
  { alias }: Pick<OrganizationPolicy, 'alias'>,
  { isFresh }: Readonly<{ isFresh: boolean }>,
): Promise<OrganizationInventory> {
  const stored = isFresh ? undefined : await storedInventory(deps, alias);
  return stored ?? deps.inventoryNow(alias);
}

async function storedInventory(
  { reports, snapshots }: ReadInventoryDeps,
  alias: string,
): Promise<OrganizationInventory | undefined> {
  const latest = (await reports.list(alias)).at(-1);
  const snapshot = latest === undefined ? undefined : await snapshots.read(alias, latest.night);
  const groups = partIn(snapshot, 'groups', GroupsSchema);
  if (latest === undefined || snapshot === undefined || groups.kind === 'unknown') return undefined;
  const members = await membersInStoredSnapshot(snapshot.parts, ADMINISTRATORS_GROUP_ID);
  const names = await namesInStoredSnapshot(snapshot.parts);
  return {
    organization: alias,
    from: 'audit',
    takenAtMs: latest.takenAtMs,
    groups: {
      kind: 'known',
      value: groups.value.map(({ id, name, kind }) => ({ id, name, isBuiltIn: kind === 'built-in' })),
    },
    administrators:
      members === undefined
        ? UNREAD
        : {
            kind: 'known',
            value: members.map(([id, kind]) => ({ id, kind, name: names.get(id) ?? null })),
          },
    rules: mapPart(partIn(snapshot, 'rules', RulesSchema), (rules) => rules.map(({ name }) => ({ name }))),
    accessPolicy: mapPart(partIn(snapshot, 'access-policy', EntitiesSchema), namesOfEntries),
  };
}

/** The night could not read it; why is in its report. */
const UNREAD: Extract<Known<never>, { kind: 'unknown' }> = { kind: 'unknown', code: 'part-unknown' };

function partIn<S extends z.ZodType>(
  snapshot: StoredSnapshot | undefined,
  name: string,
  schema: S,
): Known<z.output<S>> {
  const json = snapshot?.parts.get(name);
  return json === undefined ? UNREAD : { kind: 'known', value: schema.parse(JSON.parse(json)) };
}

type AskingDeps = Readonly<{
  /** `tell` hears of every call. */
  auditUiPath: (alias: string, tell: (method: HttpMethod) => void) => Promise<InventoryUiPath>;
  clock: Pick<Clock, 'now'>;
}>;

/** Whoever asks again and again does not use up the quota. */
const KEPT_MS = 30_000;
/** Whoever asks waits half a minute. */
const LONGEST_MS = 25_000;
/** More administrators than these are named by their ids. */
const MOST_NAMED = 50;
const WIDTH = 4;

/** Asks UiPath in the normal lane of the quota, for each organization once in half a minute, for `longestMs` at most. */
export function createInventoryReader(
  deps: AskingDeps,
  longestMs = LONGEST_MS,
): ReadInventoryDeps['inventoryNow'] {
  const latest = new Map<string, Readonly<{ atMs: number; found: Promise<OrganizationInventory> }>>();
  return async (alias) => {
    const nowMs = deps.clock.now();
    const known = latest.get(alias);
    const ageMs = nowMs - (known?.atMs ?? Number.NEGATIVE_INFINITY);
    const found =
      known !== undefined && ageMs >= 0 && ageMs < KEPT_MS ? known.found : askUiPath(deps, alias, longestMs);
    if (found !== known?.found) latest.set(alias, { atMs: nowMs, found });
    try {
      return await found;
    } catch (error) {
      latest.delete(alias);
      throw error;
    }
  };
}

async function askUiPath(
  { auditUiPath, clock }: AskingDeps,
  alias: string,
  longestMs: number,
): Promise<OrganizationInventory> {
  let isOver = false;
  const late = (): AppError => {
    isOver = true;
    return new AppError('uipath-unreachable', 'UiPath did not answer in time');
  };
  const deadline = startDeadline(longestMs, late);
  // Whatever is not waited for any more is nobody's failure.
  deadline.passed.catch(() => undefined);
  const inTime = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (isOver) throw late();
    return Promise.race([ask(), deadline.passed]);
  };
  const part = async <T>(ask: () => Promise<T>): Promise<Known<T>> => {
    try {
      return { kind: 'known', value: await inTime(ask) };
    } catch (error) {
      return { kind: 'unknown', code: errorCodeOf(error) };
    }
  };
  try {
    const takenAtMs = clock.now();
    const uipath = await inTime(async () => auditUiPath(alias, () => undefined));
    const groups = await inTime(async () => uipath.groups.list());
    if (groups.length === 0) throw new AppError('uipath-answer-empty', 'UiPath lists no group at all');
    const [administrators, rules, accessPolicy] = await Promise.all([
      part(async () => administratorsOf(uipath, part)),
      part(async () => (await uipath.rules.list()).map(({ name }) => ({ name }))),
      part(async () => namesOfEntries(toSnapshotEntries(await uipath.accessPolicy.read()))),
    ]);
    return {
      organization: alias,
      from: 'uipath',
      takenAtMs,
      groups: {
        kind: 'known',
        value: groups.map(({ id, name, kind }) => ({ id, name, isBuiltIn: kind === 'built-in' })),
      },
      administrators,
      rules,
      accessPolicy,
    };
  } finally {
    deadline.stop();
  }
}

type Administrator = Extract<OrganizationInventory['administrators'], { kind: 'known' }>['value'][number];

/** What the directory knows each kind as; it knows no robot accounts. */
const ENTITY_TYPES: Readonly<Partial<Record<Administrator['kind'], 'user' | 'group' | 'application'>>> = {
  user: 'user',
  'directory-user': 'user',
  'directory-group': 'group',
  application: 'application',
};

/** Somebody whose name cannot be read stays without one. */
async function administratorsOf(
  { groups, directory }: InventoryUiPath,
  part: <T>(ask: () => Promise<T>) => Promise<Known<T>>,
): Promise<readonly Administrator[]> {
  const members = await groups.listMembers(ADMINISTRATORS_GROUP_ID);
  return mapConcurrently([...members.entries()], WIDTH, async ([index, { id, kind }]) => {
    const type = ENTITY_TYPES[kind];
    if (type === undefined || index >= MOST_NAMED) return { id, kind, name: null };
    const found = await part(async () => directory.resolve(id, type));
    if (found.kind === 'unknown' || found.value.kind !== 'found') return { id, kind, name: null };
    const { email, name, displayName } = found.value.entity;
    if (type === 'user') return { id, kind, name: email ?? name };
    return { id, kind, name: type === 'group' ? (displayName ?? name) : name };
  });
}

function namesOfEntries(entries: readonly PolicyEntity[]): readonly PolicyEntity[] {
  return entries.map(({ entityType, name }) => ({ entityType, name }));
}

function mapPart<T, R>(part: Known<T>, map: (value: T) => R): Known<R> {
  return part.kind === 'known' ? { kind: 'known', value: map(part.value) } : part;
}
