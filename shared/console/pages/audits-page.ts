import type { ReportInContext } from '../../access/desk/read-report';
import { openCount, type AuditSummary } from '../../domain/audit/audit-summary';
import { markup, time, timeText, type Markup } from '../../html/markup';
import { renderPolicyVersions } from '../../reports/policy-change-list';
import { renderChanges, renderUnknown } from '../../reports/report-page';
import { SEVERITIES } from '../../domain/audit/check-catalog-entry';
import { CONSOLE_PATH } from '../path-and-page-names';
import type { PageLayout } from '../page-layout';
import { renderReportLinks } from './report-links';

/** More are a long page; the interface of reports lists them all. */
const MOST_LISTED = 120;

/** What was found in every night, and what is different between two of them. `nights` are oldest first. */
export function renderAudits(
  layout: PageLayout,
  nights: readonly AuditSummary[],
  compared: ReportInContext | undefined,
): Markup {
  if (nights.length === 0) return markup`<p>No audit has ended yet.</p>`;
  const newest = nights.toReversed();
  return markup`${renderChoice(layout, newest, compared)}
${compared === undefined ? markup`<p role="status">There is no such night.</p>` : renderCompared(layout, compared)}
<h2>All nights</h2>
${renderTable(layout, newest.slice(0, MOST_LISTED))}
${newest.length > MOST_LISTED ? markup`<p>And ${newest.length - MOST_LISTED} earlier ones, which the interface of reports lists.</p>` : undefined}`;
}

function renderChoice(
  { organization }: PageLayout,
  newest: readonly AuditSummary[],
  compared: ReportInContext | undefined,
): Markup {
  const options = (chosen: string | undefined): readonly Markup[] =>
    newest.map(({ night, takenAtMs }) => {
      const selected = night === chosen ? markup` selected` : undefined;
      return markup`<option value="${night}"${selected}>${timeText(takenAtMs)}</option>`;
    });
  return markup`<form method="get" action="${CONSOLE_PATH}/${organization}/nights">
<label>Night<select name="night">${options(compared?.report.night)}</select></label>
<label>Compared with<select name="before"><option value="">the night before</option>${options(compared?.before?.night)}</select></label>
<button>Compare</button></form>`;
}

function renderCompared(layout: PageLayout, { report, before }: ReportInContext): Markup {
  return markup`<p><span class="mark ${report.result}">${report.result}</span> Night ${time(report.takenAtMs)}${
    before === undefined ? undefined : markup`, compared with ${time(before.takenAtMs)}`
  }. ${renderReportLinks(report)}</p>
${renderUnknown(report)}
${renderChanges(report, before, `${CONSOLE_PATH}/${layout.organization}/findings?show=all`)}
${renderPolicyVersions(report)}`;
}

function renderTable({ organization }: PageLayout, newest: readonly AuditSummary[]): Markup {
  const heads = ['Night', 'Result', 'open', ...SEVERITIES, 'accepted', 'parts not read'];
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="List of nights"><table><caption>Newest first</caption>
<thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${newest.map(
    (night) => markup`<tr>
<th scope="row"><a href="${CONSOLE_PATH}/${organization}/report/${night.night}?format=html">${timeText(night.takenAtMs)}</a></th>
<td><span class="mark ${night.result}">${night.result}</span></td><td>${openCount(night)}</td>
${SEVERITIES.map((severity) => markup`<td>${night.open[severity]}</td>`)}<td>${night.waived}</td><td>${night.unknown}</td></tr>`,
  )}</tbody></table></div>`;
}
