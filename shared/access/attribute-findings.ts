import { attribute, searchFromMs, toAttribute, type LoggedEvent } from '../domain/audit/attribution';
import type { FindingRecord } from '../domain/audit/finding';
import { errorCodeOf } from '../errors';
import type { UiPathClient } from '../uipath/client';

/** 4,000 events: more in a week say that the log is full of something else. */
const MAX_PAGES = 20;

/**
 * Joins findings with UiPath's audit log: who made it so, when and with what. Without the log the audit is as good as
 * before, and says so in each finding.
 *
 * @throws AppError `quota-exhausted`, `uipath-throttled`
 */
export async function attributeFindings(
  auditEvents: Pick<UiPathClient['auditEvents'], 'list'>,
  records: readonly FindingRecord[],
  known: Readonly<{
    lastAuditMs: number | undefined;
    nowMs: number;
  }>,
): Promise<readonly FindingRecord[]> {
  const asked = toAttribute(records, known.nowMs);
  if (asked.length === 0) return records;
  const fromMs = searchFromMs(asked, known.lastAuditMs, known.nowMs);
  const events = await readEvents(auditEvents, fromMs, known.nowMs);
  return attribute(records, asked, events);
}

async function readEvents(
  auditEvents: Pick<UiPathClient['auditEvents'], 'list'>,
  fromMs: number,
  toMs: number,
): Promise<readonly LoggedEvent[] | undefined> {
  try {
    const events = await auditEvents.list({ fromMs, toMs, maxPages: MAX_PAGES });
    return events.map(({ id, atMs, actorEmail, actorName, actorId, client, summary, details, target }) => ({
      id,
      atMs,
      actor: actorEmail ?? actorName ?? actorId ?? 'nobody',
      client: client ?? undefined,
      text: [summary, details, target].filter((text) => text !== null).join('\n'),
    }));
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'quota-exhausted' || code === 'uipath-throttled') throw error;
    return undefined;
  }
}
