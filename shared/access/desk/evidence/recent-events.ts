import type { Clock } from '../../../clock';
import { toHistoryEntry, type HistoryEntry } from '../../../domain/desk/history';
import type { EvidenceKeys } from '../../../domain/evidence/evidence-keys';
import type { LogEntry } from '../../../domain/evidence/log-entry';
import type { EvidenceRecord } from '../../../domain/ledger/evidence';
import { organizationSubject, type Subject } from '../../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../../domain/policy';
import { errorCodeOf } from '../../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { EvidenceLog } from '../../../storage/evidence/evidence-log';
import type { LogReader } from '../../../storage/evidence/read-log';
import type { LedgerStore } from '../../../storage/ledger';
import { nameInLog, subjectOf } from '../../ledger/judge-subjects';
import { parseEntry } from '../../ledger/verify-log';
import { namesOfPeople } from '../names-of-people';
import { decidedByText } from '../read-history';

export type RecentEventsDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'evidenceAfter'>;
  evidenceLog: Pick<EvidenceLog, 'read' | 'places'>;
  logReader: Pick<LogReader, 'entries'>;
  evidenceKeys: () => Promise<EvidenceKeys>;
  clock: Pick<Clock, 'now'>;
}>;

/** How far somebody has heard: entries of the log, and records of the organization itself, which are told before they are in it. */
export type HeardTo = Readonly<{ log: number; organization: number }>;

/** What happened since, in the order of time. */
export type RecentEvents = Readonly<{
  events: readonly HistoryEntry[];
  heard: HeardTo;
  /** There is more already. */
  isMore: boolean;
  atMs: number;
}>;

const MOST_TOGETHER = 200;

/**
 * What the app did since: of people, rules and entries what came into the log, and of the organization's own records, such as
 * decisions, what is there. Without `from` nothing is told but where that begins.
 * @throws AppError `record-unreadable` where nobody can tell where the log ends
 */
export async function recentEvents(
  deps: RecentEventsDeps,
  { alias }: OrganizationPolicy,
  from: HeardTo | undefined,
): Promise<RecentEvents> {
  const atMs = deps.clock.now();
  const organization = organizationSubject(alias);
  const head = await deps.evidenceLog.read(alias);
  const ownEnd = (await readEnd(deps, organization)) ?? from?.organization ?? 0;
  // A log that was put back is shorter than what was heard of it: its end is where that goes on.
  const begin = from === undefined ? head.tree.size : Math.min(from.log, head.tree.size);
  if (from === undefined)
    return { events: [], heard: { log: begin, organization: ownEnd }, isMore: false, atMs };
  const own = (await deps.ledger.evidenceAfter(organization, from.organization)).slice(0, MOST_TOGETHER);
  const { entries, to } = await entriesFrom(deps, alias, begin, head);
  const others = await recordsOf(deps, alias, entries);
  const names = await namesOfPeople(deps, alias, [
    ...new Set(others.flatMap(({ subject }) => (subject?.kind === 'person' ? [subject.key] : []))),
  ]);
  const events = [
    ...own.map((record) => toHistoryEntry('the organization', record, decidedByText(record))),
    ...others.map(({ subject, record }) =>
      toHistoryEntry(aboutOf(subject, record, names), record, decidedByText(record)),
    ),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const heardOwn = own.at(-1)?.seq ?? from.organization;
  return {
    events,
    heard: { log: to, organization: heardOwn },
    isMore: to < head.tree.size || own.length === MOST_TOGETHER,
    atMs,
  };
}

/** undefined: the ledger of the organization does not say. */
async function readEnd(
  { ledger }: Pick<RecentEventsDeps, 'ledger'>,
  organization: ReturnType<typeof organizationSubject>,
): Promise<number | undefined> {
  try {
    return (await ledger.read(organization))?.head.seq;
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}

async function entriesFrom(
  { logReader }: Pick<RecentEventsDeps, 'logReader'>,
  alias: string,
  from: number,
  head: Awaited<ReturnType<EvidenceLog['read']>>,
): Promise<Readonly<{ entries: readonly LogEntry[]; to: number }>> {
  const entries: LogEntry[] = [];
  let to = from;
  if (from >= head.tree.size) return { entries, to };
  for await (const { at, entries: stored } of logReader.entries(alias, from, head)) {
    if (stored === undefined) return { entries, to: head.tree.size };
    for (const [index, bytes] of stored.entries()) {
      if (at + index < from || at + index >= head.tree.size) continue;
      if (entries.length === MOST_TOGETHER) return { entries, to };
      const entry = parseEntry(bytes);
      to = at + index + 1;
      if (entry !== undefined) entries.push(entry);
    }
  }
  return { entries, to };
}

/** `subject` undefined: only the log knows of whom it is. */
type RecordOfEntry = Readonly<{ subject: Subject | undefined; record: EvidenceRecord }>;

/** Entries do not say of whom they are: every subject that is in the log has its name there. */
async function recordsOf(
  deps: Pick<RecentEventsDeps, 'ledger' | 'evidenceLog' | 'evidenceKeys'>,
  alias: string,
  entries: readonly LogEntry[],
): Promise<readonly RecordOfEntry[]> {
  if (entries.length === 0) return [];
  const keys = await deps.evidenceKeys();
  const subjects = new Map<string, Subject>();
  for (const name of (await deps.evidenceLog.places(alias)).keys()) {
    const subject = subjectOf(alias, name);
    if (subject !== undefined) for (const key of keys) subjects.set(nameInLog(key, subject), subject);
  }
  const byName = new Map<string, LogEntry[]>();
  for (const entry of entries) {
    const name = `${entry.key}/${entry.subject}`;
    byName.set(name, [...(byName.get(name) ?? []), entry]);
  }
  const found = await mapConcurrently([...byName], STORAGE_WIDTH, async ([name, own]) => {
    const subject = subjects.get(name);
    if (subject?.kind === 'organization') return [];
    const first = Math.min(...own.map(({ seq }) => seq));
    const records = subject === undefined ? [] : await deps.ledger.evidenceAfter(subject, first - 1);
    return own.map((entry) => ({
      subject,
      record: records.find(({ seq }) => seq === entry.seq) ?? recordLike(entry),
    }));
  });
  return found.flat();
}

/** What an entry says of a record that cannot be read. */
function recordLike({ kind, at, seq }: LogEntry): EvidenceRecord {
  return { kind, atMs: Date.parse(at), seq, policyHash: '', facts: {}, previousHash: '', hash: '' };
}

function aboutOf(
  subject: Subject | undefined,
  { facts }: EvidenceRecord,
  names: ReadonlyMap<string, string>,
): string {
  if (subject === undefined) return 'somebody whom only the log knows';
  if (subject.kind === 'person') return names.get(subject.key) ?? subject.key;
  const called = [facts['rule'], facts['entity'], facts['name']].find((fact) => typeof fact === 'string');
  return typeof called === 'string' ? called : `${subject.kind} ${subject.key}`;
}
