import { groupsAsOf, type GroupsAsOfDeps } from '../access/desk/as-of/groups-as-of';
import { membersAsOf, type MembersAsOfDeps } from '../access/desk/as-of/members-as-of';
import { recentEvents, type RecentEventsDeps } from '../access/desk/evidence/recent-events';
import { listKeptOfSource, listReplayableSources, type ListKeptDeps } from '../access/desk/replay-deliveries';
import { endOfDayMs, startOfDayMs } from '../domain/ledger/effective-time';
import { isLocalDate } from '../domain/local-date';
import type { OrganizationPolicy } from '../domain/policy';
import { invalidQuery, requireWord, skipIn, wordIn, type OperatorQuery } from './operator-query';

export type PastQuestionDeps = GroupsAsOfDeps & MembersAsOfDeps & ListKeptDeps & RecentEventsDeps;

/** How things were at a moment; undefined: the question is about something else. @throws AppError `query-invalid`, and what the use case throws */
export async function answerAboutThePast(
  deps: PastQuestionDeps,
  organization: OrganizationPolicy,
  { what }: Readonly<{ what: string }>,
  query: OperatorQuery,
): Promise<unknown> {
  switch (what) {
    case 'as-of':
      return answerAsOf(deps, organization, query);
    case 'events':
      return recentEvents(deps, organization, heardIn(query));
    case 'replay': {
      const source = wordIn(query, 'source');
      if (source === undefined) return listReplayableSources(deps, organization.alias);
      const sinceMs = momentIn(query, organization, {
        nowMs: deps.clock.now(),
        name: 'since',
        day: 'begins',
      });
      return listKeptOfSource(deps, organization.alias, { source, sinceMs, place: placeIn(query) });
    }
    default:
      return undefined;
  }
}

async function answerAsOf(
  deps: PastQuestionDeps,
  organization: OrganizationPolicy,
  query: OperatorQuery,
): Promise<unknown> {
  const asOfMs = momentIn(query, organization, { nowMs: deps.clock.now(), name: 'at', day: 'ends' });
  const person = wordIn(query, 'person');
  return person === undefined
    ? membersAsOf(deps, organization, { group: requireWord(query, 'group'), asOfMs, skip: skipIn(query) })
    : groupsAsOf(deps, organization, { person, asOfMs });
}

/** How far somebody has heard: `<entries>.<records>`; undefined: they begin to listen. */
function heardIn(query: OperatorQuery): Readonly<{ log: number; organization: number }> | undefined {
  const said = wordIn(query, 'after');
  if (said === undefined) return undefined;
  const [, log, organization] = /^(\d{1,12})\.(\d{1,12})$/.exec(said) ?? [];
  if (log === undefined || organization === undefined) throw invalidQuery('after', 'is not what was told');
  return { log: Number(log), organization: Number(organization) };
}

/** A place in the list of kept deliveries, as it was told. */
function placeIn(query: OperatorQuery): string | undefined {
  const place = wordIn(query, 'place');
  if (place !== undefined && !/^t:\d{15}:[0-9a-f]{64}$/.test(place))
    throw invalidQuery('place', 'is not what was told');
  return place;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

/** An instant with its offset, or the beginning or end of a day in the organization's zone; the end of today is now. @throws AppError `query-invalid` */
function momentIn(
  query: OperatorQuery,
  { timeZone }: OrganizationPolicy,
  { nowMs, name, day }: Readonly<{ nowMs: number; name: string; day: 'begins' | 'ends' }>,
): number {
  const said = requireWord(query, name);
  const isDay = isLocalDate(said);
  const beginsMs = isDay ? startOfDayMs(said, timeZone) : INSTANT.test(said) ? Date.parse(said) : Number.NaN;
  if (Number.isNaN(beginsMs))
    throw invalidQuery(name, 'is no day such as 2026-11-21, and no instant such as 2026-11-21T08:00Z');
  if (beginsMs > nowMs) throw invalidQuery(name, 'is still to come');
  return isDay && day === 'ends' ? Math.min(nowMs, endOfDayMs(said, timeZone) - 1) : beginsMs;
}
