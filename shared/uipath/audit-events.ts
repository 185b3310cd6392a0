import { z } from 'zod';
import { AppError } from '../errors';
import { uipathError } from './uipath-error';
import type { Transport } from './transport';
import { TextSchema, TimeSchema } from './wire-schemas';

/** An entry of the organization's audit log. Type and target names are UiPath's own, and not published. */
type UiPathAuditEvent = Readonly<{
  id: string;
  atMs: number;
  actorId: string | null;
  actorName: string | null;
  actorEmail: string | null;
  type: string | null;
  source: string | null;
  target: string | null;
  summary: string | null;
  /** JSON text, as it came. */
  details: string | null;
  status: string | null;
  /** Where it was done from, as it came. */
  client: string | null;
}>;

export type UiPathAuditEvents = Readonly<{
  /**
   * Newest first, by GETs of 200 events each, going back until `fromMs`. Recent events may be missing for a while. With more
   * than `maxPages` (default 50) pages the older ones are not read, and the log is not whole.
   */
  list: (
    range: Readonly<{
      fromMs: number;
      toMs: number;
      sources?: readonly string[];
      targets?: readonly string[];
      types?: readonly string[];
      maxPages?: number;
    }>,
  ) => Promise<Readonly<{ events: readonly UiPathAuditEvent[]; isWhole: boolean }>>;
}>;

/** The most that UiPath gives at once. */
const PAGE_SIZE = 200;
const MAX_PAGES = 50;

const EventSchema = z
  .object({
    id: z.string(),
    createdOn: TimeSchema.transform((ms) => ms ?? Number.NaN).pipe(z.number()),
    actorId: TextSchema,
    actorName: TextSchema,
    actorEmail: TextSchema,
    eventType: TextSchema,
    eventSource: TextSchema,
    eventTarget: TextSchema,
    eventSummary: TextSchema,
    eventDetails: z.unknown().optional(),
    status: z.unknown().optional(),
    clientInfo: z.unknown().optional(),
  })
  .transform((event): UiPathAuditEvent => ({
    id: event.id,
    atMs: event.createdOn,
    actorId: event.actorId,
    actorName: event.actorName,
    actorEmail: event.actorEmail,
    type: event.eventType,
    source: event.eventSource,
    target: event.eventTarget,
    summary: event.eventSummary,
    details: toText(event.eventDetails),
    status: toText(event.status),
    client: toText(event.clientInfo),
  }));

const PageSchema = z.object({ auditEvents: z.array(EventSchema), previous: TextSchema });

export function createAuditEvents(transport: Transport): UiPathAuditEvents {
  const { alias, auditBaseUrl } = transport.address;
  const attempt = { what: 'list the audit events', area: 'audit' } as const;

  const invalid = (text: string): Error =>
    uipathError('uipath-answer-invalid', { ...attempt, alias }, text, { status: 200 });

  /** The token must not go anywhere else than to the organization's audit service. */
  const follow = (link: string, from: string, base: string): string => {
    const url = URL.canParse(link, from) ? new URL(link, from).href : '';
    if (url.startsWith(`${base}/`) && url !== from) return url;
    throw invalid('the link to older events leads elsewhere');
  };

  return {
    list: async ({ fromMs, toMs, sources = [], targets = [], types = [], maxPages = MAX_PAGES }) => {
      if (auditBaseUrl === undefined)
        throw new AppError('configuration-invalid', `The audit log of ${alias} needs auditBaseUrl`, {
          reason: 'uipath-audit-refused',
        });
      const query = new URLSearchParams({
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        maxCount: `${PAGE_SIZE}`,
      });
      for (const source of sources) query.append('source', source);
      for (const target of targets) query.append('target', target);
      for (const type of types) query.append('type', type);
      const found = new Map<string, UiPathAuditEvent>();
      let url = `${auditBaseUrl}/api/query/events?${query.toString()}`;
      for (let page = 1; ; page += 1) {
        const asked = { ...attempt, method: 'GET', effect: 'read', url } as const;
        const { auditEvents, previous } = await transport.send(asked, PageSchema);
        for (const event of auditEvents) found.set(event.id, event);
        const isBefore = auditEvents.some(({ atMs }) => atMs < fromMs);
        const isWhole = previous === null || previous === '' || auditEvents.length === 0 || isBefore;
        if (isWhole || page >= maxPages)
          return {
            events: [...found.values()].filter(({ atMs }) => atMs >= fromMs && atMs <= toMs),
            isWhole,
          };
        url = follow(previous, url, auditBaseUrl);
      }
    },
  };
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
