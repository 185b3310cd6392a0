import type { ReportInContext } from '../../access/desk/read-report';
import type { NamedRefusedChange } from '../../access/desk/name-refused-changes';
import type { NamedHold } from '../../access/desk/read-hold-with-names';
import type { SourceState } from '../../access/desk/list-sources';
import type { ShownPlanHead } from '../../access/desk/plans/show-plan';
import { openCount, summarizeNight } from '../../domain/audit/audit-summary';
import { SEVERITIES } from '../../domain/audit/check-catalog-entry';
import { isOpen, type FindingRecord } from '../../domain/audit/finding';
import { describeCheck } from '../../domain/audit/check-catalog';
import { countOf } from '../../domain/desk/organization-status';
import { markup, name, time, type Markup } from '../../html/markup';
import { namedSubjectText } from '../../reports/describe-finding';
import { renderChanges, renderUnknown } from '../../reports/report-page';
import { renderSeverityBar, renderTrend } from '../../reports/trend-chart';
import type { VersionStanding } from '../../access/ledger/organization/policy-versions';
import type { NotificationState } from '../../storage/notification-state';
import { CONSOLE_PATH, type PageName } from '../path-and-page-names';
import { renderReportLinks } from './report-links';

export type Today = Readonly<{
  organization: string;
  version: VersionStanding;
  /** undefined: no audit has ended yet. */
  latest: ReportInContext | undefined;
  /** As they stand now, not as the last audit left them. */
  findings: readonly FindingRecord[];
  holds: readonly NamedHold[];
  /** Those that wait for somebody, or are not finished. */
  plans: readonly ShownPlanHead[];
  refused: readonly NamedRefusedChange[];
  sources: readonly SourceState[];
  told: readonly NotificationState[];
}>;

/** What a person has to see to, a card each. */
type ToDo = Readonly<{ page: PageName; title: string; link: string; more?: Markup | undefined }>;

const MOST_NAMED = 5;

/** Renders the overview: what must be done now, then how things stand, then what the last nights changed. */
export function renderToday(today: Today): Markup {
  const { organization, latest, sources } = today;
  const toDo = whatToDo(today);
  const undone = sources.reduce((sum, { pending }) => sum + pending, 0);
  return markup`${renderVersion(today)}
<h2>To do now (${toDo.length})</h2>
${
  toDo.length === 0
    ? markup`<p class="done">Nothing waits for a person.</p>`
    : markup`<ul class="cards">${toDo.map(
        ({ page, title, link, more }) =>
          markup`<li><h3>${name(title)}</h3>${more}<p><a href="${CONSOLE_PATH}/${organization}/${page}">${link}</a></p></li>`,
      )}</ul>`
}
<h2>How it stands</h2>
${latest === undefined ? markup`<p>No audit has ended yet.</p>` : renderState(today, latest)}
${undone === 0 ? undefined : markup`<p>${countOf(undone, 'delivery', 'deliveries')} on the way.</p>`}
${latest === undefined ? undefined : renderNights(organization, latest)}`;
}

/** What waits longest for a decision first, then what failed, what is worst, and what is silent. */
function whatToDo({ holds, plans, refused, sources, told, findings }: Today): readonly ToDo[] {
  const [worst] = (['critical', 'high'] as const)
    .map((severity) => findings.filter((finding) => isOpen(finding) && finding.severity === severity))
    .filter((some) => some.length > 0);
  const dead = sources.filter((state) => state.dead > 0);
  const silent = sources.filter(({ heartbeat }) => heartbeat === 'silent');
  const unread = sources.filter(({ unreadable }) => unreadable !== undefined);
  return [
    ...holds.filter(({ declined }) => declined === undefined).map(toHoldCard),
    ...plans.map((plan): ToDo => ({
      page: 'proposed-plans',
      title: `A plan of ${countOf(plan.counts.changes, 'change')} ${plan.state === 'begun' ? 'is not finished' : 'waits'}`,
      link: 'Look at it',
      more: markup`<p>proposed by ${name(plan.names.by)}, ${time(plan.atMs)}</p>`,
    })),
    ...(worst === undefined ? [] : [toFindingsCard(worst)]),
    ...(refused.length === 0 ? [] : [toRefusedCard(refused)]),
    ...dead.map(({ source, dead: count }): ToDo => ({
      page: 'dead-letters',
      title: `${countOf(count, 'delivery', 'deliveries')} of ${source.name} could not be used`,
      link: 'Mend or close',
    })),
    ...told.flatMap(({ target, failure }): readonly ToDo[] =>
      failure === undefined
        ? []
        : [
            {
              page: 'nights',
              title: `${target} could not be told about a night`,
              link: 'The nights',
              more: markup`<p><code>${failure.code}</code>, ${failure.attempts} tries, the last ${time(failure.atMs)}</p>`,
            },
          ],
    ),
    ...unread.map(({ source, unreadable }): ToDo => ({
      page: 'sources',
      title: `${source.name} cannot be read now and is in none of these numbers`,
      link: 'The sources',
      more: markup`<p><code>${unreadable}</code></p>`,
    })),
    ...silent.map(({ source, lastReceivedMs }): ToDo => ({
      page: 'sources',
      title: `${source.name} is silent for more than ${source.heartbeatHours ?? 0} hours`,
      link: 'The sources',
      more: markup`<p>last heard ${lastReceivedMs === undefined ? 'never' : time(lastReceivedMs)}; nobody's leaving is heard from there</p>`,
    })),
  ];
}

