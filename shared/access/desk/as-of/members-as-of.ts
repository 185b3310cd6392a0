import { changesIn, membershipAsOf, type MembershipAsOf } from '../../../domain/desk/membership-as-of';
import { inOrderOfNames, type MemberInSnapshot } from '../../../domain/desk/members-of-group';
import { fold } from '../../../domain/fold';
import type { EvidenceRecord } from '../../../domain/ledger/evidence';
import { personSubject } from '../../../domain/ledger/subject';
import { RETENTION_MS } from '../../../domain/retention';
import type { OrganizationPolicy } from '../../../domain/policy';
import { AppError, errorCodeOf } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { SentChanges } from '../../../storage/calls/sent-changes';
import type { LedgerStore } from '../../../storage/ledger';
import type { PeopleIndex } from '../../../storage/people-index';
import { groupInStoredSnapshot } from '../../ledger/group-in-stored-snapshot';
import { nightsAround, type KeptNight, type NightsAroundDeps } from './nights-around';

export type MembersAsOfDeps = NightsAroundDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'evidence'>;
    accounts: Pick<PeopleIndex, 'list'>;
    sentChanges: Pick<SentChanges, 'since'>;
  }>;

/** A part of who was in a group at a moment, in the order of their names, with those of whom it cannot be told. */
export type MembersAsOf = Readonly<{
  group: string;
  asOfMs: number;
  before: string | null;
  after: string | null;
  total: number;
  members: ReadonlyArray<MemberInSnapshot & MembershipAsOf>;
  /** How many come before the next page; null: this is the last. */
  next: number | null;
  /** Of so many of them it cannot be known. */
  notKnown: number;
  /** Not everybody's records could be looked at: so many are told by the nights alone. */
  withoutRecords: number;
  /** False: whom this app put in and took out again between the nights is not among them, as that is no longer noted. */
  isWhole: boolean;
  atMs: number;
}>;

const PAGE = 200;
/** Each costs two reads, and somebody waits. */
const MOST_READ = 500;

/**
 * Who was in a group, by the nights around the moment, and by the records of those whom the nights tell differently or whom this app
 * changed since.
 * @throws AppError `group-unknown`, `uipath-group-ambiguous`, `report-unknown` where no night of around then is stored any more
 */
export async function membersAsOf(
  deps: MembersAsOfDeps,
  { alias }: OrganizationPolicy,
  { group, asOfMs, skip }: Readonly<{ group: string; asOfMs: number; skip: number }>,
): Promise<MembersAsOf> {
  const { before, after } = await nightsAround(deps, alias, asOfMs);
  const [then, later] = await oneGroupOf(before, after, group);
  const known = then.found ?? later.found;
  if (known === undefined) {
    if (then.error ?? later.error) throw then.error ?? later.error;
    throw new AppError(
      'report-unknown',
      'No night of around then is stored any more: who was in a group is kept for 35 days. What this app did is in: access history --group',
    );
  }
  const { groupId, name } = known;
  const sent = await sentIn(deps, alias, { groupId, sinceMs: before?.startedAtMs ?? asOfMs });
  const people = new Map<string, MemberInSnapshot>();
  for (const id of sent ?? []) people.set(id, { memberId: id, kind: 'directory-user', name: id });
  for (const member of [...(later.found?.members ?? []), ...(then.found?.members ?? [])])
    people.set(member.memberId.toLowerCase(), member);
  const seenIn = (night: KeptNight | undefined, read: typeof then) => {
    const ids = new Set(read.found?.members.map(({ memberId }) => memberId.toLowerCase()));
    return (id: string) =>
      night === undefined || read.found === undefined
        ? undefined
        : { startedAtMs: night.startedAtMs, takenAtMs: night.takenAtMs, isMember: ids.has(id) };
  };
  const [atNight, atNext] = [seenIn(before, then), seenIn(after, later)];
  const isSettled = (id: string): boolean => {
    const [one, other] = [atNight(id), atNext(id)];
    return (
      one !== undefined && other !== undefined && one.isMember === other.isMember && sent?.has(id) === false
    );
  };
  const toRead = [...people.keys()].filter((id) => !isSettled(id));
  const records = await recordsOf(deps, alias, toRead.slice(0, MOST_READ));
  const judged = inOrderOfNames([...people.values()]).map((member) => {
    const id = member.memberId.toLowerCase();
    const changes = changesIn(records.get(id) ?? [], { groupId, name });
    return { ...member, ...membershipAsOf({ before: atNight(id), after: atNext(id), changes }, asOfMs) };
  });
  const told = judged.filter(({ isMember }) => isMember !== false);
  return {
    group: name,
    asOfMs,
    before: before?.night ?? null,
    after: after?.night ?? null,
    total: told.length,
    members: told.slice(skip, skip + PAGE),
    next: skip + PAGE < told.length ? skip + PAGE : null,
    notKnown: told.filter(({ isMember }) => isMember === null).length,
    withoutRecords: Math.max(0, toRead.length - MOST_READ),
    isWhole: sent !== undefined,
    atMs: deps.clock.now(),
  };
}

type ReadGroup = Readonly<{
  found: Awaited<ReturnType<typeof groupInStoredSnapshot>> | undefined;
  error?: unknown;
}>;

/** One and the same group in both nights: by its id in the other, where its name may be another's. */
async function oneGroupOf(
  before: KeptNight | undefined,
  after: KeptNight | undefined,
  name: string,
): Promise<readonly [ReadGroup, ReadGroup]> {
  const then = await groupOf(before, name);
  if (then.found !== undefined) return [then, await groupOf(after, { id: then.found.groupId })];
  const later = await groupOf(after, name);
  if (later.found === undefined) return [then, later];
  return [await groupOf(before, { id: later.found.groupId }), later];
}

/** A night that did not read the group keeps none from telling. */
async function groupOf(
  night: KeptNight | undefined,
  group: Parameters<typeof groupInStoredSnapshot>[1],
): Promise<ReadGroup> {
  if (night === undefined) return { found: undefined };
  try {
    return { found: await groupInStoredSnapshot(night.parts, group) };
  } catch (error) {
    if (errorCodeOf(error) === 'internal') throw error;
    return { found: undefined, error };
  }
}

/**
 * Whom this app sent into or out of the group since, in lower case. undefined: that cannot be read, or is no longer noted, so that it may
 * have been anybody.
 */
async function sentIn(
  { sentChanges, clock }: Pick<MembersAsOfDeps, 'sentChanges' | 'clock'>,
  alias: string,
  { groupId, sinceMs }: Readonly<{ groupId: string; sinceMs: number }>,
): Promise<ReadonlySet<string> | undefined> {
  if (sinceMs < clock.now() - RETENTION_MS.sentChanges) return undefined;
  let sent: Awaited<ReturnType<SentChanges['since']>>;
  try {
    sent = await sentChanges.since(alias, sinceMs);
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
  const own = sent.filter(({ thing, id }) => thing === 'group' && fold(id ?? '') === fold(groupId));
  return new Set(own.flatMap(({ added, removed }) => [...added, ...removed]).map((id) => id.toLowerCase()));
}

async function recordsOf(
  { ledger, accounts }: Pick<MembersAsOfDeps, 'ledger' | 'accounts'>,
  alias: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly EvidenceRecord[]>> {
  const read = await mapConcurrently(ids, STORAGE_WIDTH, async (id) => {
    const keys = await accounts.list(alias, id);
    const evidence = await Promise.all(keys.map(async (key) => ledger.evidence(personSubject(alias, key))));
    return [id, evidence.flatMap(({ records }) => records)] as const;
  });
  return new Map(read);
}
