import type { ReportInContext } from '../../access/desk/read-report';
import type { SourceState } from '../../access/desk/list-sources';
import { openCount, summarizeNight } from '../../domain/audit/audit-summary';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderChanges, renderUnknown } from '../../reports/report-page';
import { renderTrend } from '../../reports/trend-chart';
import type { VersionStanding } from '../../access/ledger/organization/policy-versions';
import type { NotificationState } from '../../storage/notification-state';
import { CONSOLE_PATH } from '../path-and-page-names';
import { renderReportLinks } from './report-links';

export type Today = Readonly<{
  organization: string;
  version: VersionStanding;
  /** undefined: no audit has ended yet. */
  latest: ReportInContext | undefined;
  holds: number;
  deadLetters: number;
  sources: readonly SourceState[];
  told: readonly NotificationState[];
}>;

/** Renders the overview: what waits for a person, and what the last night changed. */
export function renderToday(today: Today): Markup {
  const { organization, latest, holds, deadLetters, sources } = today;
  const undone = sources.reduce((sum, { pending }) => sum + pending, 0);
  const dead = sources.reduce((sum, state) => sum + state.dead, 0);
  const silent = sources.filter(({ heartbeat }) => heartbeat === 'silent').length;
  const open = latest === undefined ? 0 : openCount(summarizeNight(latest.report));
  const tiles = [
    [open, 'open findings', 'findings'],
    [holds, 'held plans', 'plans'],
    [deadLetters, 'refused changes', 'dead-letters'],
    [undone, 'deliveries on their way', 'sources'],
    [dead, 'dead deliveries', 'dead-letters'],
    [silent, 'silent sources', 'sources'],
  ] as const;
  return markup`<ul class="tiles">${tiles.map(
    ([number, word, page]) =>
      markup`<li><strong>${number}</strong><a href="${CONSOLE_PATH}/${organization}/${page}">${word}</a></li>`,
  )}</ul>
${renderVersion(today)}
${renderUnreadSources(today)}
${renderNotificationFailures(today)}
${latest === undefined ? markup`<p>No audit has ended yet.</p>` : renderLatest(latest)}`;
}

function renderLatest({ report, before, nights }: ReportInContext): Markup {
  return markup`${renderUnknown(report)}
<p><span class="mark ${report.result}">${report.result}</span> Last audit ${time(report.takenAtMs)}.
${renderReportLinks(report)}</p>
${renderChanges(report, before, `${CONSOLE_PATH}/${report.organization}/findings?show=all`)}
<h2>Over the nights</h2>
${renderTrend(nights)}`;
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

function renderUnreadSources({ sources }: Today): Markup {
  return markup`${sources.map(({ source, unreadable }) =>
    unreadable === undefined
      ? markup``
      : markup`<p class="alert">${source.feed === 'hr' ? 'HR' : 'Tickets'} ${name(source.name)} cannot be read now and is in none of these numbers: <code>${unreadable}</code>.</p>`,
  )}`;
}

function renderNotificationFailures({ told }: Today): Markup {
  return markup`${told.map(({ target, failure }) =>
    failure === undefined
      ? markup``
      : markup`<p class="alert">${target} could not be told about night ${failure.night}: <code>${failure.code}</code>, ${failure.attempts} tries, the last ${time(failure.atMs)}.</p>`,
  )}`;
}
