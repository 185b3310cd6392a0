import { nameOfDecider } from '../../domain/decider';
import type { FirstDecision } from '../../domain/first-decision';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

/** Hundreds of findings may be accepted at once, and the page has more to show. */
const MOST_SHOWN = 10;

/** What waits on this page for a second person, each with a form that decides exactly the same. */
export function renderFirstDecisions(
  layout: PageLayout,
  decisions: readonly FirstDecision[],
  nowMs: number,
): Markup | undefined {
  const waiting = decisions.filter(({ page, untilMs }) => page === layout.page && untilMs > nowMs);
  if (waiting.length === 0) return undefined;
  const shown = waiting.toSorted((a, b) => a.untilMs - b.untilMs).slice(0, MOST_SHOWN);
  const more = waiting.length - shown.length;
  const rest =
    more === 0
      ? undefined
      : markup`<p>and ${more} more, which wait longer: whoever chooses the same on this page, and says the same of it, decides them too.</p>`;
  return markup`<h2>Waits for a second person</h2>
<ul class="list">${shown.map((one) => renderOne(layout, one))}</ul>${rest}`;
}

function renderOne(layout: PageLayout, { page, about, fields, by, atMs, untilMs }: FirstDecision): Markup {
  const isPermitted = page === 'plans' || page === 'proposed-plans' ? layout.may.release : layout.may.operate;
  const said = Object.entries(fields);
  return markup`<li><p>${name(nameOfDecider(by))} decided at ${time(atMs)} about ${renderAbout(layout, page, about)}, and somebody else has to decide the same until ${time(untilMs)}.</p>
<dl>${said.map(([key, value]) => markup`<dt>${key}</dt><dd>${name(value)}</dd>`)}</dl>
${
  isPermitted
    ? renderForm(
        layout,
        `${page}/${encodeURIComponent(about)}`,
        markup`${said.map(([key, value]) => markup`<input type="hidden" name="${key}" value="${value}">`)}<button>Decide the same</button>`,
      )
    : undefined
}</li>`;
}

function renderAbout({ organization }: PageLayout, page: string, about: string): Markup {
  if (page === 'proposed-plans')
    return markup`<a href="${CONSOLE_PATH}/${organization}/proposed-plans?plan=${encodeURIComponent(about)}">a plan</a>`;
  return markup`${page === 'plans' ? 'a hold' : 'a finding'} <code>${about.slice(0, 12)}</code>`;
}