function toHoldCard({ removals, heldAtMs, expiresAtMs }: NamedHold): ToDo {
  const people = [...new Set(removals.map(({ person, personKey }) => person ?? personKey))];
  const known = [...new Set(removals.flatMap(({ person }) => person ?? []))].slice(0, MOST_NAMED);
  const groups = [...new Set(removals.map(({ groupName }) => groupName))];
  const where = groups.length === 1 ? (groups[0] ?? '') : countOf(groups.length, 'group');
  const rest = people.length - known.length;
  const whom = [
    ...known,
    ...(rest > 0 ? [`${rest} ${known.length === 0 ? 'without a known address' : 'more'}`] : []),
  ];
  return {
    page: 'plans',
    title: `A guard holds: remove ${countOf(people.length, 'person', 'people')} from ${where}`,
    link: 'Look and decide',
    more: markup`<p>${name(whom.join(', '))}</p><p class="soft">since ${time(heldAtMs)}, expires ${time(expiresAtMs)}</p>`,
  };
}

function toFindingsCard(worst: readonly FindingRecord[]): ToDo {
  const newest = worst.toSorted((a, b) => b.firstSeenMs - a.firstSeenMs).slice(0, MOST_NAMED);
  return {
    page: 'findings',
    title: countOf(worst.length, `${worst[0]?.severity ?? ''} finding`),
    link: 'All findings, the worst first',
    more: markup`<ul>${newest.map(
      (finding) =>
        markup`<li><span class="mark ${finding.severity}">${finding.severity}</span> ${describeCheck(finding.check).title}: ${name(namedSubjectText(finding))}</li>`,
    )}</ul>`,
  };
}

function toRefusedCard(refused: readonly NamedRefusedChange[]): ToDo {
  return {
    page: 'dead-letters',
    title: `UiPath refused ${countOf(refused.length, 'change')}`,
    link: 'Mend and try again',
    more: markup`<ul>${refused.slice(0, MOST_NAMED).map(({ decision, person, groupName }) => {
      const whom = person ?? 'somebody without a known address';
      return markup`<li>${name(decision === 'add' ? `Add ${whom} to ${groupName}` : `Remove ${whom} from ${groupName}`)}</li>`;
    })}</ul>`,
  };
}

/** The result in a sentence that says why, as the findings are now. */
function renderState({ findings }: Today, { report }: ReportInContext): Markup {
  const night = summarizeNight({ ...report, findings });
  const open = openCount(night);
  const parts = SEVERITIES.filter((severity) => night.open[severity] > 0).map(
    (severity) => `${night.open[severity]} ${severity}`,
  );
  const unread = report.unknown.length;
  const because = [
    ...(open === 0 ? [] : [`${countOf(open, 'finding')} open (${parts.join(', ')})`]),
    ...(unread === 0 ? [] : [`${countOf(unread, 'part')} could not be read`]),
  ];
  const result = because.length === 0 ? 'green' : 'red';
  return markup`<p class="lead"><span class="mark ${result}">${result}</span> ${
    because.length === 0 ? 'Nothing is open, and everything could be read.' : `${because.join('; ')}.`
  }</p>
${renderSeverityBar(night.open)}
<p>Last audit ${time(report.takenAtMs)}. ${renderReportLinks(report)}</p>
${renderUnknown(report)}`;
}

function renderNights(organization: string, { report, before, nights }: ReportInContext): Markup {
  return markup`<div class="columns"><div>${renderChanges(report, before, `${CONSOLE_PATH}/${organization}/findings?show=all`)}</div>
<div><h2>Over the nights</h2>
${renderTrend(nights)}</div></div>`;
}

/** That this deployment does nothing, or that another one does not. */
function renderVersion({ organization, version: { onRecord, elsewhere } }: Today): Markup {
  return markup`${
    onRecord === undefined
      ? markup``
      : markup`<p class="alert">Another version of the policy is in force: ${onRecord.number ?? ''} <code>${onRecord.hash.slice(0, 12)}</code> ${name(onRecord.file ?? '')}${onRecord.sinceMs === undefined ? '' : markup`, since ${time(onRecord.sinceMs)}`}. This deployment has another file and does nothing for ${organization}.</p>`
  }${elsewhere.map(
    ({ hash, origin, sinceMs }) =>
      markup`<p class="alert">Another deployment on this storage has a policy that is not in force, and does nothing: <code>${hash.slice(0, 12)}</code> ${name(`${origin.kind} ${origin.name}`)}, since ${time(sinceMs)}.</p>`,
  )}`;
}
