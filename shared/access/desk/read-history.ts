import type { Clock } from '../../clock';
import { describeDecider } from '../../domain/decider';
import { isOf, isOfRun, toHistoryEntry, type HistoryEntry } from '../../domain/desk/history';
import { endOfDayMs, startOfDayMs } from '../../domain/ledger/effective-time';
import type { EvidenceRecord } from '../../domain/ledger/evidence';
import { qualifiedRequestId } from '../../domain/ledger/access-request';
import { personSubject, type SubjectKind } from '../../domain/ledger/subject';
import { isPersonKey } from '../../domain/person-key';
import type { Policy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import { DecidedBySchema } from '../../storage/desk/decider-schema';
import type { LedgerStore } from '../../storage/ledger';
import type { RequestIndex } from '../../storage/request-index';
import { readWhoeverJoined } from '../ledger/find-person';
import { sourcesFeeding } from '../ledger/list-dead-deliveries';
import { ticketOf } from '../ledger/ticket-of';
import { explainPerson, joinedIn, readIfReadable, type ExplainDeps } from './explain-person';
import { namesOfPeople } from './names-of-people';

export type ReadHistoryDeps = ExplainDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'read' | 'evidence' | 'evidenceOfAll'>;
    requests: Pick<RequestIndex, 'get' | 'peopleOfTicket'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** Whose history is asked for. */
export type HistoryAsked = Readonly<
  | { kind: 'person'; person: string }
  | { kind: 'group'; group: string }
  | { kind: 'ticket'; ticket: string }
  /** A day in the organization's zone. */
  | { kind: 'day'; day: string }
  /** What was done by one plan, by the beginning of its hash, or with one call. */
  | { kind: 'run'; run: string }
>;

/** A part of a history, newest first. */
export type History = Readonly<{
  entries: readonly HistoryEntry[];
  total: number;
  /** How many entries come before the next page; null: this is the last. */
  next: number | null;
  /** False: there may be more, as not everybody's records could be looked at in time, or a ledger cannot be read. */
  isWhole: boolean;
  atMs: number;
}>;

/** Of the organization, a rule or an entry: rules and entries are known by what the record calls them. */
function nameOfOther(key: string, { facts }: EvidenceRecord): string {
  if (key === 'organization organization') return 'the organization';
  const called = [facts['rule'], facts['entity'], facts['name']].find((fact) => typeof fact === 'string');
  return typeof called === 'string' && !isPersonKey(key) ? called : key;
}

type RecordsAbout = Readonly<{ key: string; records: readonly EvidenceRecord[] }>;
type FoundRecords = Readonly<{ about: readonly RecordsAbout[] }> & Pick<History, 'isWhole'>;

const PAGE = 200;
/** A group, a day and a run are in no index: the records of everybody are looked through for so long. */
const LONGEST_SEARCH_MS = 5_000;

/**
 * What happened to a person, in a group or because of a ticket, by the records of evidence.
 * @throws AppError `person-unknown`, `request-unknown` for a ticket that nobody is known of
 */
export async function readHistory(
  deps: ReadHistoryDeps,
  alias: string,
  asked: HistoryAsked,
  skip: number,
): Promise<History> {
  const { about, isWhole } = await recordsFor(deps, alias, asked);
  const all = about
    .flatMap(({ key, records }) => records.map((record) => ({ key, record })))
    .toSorted((a, b) => b.record.atMs - a.record.atMs || b.record.seq - a.record.seq);
  const page = all.slice(skip, skip + PAGE);
  const names = await namesOfPeople(deps, alias, page.map(({ key }) => key).filter(isPersonKey));
  return {
    entries: page.map(({ key, record }) =>
      toHistoryEntry(names.get(key) ?? nameOfOther(key, record), record, decidedByText(record)),
    ),
    total: all.length,
    next: skip + PAGE < all.length ? skip + PAGE : null,
    isWhole,
    atMs: deps.clock.now(),
  };
}

async function recordsFor(deps: ReadHistoryDeps, alias: string, asked: HistoryAsked): Promise<FoundRecords> {
  switch (asked.kind) {
    case 'person': {
      const found = await explainPerson(deps, alias, asked.person);
      if (found === undefined) throw new AppError('person-unknown', 'Nothing is known of this person');
      const own = { key: found.key, records: found.evidence };
      const { about, isWhole } = await recordsOfJoined(deps, alias, own);
      return { about: [own, ...about], isWhole };
    }
    case 'ticket': {
      const named = await peopleOfTicket(deps, alias, asked.ticket);
      if (named.length === 0)
        throw new AppError('request-unknown', 'No request of this ticket is known that is about a person');
      const since = await mapConcurrently(named, STORAGE_WIDTH, async (key) =>
        whoeverHasSince(deps, alias, key),
      );
      const keys = [...new Set(since.flatMap((one) => one.keys))];
      const about = await mapConcurrently(keys, STORAGE_WIDTH, async (key) => {
        const { records } = await deps.ledger.evidence(personSubject(alias, key));
        return { key, records: records.filter((record) => isOf(record, asked)) };
      });
      return { about, isWhole: since.every(({ isWhole }) => isWhole) };
    }
    case 'group':
      return recordsThat(deps, alias, ['person'], (record) => isOf(record, asked));
    case 'day': {
      const { timeZone } = (await deps.policy()).organizations.get(alias) ?? { timeZone: 'UTC' };
      const [fromMs, untilMs] = [startOfDayMs(asked.day, timeZone), endOfDayMs(asked.day, timeZone)];
      return recordsThat(deps, alias, EVERY_KIND, ({ atMs }) => atMs >= fromMs && atMs < untilMs);
    }
    case 'run':
      return recordsThat(deps, alias, EVERY_KIND, (record) => isOfRun(record, asked.run));
  }
}

/** Of the ledgers that were joined into one, and of those that had been joined into them. */
export async function recordsOfJoined(
  deps: Pick<ExplainDeps, 'ledger'>,
  alias: string,
  own: RecordsAbout,
): Promise<FoundRecords> {
  const about = [own];
  let isWhole = true;
  // What is found is looked at in its turn.
  for (const { key, records } of about)
    for (const from of joinedIn(records)) {
      if (about.some((one) => one.key === from)) continue;
      const read = await readIfReadable(deps, alias, from);
      isWhole &&= read !== undefined;
      if (read?.erased !== undefined || read?.joined?.into !== key) continue;
      about.push({ key: from, records: (await deps.ledger.evidence(personSubject(alias, from))).records });
    }
  return { about: about.slice(1), isWhole };
}

/** Who has what a request gave somebody: whoever they joined since, and whoever was told apart from that one. */
async function whoeverHasSince(
  { ledger }: Pick<ReadHistoryDeps, 'ledger'>,
  alias: string,
  key: string,
): Promise<Readonly<{ keys: readonly string[]; isWhole: boolean }>> {
  try {
    const { key: now, stored, passed } = await readWhoeverJoined(ledger, alias, key);
    return { keys: [...passed, now, ...(stored?.value.toldApart ?? [])], isWhole: true };
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return { keys: [key], isWhole: false };
  }
}

/** The organization's own first: where time is up, decisions are among what was found. */
const EVERY_KIND = ['organization', 'rule', 'entity', 'person'] as const;

async function recordsThat(
  { ledger, clock }: ReadHistoryDeps,
  alias: string,
  kinds: readonly SubjectKind[],
  isAsked: (record: EvidenceRecord) => boolean,
): Promise<FoundRecords> {
  const about: RecordsAbout[] = [];
  const untilMs = clock.now() + LONGEST_SEARCH_MS;
  for (const kind of kinds)
    for await (const { key, evidence } of ledger.evidenceOfAll(alias, kind)) {
      const records = evidence.records.filter(isAsked);
      if (records.length > 0) about.push({ key: kind === 'person' ? key : `${kind} ${key}`, records });
      if (clock.now() > untilMs) return { about, isWhole: false };
    }
  return { about, isWhole: true };
}

/** Keys of people, by the number of a ticket or the id of a request, in whichever ticket system. */
async function peopleOfTicket(
  { policy, requests }: ReadHistoryDeps,
  alias: string,
  ticket: string,
): Promise<readonly string[]> {
  const sources = sourcesFeeding(await policy(), alias).filter(({ feed }) => feed === 'ticket');
  const found = await mapConcurrently(sources, STORAGE_WIDTH, async (source) => {
    const entry = await requests.get(alias, qualifiedRequestId(source.name, ticket));
    const named = entry?.subject.kind === 'person' ? [entry.subject.key] : [];
    return [...named, ...(await requests.peopleOfTicket(alias, ticketOf(source, ticket)))];
  });
  return [...new Set(found.flat())];
}

/** Who decided, where a record says it. */
export function decidedByText({ facts }: EvidenceRecord): string | null {
  const read = DecidedBySchema.safeParse(facts['by']);
  return read.success && read.data !== '' ? describeDecider(read.data) : null;
}
