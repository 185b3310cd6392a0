import { listDeadDeliveries, type ListDeadDeliveriesDeps } from '../access/ledger/list-dead-deliveries';
import type { ListRefusedChangesDeps } from '../access/ledger/list-refused-changes';
import { listFailingUnits, type ListFailingUnitsDeps } from '../access/desk/list-failing-units';
import { listHolds, type ListHoldsDeps } from '../access/ledger/list-holds';
import { nameRefusedChanges } from '../access/desk/name-refused-changes';
import { nameHolds, type NameHoldsDeps } from '../access/desk/read-hold-with-names';
import { readVersionStanding } from '../access/ledger/organization/policy-versions';
import { listRequests, readListedRequest, type ListRequestsDeps } from '../access/desk/list-requests';
import { listSources, type ListSourcesDeps } from '../access/desk/list-sources';
import {
  listNights,
  readReport,
  type ReadReportDeps,
  type ReportInContext,
} from '../access/desk/read-report';
import { parseRequestListQuery } from '../access/desk/parse-request-list-query';
import type { RequestStatusDeps } from '../access/desk/read-request-status';
import { listPlans, showPlan, type ShowPlanDeps } from '../access/desk/plans/show-plan';
import type { AuditReport } from '../domain/audit/report';
import type { Policy } from '../domain/policy';
import { errorCodeOf } from '../errors';
import { markup, type Markup } from '../html/markup';
import { zonedText } from '../html/times-in-zone';
import type { FirstDecisions } from '../storage/desk/first-decisions';
import type { FindingStore } from '../storage/findings';
import type { LedgerStore } from '../storage/ledger';
import type { NotificationStates } from '../storage/notification-state';
import { openDay, openGroups, openPeople, type LookUpPageDeps, type Query } from './open-look-ups';
import { readCauses } from './choose-findings';
import type { PageLayout } from './page-layout';
import { renderDeadLetters } from './pages/dead-letters-page';
import { renderFirstDecisions } from './pages/first-decisions';
import { findingsAsked } from './pages/finding-filter';
import { renderFindings } from './pages/findings-page';
import { renderAudits } from './pages/audits-page';
import { renderPauseForm } from './pages/pause-form';
import { renderHolds } from './pages/holds-page';
import { renderRequestList } from './pages/request-list';
import { renderRequestLookUp, renderRequestStatus } from './pages/request-status';
import { renderSources } from './pages/sources-page';
import { renderToday, type Today } from './pages/today-page';
import { LINES_OF_PLAN, renderProposedPlan, renderProposedPlans } from './pages/proposed-plans-page';

export type PageDeps = ReadReportDeps &
  ListFailingUnitsDeps &
  RequestStatusDeps &
  ListRefusedChangesDeps &
  ListRequestsDeps &
  LookUpPageDeps &
  ListSourcesDeps &
  ListDeadDeliveriesDeps &
  ListHoldsDeps &
  NameHoldsDeps &
  ShowPlanDeps &
  Readonly<{
    /** So far the list of requests goes back. */
    payloadDays: number;
    notificationStates: Pick<NotificationStates, 'list'>;
    findings: Pick<FindingStore, 'list'>;
    firstDecisions: Pick<FirstDecisions, 'list'>;
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'read' | 'evidence' | 'evidenceBetween'>;
  }>;

/** Renders the content of a page by its name, with what the use cases of access/desk read, under what waits for a second person. */
export async function renderPageContent(deps: PageDeps, layout: PageLayout, query: Query): Promise<Markup> {
  const begun = await deps.firstDecisions.list(layout.organization);
  const waiting = renderFirstDecisions(layout, begun, deps.clock.now());
  return markup`${waiting}${await renderContent(deps, layout, query)}`;
}

