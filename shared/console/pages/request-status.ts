import type { ListedRequest } from '../../access/desk/list-requests';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { addressOf, groupLink, personLink, ticketLink } from './links';
import { CONSOLE_PATH } from '../path-and-page-names';
import { renderPeople } from './reasons';
import { whole } from './timeline';

/** Asks for the id of a request. */
export function renderRequestLookUp(
  layout: PageLayout,
  asked: Readonly<{ id: string; source: string }>,
  sources: readonly string[],
): Markup {
  return markup`<form method="get" action="${CONSOLE_PATH}/${layout.organization}/requests" role="search" aria-label="One request">
<label>Id in the ticket system<input name="id" required value="${asked.id}" autocomplete="off"></label>
<label>Source<select name="source"><option value="">any</option>${sources.map(
    (source) => markup`<option${source === asked.source ? markup` selected` : undefined}>${source}</option>`,
  )}</select></label><button>Where does it stand?</button></form>`;
}

/** Where a request stands, who asked for it and who approved. */
export function renderRequestStatus(
  layout: PageLayout,
  id: string,
  status: ListedRequest | undefined,
): Markup {
  const back = markup`<p><a href="${addressOf(layout, 'requests', {})}">All requests</a></p>`;
  if (status === undefined)
    return markup`<p role="status">There is no request ${name(id)}, or several sources have one: then choose the source.</p>${back}`;
  const { requestId, source, words, action, group, person, requester, approvers, ticket, explanation } =
    status;
  const who = person ?? status.name;
  const rows: ReadonlyArray<readonly [string, Markup | undefined]> = [
    ['where it stands', markup`<strong>${status.state}</strong>: ${whole(words)}`],
    [
      status.refusal === undefined ? 'why' : 'what to do',
      explanation === undefined ? undefined : whole(explanation),
    ],
    ['what', markup`${action.replaceAll('-', ' ')}`],
    ['group', group === undefined ? undefined : groupLink(layout, group)],
    ['for', who === undefined ? undefined : person === undefined ? name(who) : personLink(layout, who)],
    ['asked for by', requester === undefined ? undefined : markup`${renderPeople(layout, [requester])}`],
    ['approved by', approvers.length === 0 ? undefined : markup`${renderPeople(layout, approvers)}`],
    [
      'ticket',
      ticket === undefined ? undefined : ticketLink(layout, { ticket, source, url: status.ticketUrl }),
    ],
    ['source', name(source)],
    ['came', time(Date.parse(status.receivedAt))],
    ['from', status.validFrom === undefined ? undefined : time(Date.parse(status.validFrom))],
    ['until', status.validUntil === undefined ? undefined : time(Date.parse(status.validUntil))],
  ];
  return markup`<h2>Request ${name(requestId)}</h2><dl>${rows.map(([word, value]) =>
    value === undefined ? markup`` : markup`<dt>${word}</dt><dd>${value}</dd>`,
  )}</dl>${back}`;
}
