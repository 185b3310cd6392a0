import { z } from 'zod';
import { LOGGED_WITHIN_MS, unexplainedEvents } from '../../domain/audit/attribution/sent-change';
import type { OperationalState } from '../../domain/audit/operational-state';
import type { EarlierAudits } from '../../domain/audit/seen-in-earlier-audits';
import { DAY_MS } from '../../domain/durations';
import type { OrganizationLedger } from '../../domain/ledger/organization-ledger';
import type { SentChanges } from '../../storage/calls/sent-changes';
import { isDone, toLoggedEvent } from './read-log-and-attribute-findings';
import type { ResumableReader } from './resumable-snapshot-reader';
import type { AuditUiPath } from './snapshot-context';

/** How long a use is reported, and how far back the log is looked through. */
const LOOKED_BACK_MS = 7 * DAY_MS;
/** UiPath's audit log lags by up to two days. */
const LOG_LAG_MS = 2 * DAY_MS;
const LONGEST_TEXT = 200;

const UsesSchema = z.object({ uses: z.array(z.record(z.string(), z.string())), isWhole: z.boolean() });

/**
 * Changes that UiPath logged as made by this application and that it never sent: since the last audit that read the log, and those of
 * earlier nights for a week. What was sent is noted before each call, so that nothing but a note has to be known of it. Notes are read
 * after the log: each logged change of ours has one by then.
 */
export async function findUsesElsewhere(
  deps: Readonly<{
    auditEvents: AuditUiPath['auditEvents'];
    sentChanges: Pick<SentChanges, 'beganMs' | 'since'>;
    reader: Pick<ResumableReader, 'part'>;
  }>,
  at: Readonly<{
    alias: string;
    ownNames: ReadonlySet<string>;
    nowMs: number;
    lastAudit: OrganizationLedger['lastAudit'] | Readonly<{ atMs: number; startedAtMs?: number }>;
    earlier: Pick<EarlierAudits, 'uses' | 'isLogUnread'>;
  }>,
): Promise<Pick<OperationalState, 'uses' | 'logUnread'>> {
  const { alias, ownNames, nowMs, lastAudit, earlier } = at;
  const weekAgoMs = nowMs - LOOKED_BACK_MS;
  const lastMs = earlier.isLogUnread ? undefined : (lastAudit?.startedAtMs ?? lastAudit?.atMs);
  const fromMs = Math.max(weekAgoMs, (lastMs ?? 0) - LOG_LAG_MS);
  const part = await deps.reader.part({ name: 'uses-elsewhere', schema: UsesSchema }, async () => {
    const beganMs = await deps.sentChanges.beganMs(alias, nowMs);
    const { events, isWhole } = await deps.auditEvents.list({ fromMs, toMs: nowMs });
    const sent = await deps.sentChanges.since(alias, fromMs - LOGGED_WITHIN_MS);
    const judged = events.filter((event) => isDone(event) && event.atMs >= beganMs + LOGGED_WITHIN_MS);
    const uses = unexplainedEvents(
      judged.map((event) => toLoggedEvent(event, ownNames)),
      sent,
    );
    return {
      isWhole,
      uses: uses.map(({ id, atMs, text, client }) => ({
        what: (text.split('\n').at(-1) ?? '').slice(0, LONGEST_TEXT),
        at: new Date(atMs).toISOString(),
        event: id,
        ...(client === undefined ? {} : { client: client.slice(0, LONGEST_TEXT) }),
      })),
    };
  });
  const found = part.kind === 'known' ? part.value() : { uses: [], isWhole: true };
  const tonight = new Set(found.uses.map(({ event }) => event));
  const before = earlier.uses.filter(
    ({ event, at: usedAt = '' }) => !tonight.has(event) && Date.parse(usedAt) > weekAgoMs,
  );
  const logUnread = part.kind === 'unknown' ? part.code : found.isWhole ? undefined : 'audit-log-too-long';
  return { uses: [...found.uses, ...before], logUnread };
}
