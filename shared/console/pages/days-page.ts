import type { ChangeOfDay, DayShown } from '../../access/desk/read-day';
import { openCount } from '../../domain/audit/audit-summary';
import type { HistoryEntry } from '../../domain/desk/history';
import { countOf } from '../../domain/desk/organization-status';
import type { LocalDate } from '../../domain/ledger/worker-event';
import { addDays } from '../../domain/local-date';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';
import { fitPage } from './fit-page';
import { addressOf, groupLink, personLink, renderTurns } from './links';
import { renderRequestRow, requestColumns } from './request-list';
import { renderEntry } from './timeline';

const LONGEST = { decisions: 18_000, requests: 18_000, others: 10_000, changes: 25_000 } as const;

/** What the app did on a day, and who decided what. */
export function renderDay(layout: PageLayout, shown: DayShown, today: LocalDate, skip: number): Markup {
  const { day, nights } = shown;
  const to = (other: LocalDate): string => addressOf(layout, 'days', { day: other });
  const toEntry = (entry: HistoryEntry): Markup => renderEntry(layout, entry, { isAbout: false });
  const decisions = fit(shown.decisions, toEntry, LONGEST.decisions);
  const requests = fit(shown.requests, (one) => renderRequestRow(layout, one), LONGEST.requests);
  const others = fit(shown.others, toEntry, LONGEST.others);
  const isWhole =
    shown.isWhole &&
    decisions.length === shown.decisions.length &&
    requests.length === shown.requests.length &&
    others.length === shown.others.length;
  return markup`<form method="get" action="${CONSOLE_PATH}/${layout.organization}/days" role="search" aria-label="A day">
<label>Day<input type="date" name="day" required value="${day}" max="${today}"></label><button>Show</button></form>
<nav aria-label="Other days"><ul><li><a href="${to(addDays(day, -1))}">The day before</a></li>${day < today ? markup`<li><a href="${to(addDays(day, 1))}">The day after</a></li>` : undefined}</ul></nav>
<h2>${day}</h2>${isWhole ? undefined : markup`<p class="soft">There was more on this day than is told here: <code>access history ${day}</code> looks through all evidence.</p>`}
<h3>Decided</h3>${decisions.length === 0 ? markup`<p>${shown.areRecordsWhole ? 'Nobody decided anything.' : 'There were so many records that no decision is among those that are told.'}</p>` : markup`<ol class="timeline">${decisions}</ol>`}
<h3>Changed in UiPath</h3>${renderChanges(layout, shown, skip)}
<h3>Requests</h3>${renderRequests(shown, requests)}
<h3>Audits and the rest</h3>${nights.length === 0 && others.length === 0 ? markup`<p>Nothing else.</p>` : undefined}
${
  nights.length === 0
    ? undefined
    : markup`<ul>${nights.map(
        (night) =>
          markup`<li>Audit of ${time(night.takenAtMs)}: <span class="mark ${night.result}">${night.result}</span> ${countOf(openCount(night), 'open finding')}, <a href="${CONSOLE_PATH}/${layout.organization}/report/${night.night}">report</a></li>`,
      )}</ul>`
}
${others.length === 0 ? undefined : markup`<ol class="timeline">${others}</ol>`}`;
}

/** The first of a list that stands on one page only. */
function fit<T>(items: readonly T[], render: (item: T) => Markup, longest: number): readonly Markup[] {
  return fitPage(items, { skip: 0, next: null }, render, longest).rendered;
}

function renderRequests(
  { day, areRequestsKnown }: Pick<DayShown, 'day' | 'areRequestsKnown'>,
  rows: readonly Markup[],
): Markup {
  const gone = areRequestsKnown
    ? undefined
    : markup`<p>The list of requests does not go back so far. The evidence has them: <code>access history ${day}</code></p>`;
  if (rows.length > 0)
    return markup`${gone}<table class="stack"><caption>Newest first</caption>${requestColumns()}<tbody>${rows}</tbody></table>`;
  return gone ?? markup`<p>None came.</p>`;
}

function renderChanges(
  layout: PageLayout,
  { day, changes, changeCount, next, isSentKnown }: DayShown,
  skip: number,
): Markup {
  if (!isSentKnown)
    return markup`<p>What was sent on this day is no longer noted. The evidence has it: <code>access history ${day}</code></p>`;
  const page = fitPage(changes, { skip, next }, (change) => renderChange(layout, change), LONGEST.changes);
  if (page.rendered.length === 0) return markup`<p>Nothing was sent to UiPath.</p>`;
  return markup`<p class="soft">${skip + 1} to ${skip + page.rendered.length} of ${countOf(changeCount, 'call')}, newest first.</p>
<ul class="list">${page.rendered}</ul>${renderTurns(layout, 'days', { day }, { skip, next: page.next })}`;
}

function renderChange(
  layout: PageLayout,
  { atMs, thing, act, name: called, added, removed }: ChangeOfDay,
): Markup {
  const what =
    thing === 'group'
      ? called === undefined
        ? markup`a group without a known name`
        : groupLink(layout, called)
      : markup`${thing === 'rule' ? 'rule' : 'access policy'}${called === undefined ? undefined : markup` ${name(called)}`} ${act}`;
  const isOfPeople = thing === 'group';
  return markup`<li><p>${time(atMs)} <strong>${what}</strong></p>${
    isOfPeople
      ? markup`${renderMembers(layout, 'put in', added)}${renderMembers(layout, 'taken out', removed)}`
      : undefined
  }</li>`;
}

function renderMembers(layout: PageLayout, words: string, members: ChangeOfDay['added']): Markup | undefined {
  if (members.length === 0) return undefined;
  const known = members.flatMap(({ name: called }) => (called === undefined ? [] : [called]));
  const unknown = members.length - known.length;
  return markup`<p>${words}: ${known.map((one, index) => markup`${index === 0 ? '' : ', '}${personLink(layout, one)}`)}${
    unknown === 0
      ? undefined
      : `${known.length === 0 ? '' : ' and '}${countOf(unknown, 'other')} without a known name`
  }</p>`;
}
