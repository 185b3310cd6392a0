import { MOST_CHOSEN } from '../../domain/desk/chosen-findings';
import { idOfCause, type FindingCause } from '../../domain/desk/finding-causes';
import { describeCheck } from '../../domain/audit/check-catalog';
import type { FindingRecord } from '../../domain/audit/finding';
import type { AuditReport } from '../../domain/audit/report';
import { nameOfDecider } from '../../domain/decider';
import { countOf } from '../../domain/desk/organization-status';
import { markup, name, time, timeText, type Markup } from '../../html/markup';
import { attributionText, namedSubject, namedSubjectText } from '../../reports/describe-finding';
import { planText } from '../../reports/describe-remediation';
import { renderAboutChecks } from '../../reports/check-explanations';
import { renderWaivers } from '../../reports/waiver-list';
import { renderForm, type PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';
import { choiceOf, CHOICES, renderFilter, type Choice, type FindingsAsked } from './finding-filter';

/** Findings of one page, of a cause among others, and causes of one page. */
const ROWS = 75;
const ROWS_OF_CAUSE = 5;
const CAUSES = 25;

/** Findings as they stand now, by what caused them. `causes` are those of the findings that are asked for. */
export function renderFindings(
  layout: PageLayout,
  report: AuditReport | undefined,
  records: readonly FindingRecord[],
  causes: readonly FindingCause[],
  asked: FindingsAsked,
): Markup {
  if (report === undefined) return markup`<p>No audit has ended yet.</p>`;
  const choice = choiceOf(asked.show);
  const only = asked.cause === '' ? undefined : causes.find((cause) => idOfCause(cause) === asked.cause);
  const count = causes.reduce((sum, { findings }) => sum + findings.length, 0);
  const listed =
    only === undefined
      ? renderCauses(layout, report, causes, asked)
      : renderWhole(layout, report, only, asked);
  const about = new Set(
    (only === undefined ? pageOf(causes, asked.part, CAUSES) : [only]).flatMap(({ findings }) =>
      findings.map(({ check }) => check),
    ),
  );
  return markup`<p>Last audit ${time(report.takenAtMs)}.</p>
<nav aria-label="Kinds of findings"><ul>${Object.entries(CHOICES).map(([key, title]) => {
    const current = key === choice ? markup` aria-current="true"` : undefined;
    return markup`<li><a href="${CONSOLE_PATH}/${layout.organization}/findings?show=${key}"${current}>${title}</a></li>`;
  })}</ul></nav>
${renderFilter(layout, records, asked)}
<h2>${CHOICES[choice]} (${count})</h2>
${count === 0 ? markup`<p>There is none.</p>` : renderSelection(layout, choice, asked, listed)}
${choice === 'waived' ? renderWaivers(report) : undefined}
${renderAboutChecks(
  report,
  [...about].map((check) => ({ check })),
)}`;
}

/** Wraps what is listed into one form, in which findings are chosen. Nothing to choose for whoever decides nothing. */
function renderSelection(layout: PageLayout, choice: Choice, asked: FindingsAsked, listed: Markup): Markup {
  if (!mayChoose(layout, choice)) return listed;
  const { severity, check, words } = asked;
  const kept = Object.entries({ show: choice, severity, check, words }).map(
    ([key, value]) => markup`<input type="hidden" name="${key}" value="${value}">`,
  );
  const { may } = layout;
  const back = may.operate
    ? markup`<button class="quiet" name="act" value="end">Take the acceptance back…</button>`
    : undefined;
  const acts =
    choice === 'waived'
      ? back
      : markup`<button name="act" value="adopt">Adopt…</button>
${may.operate ? markup`<button class="quiet" name="act" value="accept">Accept for a time…</button>` : undefined}
<button class="danger" name="act" value="remove">Remove or mend…</button>`;
  return renderForm(
    layout,
    'findings/chosen',
    markup`${kept}${listed}<fieldset><legend>With what is ticked</legend><p class="soft">You see names and numbers first, and nothing is done before you say so. Adopt: members get a reason. Accept: it is left so until a day. Remove or mend: what each finding plans.</p><div class="choices">${acts}</div></fieldset>`,
    'whole',
  );
}

function mayChoose({ may }: PageLayout, choice: Choice): boolean {
  return choice === 'waived' ? may.operate : choice === 'open' && (may.operate || may.release);
}

function renderCauses(
  layout: PageLayout,
  report: AuditReport,
  causes: readonly FindingCause[],
  asked: FindingsAsked,
): Markup {
  return markup`${pageOf(causes, asked.part, CAUSES).map((cause) => renderCause(layout, report, cause, asked, cause.findings.slice(0, ROWS_OF_CAUSE)))}
${renderPaging(layout, asked, causes.length, CAUSES)}`;
}

function renderWhole(
  layout: PageLayout,
  report: AuditReport,
  cause: FindingCause,
  asked: FindingsAsked,
): Markup {
  const shown = pageOf(cause.findings, asked.part, ROWS);
  return markup`${renderCause(layout, report, cause, asked, shown)}${renderPaging(layout, asked, cause.findings.length, ROWS)}`;
}

function renderCause(
  layout: PageLayout,
  report: AuditReport,
  cause: FindingCause,
  asked: FindingsAsked,
  shown: readonly FindingRecord[],
): Markup {
  const { severity, findings } = cause;
  const id = idOfCause(cause);
  const count = findings.length;
  const choice = choiceOf(asked.show);
  const all = count > MOST_CHOSEN ? `The first ${MOST_CHOSEN} of ${count}` : `All ${count}`;
  const pick =
    mayChoose(layout, choice) && count > 1
      ? markup`<label class="pick"><input type="checkbox" name="cause" value="${id}">${all}</label>`
      : undefined;
  const rest = asked.cause === id ? 0 : count - shown.length;
  return markup`<section><h3><span class="mark ${severity}">${severity}</span> ${name(causeText(cause, report))}</h3>${pick}
<ul class="list">${shown.map((finding) => renderRow(layout, report, cause, finding, mayChoose(layout, choice)))}</ul>
${rest > 0 ? markup`<p><a href="${addressOf(layout, { ...asked, cause: id, part: 1 })}">Show all ${count}</a></p>` : undefined}</section>`;
}

/** What findings have in common, as a sentence. */
function causeText({ cause, findings }: FindingCause, { ownChecks }: AuditReport): string {
  const count = findings.length;
  const titles = [...new Set(findings.map(({ check }) => describeCheck(check, ownChecks).title))];
  const groups = new Set(findings.flatMap(({ subject }) => subject['group'] ?? [])).size;
  switch (cause.kind) {
    case 'hold':
      return `A guard holds removals of ${countOf(cause.people, 'person', 'people')}: ${countOf(count, 'finding')} until somebody releases it`;
    case 'actor':
      return `${cause.actor} at ${timeText(cause.atMs)}: ${titles.join(', ')} (${count})`;
    case 'before':
      return cause.check === 'member-without-reason'
        ? `${countOf(count, 'member')} from before, in ${countOf(groups, 'group')}`
        : `${titles.join(', ')} from before (${count})`;
    case 'check':
      return `${titles.join(', ')}${cause.group === undefined ? '' : ` in ${cause.group}`} (${count})`;
  }
}

function renderRow(
  { organization }: PageLayout,
  report: AuditReport,
  { cause }: FindingCause,
  finding: FindingRecord,
  isPickable: boolean,
): Markup {
  const { id, check, severity, state, firstSeenMs, waiver } = finding;
  const { ids } = namedSubject(finding);
  const words = namedSubjectText(finding);
  const title = describeCheck(check, report.ownChecks).title;
  const about = markup`<span>${name(words)} <span class="soft">${name(title)}</span></span>`;
  const hold =
    cause.kind === 'hold' ? markup` <a href="${CONSOLE_PATH}/${organization}/plans">The hold</a>` : undefined;
  const by = cause.kind === 'actor' ? undefined : attributionText(finding);
  const plan = planText(finding);
  const hash = finding.remediation?.planHash;
  const behind = [['finding', id] as const, ...ids, ...(hash === undefined ? [] : [['plan', hash] as const])];
  return markup`<li id="f-${id}" data-severity="${severity}">${isPickable ? markup`<label class="pick"><input type="checkbox" name="finding" value="${id}">${about}</label>` : about}
<p><span class="mark ${severity}">${severity}</span> <span class="mark ${state}">${state === 'waived' ? 'accepted' : state}</span> since ${time(firstSeenMs)}${by === undefined ? undefined : markup`, caused by: ${name(by)}`}${hold}</p>
${plan === undefined ? undefined : markup`<p class="soft">${name(`Plan: ${plan}`)}</p>`}
${waiver === undefined ? undefined : markup`<p>${name(`${waiver.reason}, owner ${waiver.owner}, ticket ${waiver.ticket}`)}, until ${time(waiver.untilMs)}${waiver.acceptedBy === undefined ? undefined : markup`, accepted by ${name(nameOfDecider(waiver.acceptedBy))}`}</p>`}
<details><summary>Ids</summary>${behind.map(([word, value]) => markup`${word} <code>${value}</code> `)}</details></li>`;
}

function renderPaging(
  layout: PageLayout,
  asked: FindingsAsked,
  count: number,
  size: number,
): Markup | undefined {
  const parts = Math.ceil(count / size);
  if (parts < 2) return undefined;
  const link = (part: number, text: string): Markup | undefined =>
    part < 1 || part > parts
      ? undefined
      : markup`<a href="${addressOf(layout, { ...asked, part })}">${text}</a> `;
  return markup`<p>Part ${asked.part} of ${parts}. ${link(asked.part - 1, 'Before')} ${link(asked.part + 1, 'Next')}</p>`;
}

function addressOf({ organization }: PageLayout, asked: FindingsAsked): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(asked))
    if (value !== '' && value !== 1) query.set(key, String(value));
  return `${CONSOLE_PATH}/${organization}/findings?${query.toString()}`;
}

function pageOf<T>(all: readonly T[], part: number, size: number): readonly T[] {
  return all.slice((part - 1) * size, part * size);
}
