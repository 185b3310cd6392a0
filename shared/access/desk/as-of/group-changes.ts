import type { Attribution, FindingRecord } from '../../../domain/audit/finding';
import { toHistoryEntry, type HistoryEntry } from '../../../domain/desk/history';
import { DAY_MS, SKEW_MS } from '../../../domain/durations';
import { fold } from '../../../domain/fold';
import type { OrganizationPolicy } from '../../../domain/policy';
import { errorCodeOf } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { SentChanges } from '../../../storage/calls/sent-changes';
import type { LedgerStore } from '../../../storage/ledger';
import type { PeopleIndex } from '../../../storage/people-index';
import type { StoredSnapshot } from '../../../storage/snapshots';
import { membersInStoredSnapshot } from '../../ledger/group-in-stored-snapshot';
import { requireGroupOfNight, type NewestNight, type ReadNewestNight } from '../../ledger/newest-night';
import { GroupsSchema } from '../../ledger/snapshot-part-schemas';
import { namesOfPeople } from '../names-of-people';
import { decidedByText } from '../read-history';
import {
  attributionOf,
  isOfApp,
  recordBetween,
  recordOfCall,
  recordsOf,
  type SentMembership,
} from './changes-on-record';
import { nightsAround, type NightsAroundDeps } from './nights-around';

export type GroupChangesDeps = NightsAroundDeps &
  Readonly<{
    newestNight: ReadNewestNight;
    recentFindings: (alias: string) => Promise<readonly FindingRecord[]>;
    sentChanges: Pick<SentChanges, 'since'>;
    accounts: Pick<PeopleIndex, 'list'>;
    ledger: Pick<LedgerStore, 'read' | 'evidence'>;
  }>;

/** Somebody who came into a group or went out of it. */
export type MembershipMove = Readonly<{
  memberId: string;
  /** undefined: nothing tells it. */
  name: string | undefined;
  isIn: boolean;
  /** `others`: this app did not, and the nights differ. `unknown`: they do, and what this app did then is not all known. */
  by: 'app' | 'others' | 'unknown';
  /** When this app sent it; undefined: that is not known. */
  atMs: number | undefined;
  /** What the evidence has of it; undefined, where this app sent it: it is not on record that it was done. */
  entry: HistoryEntry | undefined;
  /** Who did it by UiPath's audit log, where a finding tells. */
  attribution: Attribution | undefined;
}>;

export type GroupChanges = Readonly<{
  group: string;
  /** The nights that were compared; undefined: of then no night is stored that read the group, and only what this app did is told. */
  fromMs: number | undefined;
  toMs: number;
  changes: readonly MembershipMove[];
  total: number;
  next: number | null;
  /** False: what this app sent could not be read to the end in time. */
  isWhole: boolean;
}>;

const DAYS = 30;
const PAGE = 25;
/** The latest first: where they take too long the others are left out. */
const WINDOWS_IN_DAYS = [1, 3, 9, DAYS] as const;
const LONGEST_MS = 200;

/**
 * Who came into a group and who went within thirty days: what this app sent, newest first, and then what the nights at both ends tell that
 * it did not send. Whoever came and went by somebody else in between is not among them.
 * @throws AppError `report-unknown`, `group-unknown`, `uipath-group-ambiguous`
 */
