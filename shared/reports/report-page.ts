import type { FindingRecord } from '../domain/audit/finding';
import { openCount, summarizeNight, type AuditSummary } from '../domain/audit/audit-summary';
import { compareReports, type AuditReport } from '../domain/audit/report';
import { markup, name, time, type Markup } from '../html/markup';
import { renderPage } from '../html/html-document';
import { describeCheck } from '../domain/audit/check-catalog';
import { linkToCheck, renderAboutChecks } from './check-explanations';
import { namedSubjectText } from './describe-finding';
import { FILTER_SCRIPT } from './finding-filter-script';
import { renderFindingList } from './finding-list';
import { renderPolicyChanges, renderPolicyVersions } from './policy-change-list';
import { PRODUCT_TITLE } from './product-name';
import { worstFirst } from './shown-finding';
import { renderSeverityBar, renderTrend } from './trend-chart';
import { renderWaivers } from './waiver-list';
import { SEVERITIES } from '../domain/audit/check-catalog-entry';

/** What a report is shown with: the night it is compared with, and the nights before it, oldest first. */
export type ReportContext = Readonly<{
  before: AuditReport | undefined;
  nights: readonly AuditSummary[];
}>;

/** The report as one file that needs no other, and can be read without scripts. */
export function renderReportPage(report: AuditReport, context: ReportContext): string {
  const title = `Access audit of ${report.organization}, ${report.night}`;
  return renderPage({ title, body: renderBody(report, context), script: FILTER_SCRIPT }, 'none');
}

function renderBody(report: AuditReport, { before, nights }: ReportContext): Markup {
  return markup`<a class="skip" href="#findings">To the findings</a>
    <header class="bar"><p><span class="product">${PRODUCT_TITLE}</span> ${name(report.organization)}</p></header>
    <main>
      ${renderCover(report, before)}
      <h1>Access audit of ${name(report.organization)}</h1>
      <p>
        <span class="mark ${report.result}">${report.result}</span> ${time(report.takenAtMs)}, night
        ${report.night}, policy <code>${report.policyHash.slice(0, 12)}</code>
      </p>
      ${renderPaused(report.paused)} ${renderObserved(report.observed)} ${renderUnknown(report)} ${renderChanges(report, before)}
      ${renderSummary(report)}
      <h2>Over the nights</h2>
      ${renderTrend(nights)}
      <h2>All findings</h2>
      ${renderFilter()}
      <div id="findings">
        ${report.findings.length === 0 ? markup`<p>There is no finding.</p>` : renderFindingList(report)}
      </div>
      ${renderWaivers(report)} ${renderPolicyVersions(report)}
      ${renderAboutChecks(report, checksToExplain(report, before))}
    </main>
    <footer>
      <p>
        Made by uipath-access-functions from the report of night ${report.night}, whose hash is in the
        evidence of the organization. Times are in UTC.
      </p>
    </footer>`;
}

/** Those that no section of the page explains. */
function checksToExplain(
  { findings }: AuditReport,
  before: AuditReport | undefined,
): ReadonlyArray<Pick<FindingRecord, 'check'>> {
  const explained = new Set(findings.map(({ check }) => check));
  return (before?.findings ?? []).filter(({ check }) => !explained.has(check));
}

/** The first page on paper: what was looked at, when, under which policy, and the head of the evidence. */
function renderCover(report: AuditReport, before: AuditReport | undefined): Markup {
  const { organization, startedAtMs, takenAtMs, policyHash, looked, unknown, checkpoint } = report;
  const night = summarizeNight(report);
  const rows: ReadonlyArray<readonly [string, Markup | string]> = [
    ['Result', `${report.result}: ${openCount(night)} open, ${night.waived} accepted`],
    ['Read', markup`${time(startedAtMs)} to ${time(takenAtMs)}`],
    ['Compared with', before === undefined ? 'nothing: the first night' : time(before.takenAtMs)],
    ['Policy', markup`<code>${policyHash}</code>`],
    [
      'Complete',
      `${looked.groups} groups, ${looked.members} memberships, ${looked.people} people, ${looked.rules} rules, ${looked.policyEntities} access-policy entries; ${unknown.length} parts not read`,
    ],
    ['Checkpoint', checkpoint === undefined ? 'none' : markup`<code>${checkpoint}</code>`],
  ];
  return markup`<section class="cover"><h1>Access audit of ${name(organization)}</h1><dl>${rows.map(([word, value]) => markup`<dt>${word}</dt><dd>${value}</dd>`)}</dl></section>`;
}

/** Says that nothing is done, by whom and why, and who waits for it. */
export function renderPaused(paused: AuditReport['paused']): Markup | undefined {
  if (paused === undefined) return undefined;
  const { sinceMs, by, reason, untilMs, isLost, urgent, oldestUrgentMs } = paused;
  const head = isLost
    ? markup`This organization was paused, and is not any more: an older version of this application wrote its record, and changes are made.`
    : markup`This organization is paused: nothing is written to UiPath, and all that waits stays.`;
  const end = untilMs === null ? markup`until somebody resumes it` : markup`until ${time(untilMs)}`;
  const oldest = oldestUrgentMs === null ? undefined : markup`, the oldest since ${time(oldestUrgentMs)}`;
  return markup`<p class="alert" role="note">
    ${head} Since ${time(sinceMs)}, ${end}, by ${name(by)}: ${name(reason)}.
    ${urgent === 0 || isLost ? undefined : markup`<strong>Urgent changes wait: ${urgent}</strong> (leavers, and what was revoked)${oldest}.`}
  </p>`;
}