async function renderContent(deps: PageDeps, layout: PageLayout, query: Query): Promise<Markup> {
  const { organization } = layout;
  const said = (name: string): string => query.get(name)?.trim() ?? '';
  switch (layout.page) {
    case 'today':
      return markup`${renderToday(await readToday(deps, organization))}${renderPauseForm(layout)}`;
    case 'findings': {
      const { records, causes } = await readCauses(deps, organization, said);
      const report = await latestNight(deps, organization);
      return renderFindings(layout, report, records, causes, findingsAsked(said));
    }
    case 'proposed-plans': {
      const hash = said('plan');
      if (hash === '') return renderProposedPlans(layout, await listPlans(deps, organization));
      const skip = /^\d{1,6}$/.test(said('skip')) ? Number(said('skip')) : 0;
      return renderProposedPlan(layout, await showPlan(deps, organization, hash, skip, LINES_OF_PLAN), skip);
    }
    case 'nights':
      return renderAudits(
        layout,
        await listNights(deps, organization),
        await comparedNights(deps, organization, [said('night') || 'latest', said('before')]),
      );
    case 'plans':
      return renderHolds(
        layout,
        await nameHolds(deps, organization, await listHolds(deps, organization)),
        deps.clock.now(),
      );
    case 'groups':
      return openGroups(deps, layout, query);
    case 'people':
      return openPeople(deps, layout, query);
    case 'days':
      return openDay(deps, layout, query);
    case 'requests':
      return openRequests(deps, layout, query);
    case 'dead-letters':
      return renderDeadLetters(
        layout,
        await listDeadDeliveries(deps, organization),
        await nameRefusedChanges(deps, organization),
        await listFailingUnits(deps, organization),
      );
    case 'sources':
      return renderSources(organization, await listSources(deps, organization));
  }
}

async function readToday(deps: PageDeps, organization: string): Promise<Today> {
  const { hash } = await deps.policy();
  const [version, latest, findings, holds, plans, refused, sources, told] = await Promise.all([
    readVersionStanding(deps, organization, hash),
    latestReport(deps, organization),
    deps.findings.list(organization),
    listHolds(deps, organization).then(async (found) => nameHolds(deps, organization, found)),
    listPlans(deps, organization),
    nameRefusedChanges(deps, organization),
    listSources(deps, organization),
    deps.notificationStates.list(organization),
  ]);
  const waiting = plans.filter(({ state, isExpired }) => state !== 'done' && !isExpired);
  return { organization, version, latest, findings, holds, plans: waiting, refused, sources, told };
}

/** One request where an id is asked for, else the list. */
async function openRequests(deps: PageDeps, layout: PageLayout, query: Query): Promise<Markup> {
  const { organization } = layout;
  const asked = { id: query.get('id')?.trim() ?? '', source: query.get('source')?.trim() ?? '' };
  const { sources } = await deps.policy();
  const tell = zonedText(layout.timeZone);
  const names = sources
    .filter(({ feed, organizations }) => feed === 'ticket' && organizations.includes(organization))
    .map((source) => source.name);
  if (asked.id === '') {
    const chosen = parseRequestListQuery(query);
    const page = await listRequests(deps, organization, chosen, tell);
    return markup`${renderRequestLookUp(layout, asked, names)}${renderRequestList(layout, chosen, page, deps.payloadDays)}`;
  }
  const source = names.includes(asked.source) ? asked.source : undefined;
  const found = await undefinedIf('request-unknown', async () =>
    readListedRequest(deps, organization, { id: asked.id, source, tell }),
  );
  return markup`${renderRequestLookUp(layout, asked, names)}${renderRequestStatus(layout, asked.id, found)}`;
}

/** A night beside another, the later beside the earlier in whichever order they are named; `latest` is after them all. */
async function comparedNights(
  deps: PageDeps,
  organization: string,
  named: readonly string[],
): Promise<ReportInContext | undefined> {
  const [later = '', earlier] = named
    .filter((night) => night !== '')
    .toSorted()
    .toReversed();
  return undefinedIf('report-unknown', async () => readReport(deps, organization, later, earlier));
}

async function latestReport(deps: PageDeps, organization: string): Promise<ReportInContext | undefined> {
  return undefinedIf('report-unknown', async () => readReport(deps, organization, 'latest'));
}

/** The latest night by itself, which costs one read. */
async function latestNight(deps: PageDeps, organization: string): Promise<AuditReport | undefined> {
  const night = (await deps.reports.list(organization)).at(-1)?.night;
  return night === undefined ? undefined : deps.reports.read(organization, night);
}

/** Undefined for an expected error code: an empty page, not a failure. */
async function undefinedIf<T>(
  code: 'request-unknown' | 'report-unknown',
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (errorCodeOf(error) === code) return undefined;
    throw error;
  }
}