export async function groupChanges(
  deps: GroupChangesDeps,
  { alias }: OrganizationPolicy,
  { group, skip }: Readonly<{ group: string; skip: number }>,
): Promise<GroupChanges | undefined> {
  const newest = await deps.newestNight(alias);
  if (newest === undefined) return undefined;
  const { groupId, name, members } = requireGroupOfNight(newest, group);
  const { sent, isWhole } = await sentIn(deps, alias, groupId);
  const { had, fromMs } = await thenOf(deps, alias, newest, groupId);
  const has = new Set(members.map(([id]) => fold(id)));
  const sentOf = new Map<string, SentMembership[]>();
  for (const one of sent) sentOf.set(fold(one.memberId), [...(sentOf.get(fold(one.memberId)) ?? []), one]);
  const others = (
    had === undefined
      ? []
      : [
          ...[...has].filter((id) => !had.has(id)).map((memberId) => ({ memberId, isIn: true })),
          ...[...had].filter((id) => !has.has(id)).map((memberId) => ({ memberId, isIn: false })),
        ]
  ).filter((one) => !isOfApp(sentOf.get(one.memberId) ?? [], newest, one));
  const all = [...sent, ...others.map((one) => ({ ...one, atMs: undefined }))];
  const findings = await deps.recentFindings(alias);
  const span = { fromMs: fromMs ?? 0, untilMs: newest.takenAtMs };
  const some = await mapConcurrently(all.slice(skip, skip + PAGE), STORAGE_WIDTH, async (change) => {
    const keys = await deps.accounts.list(alias, change.memberId);
    const records = await recordsOf(deps, alias, { keys, groupId, group: name });
    const own =
      change.atMs === undefined
        ? recordBetween(records, change, span)
        : recordOfCall(records, { ...change, atMs: change.atMs }, sentOf.get(fold(change.memberId)) ?? []);
    const isOwn = change.atMs !== undefined || own !== undefined;
    const by = isOwn ? 'app' : isWhole ? 'others' : 'unknown';
    const move: MembershipMove = {
      ...change,
      name: newest.names.get(change.memberId),
      by,
      atMs: change.atMs ?? own?.atMs,
      entry: own === undefined ? undefined : toHistoryEntry('', own, decidedByText(own)),
      attribution: isOwn ? undefined : attributionOf(findings, { ...change, group: name }, span),
    };
    return { move, key: keys[0] };
  });
  const keysOfNameless = some.flatMap(({ move, key }) =>
    move.name === undefined && key !== undefined ? [key] : [],
  );
  const addresses = await namesOfPeople(deps, alias, keysOfNameless);
  const page = some.map(({ move, key = '' }) => ({ ...move, name: move.name ?? addresses.get(key) }));
  return {
    group: name,
    fromMs: had === undefined ? undefined : fromMs,
    toMs: newest.takenAtMs,
    changes: page,
    total: all.length,
    next: skip + PAGE < all.length ? skip + PAGE : null,
    isWhole,
  };
}

async function sentIn(
  { sentChanges, clock }: Pick<GroupChangesDeps, 'sentChanges' | 'clock'>,
  alias: string,
  groupId: string,
): Promise<Readonly<{ sent: readonly SentMembership[]; isWhole: boolean }>> {
  const nowMs = clock.now();
  const sent: SentMembership[] = [];
  let untilMs = nowMs + SKEW_MS;
  for (const days of WINDOWS_IN_DAYS) {
    if (clock.now() - nowMs > LONGEST_MS) return { sent, isWhole: false };
    const fromMs = nowMs - days * DAY_MS;
    const changes = await readable(async () => sentChanges.since(alias, fromMs, untilMs));
    if (changes === undefined) return { sent, isWhole: false };
    for (const { thing, id = '', atMs, added, removed } of changes.toReversed())
      if (thing === 'group' && fold(id) === fold(groupId))
        sent.push(
          ...added.map((memberId) => ({ memberId, isIn: true, atMs })),
          ...removed.map((memberId) => ({ memberId, isIn: false, atMs })),
        );
    untilMs = fromMs;
  }
  return { sent, isWhole: true };
}

type Then = Readonly<{ had: ReadonlySet<string> | undefined; fromMs: number | undefined }>;

/** By the newest night: what was in a group thirty days ago is the same until the next. */
const then = new WeakMap<NewestNight, Map<string, Then>>();

/** Who was in the group in the night of thirty days ago, or in the first after it that is stored and is not the newest. */
async function thenOf(
  deps: NightsAroundDeps,
  alias: string,
  newest: NewestNight,
  groupId: string,
): Promise<Then> {
  const known = then.get(newest) ?? new Map<string, Then>();
  then.set(newest, known);
  const found = known.get(groupId);
  if (found !== undefined) return found;
  const snapshots: NightsAroundDeps['snapshots'] = {
    read: async (organization, night) =>
      night === newest.night ? undefined : deps.snapshots.read(organization, night),
  };
  const { before, after } = await nightsAround(
    { ...deps, snapshots },
    alias,
    deps.clock.now() - DAYS * DAY_MS,
  );
  const old = before ?? after;
  const made = {
    had: old === undefined ? undefined : await membersThen(old.parts, groupId),
    fromMs: old?.takenAtMs,
  };
  known.set(groupId, made);
  return made;
}

/** A night that did not read the group tells nothing of it. One that had no such group tells that nobody was in it. */
async function membersThen(
  parts: StoredSnapshot['parts'],
  groupId: string,
): Promise<ReadonlySet<string> | undefined> {
  const json = parts.get('groups');
  if (json === undefined) return undefined;
  const group = GroupsSchema.parse(JSON.parse(json)).find(({ id }) => fold(id) === fold(groupId));
  if (group === undefined) return new Set();
  const members = await membersInStoredSnapshot(parts, group.id);
  return members === undefined ? undefined : new Set(members.map(([memberId]) => fold(memberId)));
}

async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}