/** Says that nothing of what is shown was or will be done. */
export function renderObserved(observed: AuditReport['observed']): Markup | undefined {
  if (observed === undefined) return undefined;
  const since = observed.sinceMs === undefined ? undefined : markup` since ${time(observed.sinceMs)}`;
  return markup`<p class="alert" role="note">
    This organization is in observe${since}: nothing is written to UiPath. What is planned here is what would
    be done.
  </p>`;
}

/** What could not be read stands first: nothing below says anything about it. */
export function renderUnknown({ unknown }: Pick<AuditReport, 'unknown'>): Markup | undefined {
  if (unknown.length === 0) return undefined;
  return markup`<section class="alert">
    <h2>Not read</h2>
    <p>Nothing is known about these parts tonight. Their earlier findings are kept as they were.</p>
    <ul>
      ${unknown.map(({ part, code }) => markup`<li>${name(part)}: <code>${code}</code></li>`)}
    </ul>
  </section>`;
}

/** What is different from an earlier night, the worst first. `page` is where the checks are explained, when not here. */
export function renderChanges(report: AuditReport, before: AuditReport | undefined, page = ''): Markup {
  const { appeared, reopened, fixed, waived, stillOpen, policyChanges } = compareReports(before, report);
  const changes = [
    ['Appeared', appeared],
    ['Came back', reopened],
    ['Fixed', fixed],
    ['Accepted', waived],
  ] as const;
  const since =
    before === undefined ? markup`This is the first night` : markup`Since ${time(before.takenAtMs)}`;
  return markup`<h2>What changed</h2>
    <p>
      ${since}: ${appeared.length} appeared, ${reopened.length} came back, ${fixed.length} fixed,
      ${waived.length} accepted, ${stillOpen} still open.
    </p>
    ${changes.filter(([, list]) => list.length > 0).map(([word, list]) => renderChange({ report, page }, word, list))}
    ${policyChanges.length === 0 ? undefined : markup`<h3>Policy (${policyChanges.length})</h3>${renderPolicyChanges(policyChanges.toReversed())}`}`;
}

const MOST_LISTED = 50;

function renderChange(
  { report, page }: Readonly<{ report: AuditReport; page: string }>,
  word: string,
  findings: readonly FindingRecord[],
): Markup {
  const rest = findings.length - MOST_LISTED;
  return markup`<h3>${word} (${findings.length})</h3>
    <ul class="list">
      ${worstFirst(findings)
        .slice(0, MOST_LISTED)
        .map(
          (finding) =>
            markup`<li>
              <span class="mark ${finding.severity}">${finding.severity}</span>
              <strong>${linkToCheck(finding.check, name(describeCheck(finding.check, report.ownChecks).title), page)}</strong>:
              ${name(namedSubjectText(finding))}
            </li>`,
        )}
    </ul>
    ${rest > 0 ? markup`<p>and ${rest} more below.</p>` : undefined}`;
}

function renderSummary(report: AuditReport): Markup {
  const night = summarizeNight(report);
  const { looked, calls } = report;
  const fixed = report.findings.filter(({ state }) => state === 'fixed').length;
  const read = [
    ['groups', looked.groups],
    ['memberships', looked.members],
    ['people', looked.people],
    ['rules', looked.rules],
    ['access-policy entries', looked.policyEntities],
    ['applications', looked.applications],
    ['robot accounts', looked.robots],
  ] as const;
  return markup`<h2>Summary</h2>
    ${renderSeverityBar(night.open)}
    <ul class="tiles">
      <li><strong>${openCount(night)}</strong>open</li>
      ${SEVERITIES.map((severity) => markup`<li><strong class="${severity}">${night.open[severity]}</strong>${severity}</li>`)}
      <li><strong>${night.waived}</strong>accepted</li>
      <li><strong class="fixed">${fixed}</strong>fixed</li>
      <li><strong>${night.unknown}</strong>parts not read</li>
    </ul>
    <p class="soft">
      Read: ${read.flatMap(([word, number]) => (number === undefined ? [] : [`${number} ${word}`])).join(', ')}; calls to UiPath:
      ${
        Object.entries(calls)
          .map(([method, number]) => `${number} ${method}`)
          .join(', ') || 'none'
      }.
    </p>`;
}

function renderFilter(): Markup {
  return markup`<form id="filter" hidden role="search">
    <label>Search<input type="search" name="search" autocomplete="off" /></label>
    <label>Severity<select name="severity">
        <option value="">all</option>
        ${SEVERITIES.map((severity) => markup`<option>${severity}</option>`)}
      </select></label>
    <label>State<select name="state">
        <option value="">all</option>
        <option value="any-open">all open</option>
        ${(['new', 'open', 'reopened', 'waived', 'fixed'] as const).map((state) => markup`<option>${state}</option>`)}
      </select></label>
    <p id="count" role="status"></p>
  </form>`;
}
