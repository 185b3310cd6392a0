import type { ListedRequest, RequestPage } from '../../access/desk/list-requests';
import type { RequestListQuery } from '../../access/desk/parse-request-list-query';
import { REQUEST_STATES } from '../../domain/ledger/request-progress';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

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

function renderTable({ organization }: PageLayout, requests: readonly ListedRequest[]): Markup {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="List of requests"><table><caption>Newest first</caption>
<thead><tr><th scope="col">Request</th><th scope="col">State</th><th scope="col">For</th><th scope="col">Action</th><th scope="col">Group</th><th scope="col">Received</th><th scope="col">Until</th></tr></thead>
<tbody>${requests.map((request) => renderRow(organization, request))}</tbody></table></div>
<details><summary>What the states mean</summary><dl>${Object.entries(REQUEST_STATES).map(
    ([state, meaning]) => markup`<dt>${state}</dt><dd>${meaning}</dd>`,
  )}</dl></details>`;
}

function renderRow(organization: string, request: ListedRequest): Markup {
  const { requestId, source, receivedAt, state, refusal, action, group, validUntil } = request;
  const status = new URLSearchParams({ id: requestId, source }).toString();
  return markup`<tr><th scope="row"><a href="${CONSOLE_PATH}/${organization}/requests?${status}">${name(requestId)}</a></th>
<td>${state}${refusal === undefined ? undefined : markup`: ${refusal}`}</td><td>${renderSubject(organization, request)}</td>
<td>${action}</td><td>${group === undefined ? undefined : name(group)}</td><td>${time(Date.parse(receivedAt))}</td><td>${validUntil === undefined ? undefined : time(Date.parse(validUntil))}</td></tr>`;
}

function renderSubject(organization: string, { person, name: named }: ListedRequest): Markup {
  if (person === undefined) return name(named ?? 'unknown');
  const asked = new URLSearchParams({ email: person }).toString();
  return markup`<a href="${CONSOLE_PATH}/${organization}/people?${asked}">${name(person)}</a>`;
}

function renderPagination(
  { organization }: PageLayout,
  { state, text, cursor }: RequestListQuery,
  next: string | undefined,
): Markup | undefined {
  if (next === undefined && cursor === undefined) return undefined;
  const to = (from: Readonly<Record<string, string>>): string =>
    `${CONSOLE_PATH}/${organization}/requests?${new URLSearchParams({ state: state ?? '', text, ...from }).toString()}`;
  return markup`<nav aria-label="Turn the page"><ul>
${cursor === undefined ? undefined : markup`<li><a href="${to({})}">Newest</a></li>`}
${next === undefined ? undefined : markup`<li><a href="${to({ cursor: next })}">Older</a></li>`}</ul></nav>`;
}
