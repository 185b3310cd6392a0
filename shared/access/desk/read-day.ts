import type { AuditSummary } from '../../domain/audit/audit-summary';
import type { NotedChange } from '../../domain/audit/attribution/sent-change';
import { toHistoryEntry, type HistoryEntry } from '../../domain/desk/history';
import { DAY_MS } from '../../domain/durations';
import { fold } from '../../domain/fold';
import { endOfDayMs, startOfDayMs } from '../../domain/ledger/effective-time';
import { organizationSubject } from '../../domain/ledger/subject';
import type { LocalDate } from '../../domain/ledger/worker-event';
import type { OrganizationPolicy } from '../../domain/policy';
import { RETENTION_MS } from '../../domain/retention';
import { errorCodeOf } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { SentChanges } from '../../storage/calls/sent-changes';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import type { ReportStore } from '../../storage/reports';
import { cursorBefore } from '../../storage/request-index';
import type { NewestNight, ReadNewestNight } from '../ledger/newest-night';
import { findRequestInLedger, readObstacles } from './find-request-in-ledger';
import { toListed, type ListedRequest, type ListRequestsDeps } from './list-requests';
import { namesOfPeople } from './names-of-people';
import { decidedByText } from './read-history';

export type ReadDayDeps = ListRequestsDeps &
  Readonly<{
    newestNight: ReadNewestNight;
    reports: Pick<ReportStore, 'list'>;
    sentChanges: Pick<SentChanges, 'since'>;
    accounts: Pick<PeopleIndex, 'list'>;
    ledger: Pick<LedgerStore, 'read' | 'evidenceBetween'>;
    /** So far the list of requests goes back. */
    payloadDays: number;
  }>;

/** A change that this app sent to UiPath, in names. */
export type ChangeOfDay = Readonly<{
  atMs: number;
  thing: NotedChange['thing'];
  act: NotedChange['act'];
  /** Of the group or rule; undefined: the access policy, or one that the newest night has no name of. */
  name: string | undefined;
  added: readonly NamedMember[];
  removed: readonly NamedMember[];
}>;

/** `name` undefined: nothing tells it. */
type NamedMember = Readonly<{ memberId: string; name: string | undefined }>;

/** What the app did on a day in the organization's zone, each list newest first. */
export type DayShown = Readonly<{
  day: LocalDate;
  fromMs: number;
  untilMs: number;
  /** What somebody decided, and what else the organization's own evidence has. */
  decisions: readonly HistoryEntry[];
  others: readonly HistoryEntry[];
  changes: readonly ChangeOfDay[];
  changeCount: number;
  next: number | null;
  /** False: what was sent on that day is no longer noted, or cannot be read. */
  isSentKnown: boolean;
  requests: readonly ListedRequest[];
  /** False: the list of requests does not go back so far. */
  areRequestsKnown: boolean;
  nights: readonly AuditSummary[];
  /** False: there were more records than are told. */
  areRecordsWhole: boolean;
  /** False: there were more records, or requests, than are told. */
  isWhole: boolean;
}>;

const MOST_RECORDS = 200;
/** They are read in their order, and the latest are told: somebody may accept hundreds of findings at once. */
const MOST_READ = 2_000;
const MOST_REQUESTS = 25;
const CHANGES = 30;

