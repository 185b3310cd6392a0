import {
  attribute,
  searchFromMs,
  toAttribute,
  type ReadLog,
} from '../../domain/audit/attribution/attribute-findings';
import { knownNamesIn } from '../../domain/audit/attribution/expected-cause';
import type { FindingRecord } from '../../domain/audit/finding';
import type { LoggedEvent } from '../../domain/audit/attribution/logged-event';
import { valuesInDetails } from '../../domain/audit/attribution/values-in-details';
import { ownMemberIn } from '../../domain/audit/own-ids';
import { valueOr, type Snapshot } from '../../domain/audit/snapshot';
import type { Unattributed } from '../../domain/audit/attribution/unattributed-reasons';
import { fold } from '../../domain/fold';
import { errorCodeOf, type ErrorCode } from '../../errors';
import { isComeBackLater } from './is-come-back-later';
import type { UiPathClient } from '../../uipath/client';

type AuditEvents = Pick<UiPathClient['auditEvents'], 'list'>;
type UiPathEvent = Awaited<ReturnType<AuditEvents['list']>>['events'][number];

/** 4,000 events, the newest ones: more in a week say that the log is full of something else. */
const MAX_PAGES = 20;
const NOT_PERMITTED: ReadonlySet<ErrorCode> = new Set([
  'uipath-scope-missing',
  'uipath-forbidden',
  'uipath-unauthorized',
  'uipath-token-refused',
]);

/**
 * Attributes findings by UiPath's audit log: actor, time and client. Without the log the audit is as good as before,
 * and each finding says why it has no actor.
 * @throws AppError `quota-exhausted`, `uipath-throttled`
 */
export async function attributeFindings(
  auditEvents: AuditEvents,
  records: readonly FindingRecord[],
  at: Readonly<{ snapshot: Snapshot; ownClientId: string; nowMs: number }>,
): Promise<readonly FindingRecord[]> {
  const known = knownNamesIn(at.snapshot);
  const asked = toAttribute(records, known, at.nowMs);
  if (asked.length === 0) return records;
  const { applications, directory } = at.snapshot;
  const range = { fromMs: searchFromMs(asked, at.nowMs), toMs: at.nowMs };
  const log = await readLog(
    auditEvents,
    range,
    ownNamesIn(applications, valueOr(directory, undefined)?.own, at.ownClientId),
  );
  return attribute(records, asked, log, { ...at, known });
}

/** Names of this application in the log: its client id and, where it is known as a member, its id and name there. */
export function ownNamesIn(
  ...[applications, told, ownClientId]: Parameters<typeof ownMemberIn>
): ReadonlySet<string> {
  const own = ownMemberIn(applications, told, ownClientId);
  return new Set(
    [ownClientId, own?.memberId, own?.name].flatMap((name) => (name === undefined ? [] : [fold(name)])),
  );
}

async function readLog(
  auditEvents: AuditEvents,
  range: Readonly<{ fromMs: number; toMs: number }>,
  ownNames: ReadonlySet<string>,
): Promise<ReadLog> {
  try {
    const { events, isWhole } = await auditEvents.list({ ...range, maxPages: MAX_PAGES });
    return {
      kind: 'read',
      events: events.filter(isDone).map((event) => toLoggedEvent(event, ownNames)),
      isWhole,
    };
  } catch (error) {
    if (isComeBackLater(error)) throw error;
    const code = errorCodeOf(error);
    const why: Unattributed = NOT_PERMITTED.has(code) ? 'audit-log-scope-missing' : 'audit-log-unavailable';
    return { kind: 'failed', why, code };
  }
}

/** False for an event that failed: UiPath's status is 0 for a success and 1 for a failure. Without a status it counts as done. */
export function isDone({ status }: UiPathEvent): boolean {
  return status === null || ['', '0', 'success'].includes(fold(status));
}

/** UiPath keeps the details as JSON text of no published form. `ownNames`, folded, are those of this application. */
export function toLoggedEvent(event: UiPathEvent, ownNames: ReadonlySet<string>): LoggedEvent {
  const { id, atMs, actorEmail, actorName, actorId, client, type, target, summary, details } = event;
  const parsed = parseDetails(details);
  const texts = [type, target, summary, parsed === undefined ? details : null];
  const actorNames = [actorEmail, actorName, actorId].flatMap((name) => present(name));
  // Somebody with an address may be called as the application is.
  const applicationNames = present(actorEmail).length > 0 ? present(actorId) : actorNames;
  return {
    id,
    atMs,
    actor: actorNames[0],
    actorNames,
    isOwn: applicationNames.some((name) => ownNames.has(fold(name))),
    client: client ?? undefined,
    text: texts
      .flatMap((text) => text ?? [])
      .join('\n')
      .normalize('NFC'),
    values: valuesInDetails(parsed),
  };
}

function parseDetails(details: string | null): unknown {
  try {
    return details === null ? undefined : JSON.parse(details);
  } catch {
    return undefined;
  }
}

function present(name: string | null): readonly string[] {
  const trimmed = name?.trim().normalize('NFC') ?? '';
  return trimmed === '' ? [] : [trimmed];
}
