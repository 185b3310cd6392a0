import type { ListedRequest, RequestPage } from '../../access/desk/list-requests';
import type { RequestListQuery } from '../../access/desk/parse-request-list-query';
import { REQUEST_STATES } from '../../domain/ledger/request-progress';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';
import { addressOf, groupLink, personLink, ticketLink } from './links';
import { renderPeople } from './reasons';
import { whole } from './timeline';

/** The latest requests, or those that were asked for. */
export function renderRequestList(
  layout: PageLayout,
  query: RequestListQuery,
  { requests, next }: RequestPage,
  days: number,
): Markup {
  return markup`<h2>Requests of the last ${days} days</h2>
<form method="get" action="${CONSOLE_PATH}/${layout.organization}/requests" role="search" aria-label="The list">
<label>State<select name="state"><option value="">any</option>${Object.keys(REQUEST_STATES).map(
    (state) => markup`<option${state === query.state ? markup` selected` : undefined}>${state}</option>`,
  )}</select></label>
<label>Part of a person's address, of a group or a rule<input name="text" value="${query.text}" maxlength="200" autocomplete="off"></label><button>Show</button></form>
${requests.length === 0 ? renderNone(next) : renderTable(layout, requests)}
${renderPagination(layout, query, next)}`;
}

function renderNone(next: string | undefined): Markup {
  return markup`<p role="status">${next === undefined ? 'There is none.' : 'There is none among those looked at so far; older ones may be.'}</p>`;
}

function renderTable(layout: PageLayout, requests: readonly ListedRequest[]): Markup {
  return markup`<table class="stack"><caption>Newest first</caption>
${requestColumns()}<tbody>${requests.map((request) => renderRequestRow(layout, request))}</tbody></table>
<details><summary>What the states mean</summary><dl>${Object.entries(REQUEST_STATES).map(
    ([state, meaning]) => markup`<dt>${state}</dt><dd>${meaning}</dd>`,
  )}</dl></details>`;
}

/** The head of a table of requests. */
export function requestColumns(): Markup {
  return markup`<thead><tr>${[
    'Request',
    'Where it stands',
    'For',
    'What',
    'Asked and approved by',
    'Came',
  ].map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>`;
}

/** A request as a row: where it stands in words, for whom, and who decided. */
export function renderRequestRow(layout: PageLayout, request: ListedRequest): Markup {
  const { requestId, source, receivedAt, state, words, action, group, validUntil, ticket, ticketUrl } =
    request;
  const status = addressOf(layout, 'requests', { id: requestId, source });
  const by = renderPeople(layout, request.requester === undefined ? [] : [request.requester]);
  const approved = renderPeople(layout, request.approvers);
  return markup`<tr><th scope="row"><a href="${status}">${name(requestId)}</a>${
    ticket === undefined || ticket === requestId
      ? undefined
      : markup`, ticket ${ticketLink(layout, { ticket, source, url: ticketUrl })}`
  }</th>
<td data-label="Stands">${words.startsWith(state) ? undefined : markup`${state}: `}${whole(words)}</td><td data-label="For">${renderSubject(layout, request)}</td>
<td data-label="What">${action.replaceAll('-', ' ')}${group === undefined ? undefined : markup` ${groupLink(layout, group)}`}${validUntil === undefined ? undefined : markup` until ${time(Date.parse(validUntil))}`}</td>
<td data-label="By">${by.length === 0 ? undefined : by}${approved.length === 0 ? undefined : markup`; approved by ${approved}`}</td><td data-label="Came">${time(Date.parse(receivedAt))}</td></tr>`;
}

function renderSubject(layout: PageLayout, { person, name: named }: ListedRequest): Markup {
  return person === undefined ? name(named ?? 'unknown') : personLink(layout, person);
}

function renderPagination(
  layout: PageLayout,
  { state, text, cursor }: RequestListQuery,
  next: string | undefined,
): Markup | undefined {
  if (next === undefined && cursor === undefined) return undefined;
  const to = (from: string | undefined): string =>
    addressOf(layout, 'requests', { state, text, cursor: from });
  return markup`<nav aria-label="Turn the page"><ul>
${cursor === undefined ? undefined : markup`<li><a href="${to(undefined)}">Newest</a></li>`}
${next === undefined ? undefined : markup`<li><a href="${to(next)}">Older</a></li>`}</ul></nav>`;
}