/** What happened on a day: decisions, changes that were sent to UiPath, requests that came, audits. It costs the same however many people there are. */
export async function readDay(
  deps: ReadDayDeps,
  organization: OrganizationPolicy,
  { day, skip, tell }: Readonly<{ day: LocalDate; skip: number; tell: (atMs: number) => string }>,
): Promise<DayShown> {
  const { alias, timeZone } = organization;
  const [fromMs, untilMs] = [startOfDayMs(day, timeZone), endOfDayMs(day, timeZone)];
  const span = { fromMs, untilMs, most: MOST_READ };
  const [records, sent, rows, nights, night] = await Promise.all([
    deps.ledger.evidenceBetween(organizationSubject(alias), span),
    sentBetween(deps, alias, fromMs, untilMs),
    deps.requests.list(alias, { cursor: cursorBefore(untilMs), most: MOST_REQUESTS + 1 }),
    deps.reports.list(alias),
    deps.newestNight(alias),
  ]);
  const told = records.slice(-MOST_RECORDS).toReversed();
  const entries = told.map((record) => toHistoryEntry('the organization', record, decidedByText(record)));
  const ofDay = rows.filter(({ entry }) => entry.receivedAtMs >= fromMs);
  const reading = { nowMs: deps.clock.now(), told: tell, obstacles: await readObstacles(deps, alias) };
  const requests = await mapConcurrently(ofDay.slice(0, MOST_REQUESTS), STORAGE_WIDTH, async ({ entry }) =>
    toListed(
      organization,
      entry,
      await findRequestInLedger(deps.ledger, organization, entry, reading),
      reading,
    ),
  );
  const page = (sent ?? []).slice(skip, skip + CHANGES);
  const namesOf = await namesOfMembers(deps, alias, night, page);
  return {
    day,
    fromMs,
    untilMs,
    decisions: entries.filter(({ by }) => by !== null),
    others: entries.filter(({ by }) => by === null),
    changes: page.map((change) => inNames(change, night, namesOf)),
    changeCount: sent?.length ?? 0,
    next: skip + CHANGES < (sent?.length ?? 0) ? skip + CHANGES : null,
    isSentKnown: sent !== undefined,
    requests,
    areRequestsKnown: fromMs >= deps.clock.now() - deps.payloadDays * DAY_MS,
    nights: nights.filter(({ takenAtMs }) => takenAtMs >= fromMs && takenAtMs < untilMs).toReversed(),
    areRecordsWhole: records.length <= MOST_RECORDS,
    isWhole: records.length <= MOST_RECORDS && ofDay.length <= MOST_REQUESTS,
  };
}

async function sentBetween(
  { sentChanges, clock }: Pick<ReadDayDeps, 'sentChanges' | 'clock'>,
  alias: string,
  fromMs: number,
  untilMs: number,
): Promise<readonly NotedChange[] | undefined> {
  if (fromMs < clock.now() - RETENTION_MS.sentChanges) return undefined;
  try {
    return (await sentChanges.since(alias, fromMs, untilMs)).toReversed();
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}

type NameOf = (memberId: string) => string | undefined;

/** As UiPath calls them in the newest night; of whoever is not there any more, the address in the ledger. */
async function namesOfMembers(
  deps: Pick<ReadDayDeps, 'accounts' | 'ledger'>,
  alias: string,
  night: NewestNight | undefined,
  changes: readonly NotedChange[],
): Promise<NameOf> {
  const ids = new Set(changes.flatMap(({ added, removed }) => [...added, ...removed]));
  const gone = [...ids].filter((id) => night?.names.has(id) !== true);
  const keys = new Map(
    await mapConcurrently(gone.slice(0, CHANGES), STORAGE_WIDTH, async (id) => {
      const [key] = await deps.accounts.list(alias, id);
      return [id, key] as const;
    }),
  );
  const addresses = await namesOfPeople(
    deps,
    alias,
    [...keys.values()].flatMap((key) => key ?? []),
  );
  return (id) => night?.names.get(id) ?? addresses.get(keys.get(id) ?? '');
}

function inNames(
  { atMs, thing, act, id, name, added, removed }: NotedChange,
  night: NewestNight | undefined,
  nameOf: NameOf,
): ChangeOfDay {
  const group =
    thing === 'group' ? night?.groups.find(({ groupId }) => fold(groupId) === fold(id ?? '')) : undefined;
  const named = (memberId: string): NamedMember => ({ memberId, name: nameOf(memberId) });
  return {
    atMs,
    thing,
    act,
    name: group?.name ?? name,
    added: added.map(named),
    removed: removed.map(named),
  };
}
