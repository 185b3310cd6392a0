import type { Attribution, FindingRecord } from '../../../domain/audit/finding';
import { isOf, toHistoryEntry, type HistoryEntry } from '../../../domain/desk/history';
import { DAY_MS, SKEW_MS } from '../../../domain/durations';
import { fold } from '../../../domain/fold';
import { personSubject } from '../../../domain/ledger/subject';
import type { EvidenceRecord } from '../../../domain/ledger/evidence';
import type { OrganizationPolicy } from '../../../domain/policy';
import { errorCodeOf } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { SentChanges } from '../../../storage/calls/sent-changes';
import type { LedgerStore } from '../../../storage/ledger';
import type { PeopleIndex } from '../../../storage/people-index';
import { groupInStoredSnapshot } from '../../ledger/group-in-stored-snapshot';
import { requireGroupOfNight, type NewestNight, type ReadNewestNight } from '../../ledger/newest-night';
import { decidedByText } from '../read-history';
import { nightsAround, type NightsAroundDeps } from './nights-around';

export type GroupChangesDeps = NightsAroundDeps &
  Readonly<{
    newestNight: ReadNewestNight;
    recentFindings: (alias: string) => Promise<readonly FindingRecord[]>;
    sentChanges: Pick<SentChanges, 'since'>;
    accounts: Pick<PeopleIndex, 'list'>;
    ledger: Pick<LedgerStore, 'evidence'>;
  }>;

/** Somebody who came into a group or went out of it. */
export type MembershipMove = Readonly<{
  memberId: string;
  name: string;
  isIn: boolean;
  /** When this app sent it; undefined: it did not, and somebody else did it between the nights. */
  atMs: number | undefined;
  /** What the evidence has of it. */
  entry: HistoryEntry | undefined;
  /** Who did it by UiPath's audit log, where a finding tells. */
  attribution: Attribution | undefined;
}>;

export type GroupChanges = Readonly<{
  group: string;
  /** The nights that were compared; undefined: no night of then is stored, and only what this app did is told. */
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
  const own = new Set(sent.map(({ memberId }) => fold(memberId)));
  const others = (
    had === undefined
      ? []
      : [
          ...[...has].filter((id) => !had.has(id)).map((memberId) => ({ memberId, isIn: true })),
          ...[...had].filter((id) => !has.has(id)).map((memberId) => ({ memberId, isIn: false })),
        ]
  ).filter(({ memberId }) => !own.has(memberId));
  const all = [...sent, ...others.map((one) => ({ ...one, atMs: undefined }))];
  const findings = await deps.recentFindings(alias);
  const page = await mapConcurrently(all.slice(skip, skip + PAGE), STORAGE_WIDTH, async (change) => ({
    ...change,
    name: newest.names.get(change.memberId) ?? change.memberId,
    entry:
      change.atMs === undefined
        ? undefined
        : await entryOf(deps, alias, { ...change, atMs: change.atMs, group: name }),
    attribution: findings.find(
      ({ subject }) =>
        fold(subject['memberId'] ?? '') === fold(change.memberId) &&
        fold(subject['group'] ?? '') === fold(name),
    )?.attribution,
  }));
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

type SentMembership = Readonly<{ memberId: string; isIn: boolean; atMs: number }>;

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

/** A night that did not read the group tells nothing of it. */
async function membersThen(
  parts: Parameters<typeof groupInStoredSnapshot>[0],
  groupId: string,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { members } = await groupInStoredSnapshot(parts, { id: groupId });
    return new Set(members.map(({ memberId }) => fold(memberId)));
  } catch (error) {
    if (errorCodeOf(error) === 'group-unknown') return undefined;
    throw error;
  }
}

/** What the evidence of whoever has the account says of this change: the record next to it in time. */
async function entryOf(
  { accounts, ledger }: Pick<GroupChangesDeps, 'accounts' | 'ledger'>,
  alias: string,
  { memberId, atMs, isIn, group }: SentMembership & Readonly<{ group: string }>,
): Promise<HistoryEntry | undefined> {
  const keys = await accounts.list(alias, memberId);
  const kinds = isIn ? ['membership-added', 'membership-given-back'] : ['membership-removed'];
  const found: EvidenceRecord[] = [];
  for (const key of keys) {
    const { records } = await ledger.evidence(personSubject(alias, key));
    found.push(...records.filter((record) => kinds.includes(record.kind) && isOf(record, { group })));
  }
  const awayMs = (record: EvidenceRecord): number => Math.abs(record.atMs - atMs);
  const [nearest] = found.toSorted((a, b) => awayMs(a) - awayMs(b));
  if (nearest === undefined || awayMs(nearest) > DAY_MS) return undefined;
  return toHistoryEntry('', nearest, decidedByText(nearest));
}

async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}
