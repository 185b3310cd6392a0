import type { AuditEvent } from './audit-log';
import { json, problem, Refusal, type Reply } from './reply';
import { readNumber, readPage, type Call, type Route } from './route';
import { sortOrderOf } from './sorting';
import { wireTime } from './wire';

const SCOPES = ['PM.Audit', 'PM.Audit.Read'] as const;
const SOURCE = 'Identity';
const MOST_PER_PAGE = 200;
const INT_MAX = 2_147_483_647;

const query = { endpoint: 'L1', method: 'GET', service: 'audit', scopes: SCOPES } as const;
const older = { endpoint: 'L1', method: 'GET', service: 'identity', scopes: SCOPES } as const;

export const AUDIT_ROUTES: readonly Route[] = [
  { ...query, path: '/api/query/sources', handle: listSources },
  { ...query, path: '/api/query/events', handle: listEvents },
  { ...query, path: '/api/query/downloadevents', handle: downloadEvents },
  { ...older, path: '/api/AuditQuery/{partitionGlobalId}', handle: listRecords },
  { ...older, path: '/api/AuditQuery/{partitionGlobalId}/download', handle: downloadRecords },
];

function listSources({ organization }: Call): Reply {
  const typesByTarget = new Map<string, Set<string>>();
  for (const { target, type } of organization.audit.events) {
    typesByTarget.set(target, (typesByTarget.get(target) ?? new Set()).add(type));
  }
  const eventTargets = [...typesByTarget].map(([name, types]) => ({
    name,
    eventTypes: [...types].map((type) => ({ name: type })),
  }));
  return json(200, [{ name: SOURCE, eventTargets }]);
}

/** The newest page first; `previous` leads to older events, `next` to newer ones. */
function listEvents(call: Call): Reply {
  const count = Math.min(
    readNumber(call, 'maxCount', { fallback: MOST_PER_PAGE, most: INT_MAX }),
    MOST_PER_PAGE,
  );
  const before = readNumber(call, 'before', { fallback: INT_MAX, most: INT_MAX });
  const after = readNumber(call, 'after', { fallback: 0, most: INT_MAX });
  const matching = filterEvents(call);
  const forwards = call.query.has('after');
  const page = forwards
    ? matching.filter(({ sequence }) => sequence > after).slice(0, count)
    : matching.filter(({ sequence }) => sequence < before).slice(-count || matching.length);
  const oldest = page[0];
  const newest = page.at(-1);
  const hasOlder = oldest !== undefined && matching[0] !== oldest;
  const hasNewer = newest !== undefined && matching.at(-1) !== newest;
  return json(200, {
    auditEvents: page.toReversed().map((event) => wireEvent(call, event)),
    next: hasNewer ? linkTo(call, 'after', newest.sequence) : null,
    previous: hasOlder ? linkTo(call, 'before', oldest.sequence) : null,
  });
}

function downloadEvents(call: Call): Reply {
  const heading = ['createdOn', 'actorName', 'actorEmail', 'eventType', 'eventTarget', 'eventSummary'];
  const rows = filterEvents(call)
    .toReversed()
    .map(({ atMs, actor, type, target, summary }) => [
      wireTime(atMs),
      actor.name,
      actor.email ?? '',
      type,
      target,
      summary,
    ]);
  const body = [heading, ...rows].map((row) => `${row.map((cell) => quoted(cell)).join(',')}\r\n`).join('');
  return { status: 200, contentType: 'text/csv; charset=utf-8', body };
}

function listRecords(call: Call): Reply {
  const { top, skip } = readPage(call);
  const { events } = call.organization.audit;
  const ordered = sortOrderOf(call) === 'asc' && call.query.has('sortOrder') ? events : events.toReversed();
  return json(200, {
    totalCount: events.length,
    results: ordered.slice(skip, skip + top).map((event) => wireRecord(event)),
  });
}

function downloadRecords({ organization }: Call): Reply {
  const body = JSON.stringify(organization.audit.events.toReversed().map((event) => wireRecord(event)));
  return { status: 200, contentType: 'application/octet-stream', body };
}

function filterEvents({ organization, query: asked }: Call): readonly AuditEvent[] {
  const from = readTime(asked, 'from', Number.NEGATIVE_INFINITY);
  const to = readTime(asked, 'to', Number.POSITIVE_INFINITY);
  const oneOf = (name: string, value: string): boolean => {
    const wanted = asked.getAll(name);
    return wanted.length === 0 || wanted.includes(value);
  };
  const term = (asked.get('searchTerm') ?? '').toLowerCase();
  const status = asked.get('status') ?? '0';
  return organization.audit.events.filter(
    (event) =>
      event.atMs >= from &&
      event.atMs <= to &&
      status === '0' &&
      oneOf('source', SOURCE) &&
      oneOf('target', event.target) &&
      oneOf('type', event.type) &&
      oneOf('userIds', event.actor.id) &&
      `${event.summary} ${event.actor.name}`.toLowerCase().includes(term),
  );
}

function readTime(asked: URLSearchParams, name: string, fallback: number): number {
  const text = asked.get(name);
  if (text === null || text === '') return fallback;
  const ms = Date.parse(/(z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw new Refusal(problem({ [name]: [`The value '${text}' is not valid.`] }));
  return ms;
}

function linkTo(call: Call, direction: 'before' | 'after', sequence: number): string {
  const link = new URL(call.self);
  for (const [name, value] of call.query)
    if (name !== 'before' && name !== 'after') link.searchParams.append(name, value);
  link.searchParams.set(direction, String(sequence));
  return link.href;
}

function wireEvent({ organization }: Call, event: AuditEvent): Readonly<Record<string, unknown>> {
  const { actor } = event;
  return {
    id: event.id,
    createdOn: wireTime(event.atMs),
    organizationId: organization.partitionGlobalId,
    actorId: actor.id,
    actorName: actor.name,
    actorEmail: actor.email,
    eventType: event.type,
    eventSource: SOURCE,
    eventTarget: event.target,
    eventDetails: JSON.stringify(event.details),
    eventSummary: event.summary,
    status: 0,
    clientInfo: null,
  };
}

function wireRecord(event: AuditEvent): Readonly<Record<string, unknown>> {
  return {
    createdOn: wireTime(event.atMs),
    category: event.target,
    action: event.type,
    auditLogDetails: JSON.stringify(event.details),
    userName: event.actor.name,
    email: event.actor.email,
    message: event.summary,
    detailsVersion: '1.0',
    source: SOURCE,
  };
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
