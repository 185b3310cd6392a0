import { ADMINISTRATORS_GROUP_ID } from '../hard-stops';
import { fold } from '../person-key';
import { isOpen, type Attribution, type Finding, type FindingRecord } from './finding';

const DAY_MS = 86_400_000;
/** UiPath's long-term log lags by up to two days: who is not found yet is looked for again for so long. */
const LOOK_AGAIN_MS = 3 * DAY_MS;

/** An entry of UiPath's audit log. The names of its types are not published, so it is matched by what it names. */
export type LoggedEvent = Readonly<{
  id: string;
  atMs: number;
  actor: string;
  client: string | undefined;
  /** Everything it says, as one text. */
  text: string;
}>;

/** Why nobody can be named: a stable word. */
type Unattributed = 'no-event-found' | 'audit-log-unavailable';

/** Findings that a change in UiPath caused and whose author is still open. */
export function toAttribute(records: readonly FindingRecord[], nowMs: number): readonly FindingRecord[] {
  return records.filter(
    (record) =>
      isOpen(record) &&
      wordsOf(record).length > 0 &&
      record.attribution?.kind !== 'known' &&
      (record.attribution === undefined || nowMs - record.firstSeenMs <= LOOK_AGAIN_MS),
  );
}

/** Since when the log has to be read for these findings: a change happened between the last audit without it and its first night. */
export function searchFromMs(
  records: readonly FindingRecord[],
  lastAuditMs: number | undefined,
  nowMs: number,
): number {
  const oldest = Math.min(nowMs, ...records.map(({ firstSeenMs }) => firstSeenMs));
  return Math.max(nowMs - 7 * DAY_MS, Math.min(lastAuditMs ?? 0, oldest - DAY_MS));
}

/** Joins findings with the latest event that names what they are about: it made things as they are. */
export function attribute(
  records: readonly FindingRecord[],
  asked: readonly FindingRecord[],
  events: readonly LoggedEvent[] | undefined,
): readonly FindingRecord[] {
  const ids = new Set(asked.map(({ id }) => id));
  const latestFirst = events
    ?.toSorted((a, b) => b.atMs - a.atMs)
    .map((event) => ({ ...event, text: event.text.toLowerCase() }));
  return records.map((record) => {
    if (!ids.has(record.id)) return record;
    const words = wordsOf(record);
    const event = latestFirst?.find(({ text }) =>
      words.every((either) => either.some((word) => text.includes(word))),
    );
    return { ...record, attribution: toAttribution(event, latestFirst === undefined) };
  });
}

function toAttribution(event: LoggedEvent | undefined, isUnavailable: boolean): Attribution {
  const why: Unattributed = isUnavailable ? 'audit-log-unavailable' : 'no-event-found';
  if (event === undefined) return { kind: 'unknown', why };
  const { id: eventId, atMs, actor, client } = event;
  return { kind: 'known', actor, atMs, eventId, ...(client === undefined ? {} : { client }) };
}

/** What an event about the finding must name: one word of each list. Empty for a finding that no change in UiPath causes. */
function wordsOf({ check, subject }: Pick<Finding, 'check' | 'subject'>): ReadonlyArray<readonly string[]> {
  const { group, groupId, memberId, ruleId, rule = '', entity } = subject;
  if (check.startsWith('administrator') || check === 'break-glass-missing')
    return memberId === undefined ? [] : [[memberId], [ADMINISTRATORS_GROUP_ID]];
  if (ruleId !== undefined) return [[`"${ruleId}"`, `:${ruleId}`], [fold(rule)]];
  if (entity !== undefined) return [[entity.slice(entity.indexOf(':') + 1)]];
  const names = [group, groupId].flatMap((name) => (name === undefined ? [] : [fold(name)]));
  if (names.length === 0 || check === 'guards-off') return [];
  return memberId === undefined ? [names] : [[memberId], names];
}
