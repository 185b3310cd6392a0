import type { RequestStatus } from '../../access/desk/read-request-status';
import { markup, name, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

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

/** Where a request stands. */
export function renderRequestStatus(
  layout: PageLayout,
  id: string,
  status: RequestStatus | undefined,
): Markup {
  const back = markup`<p><a href="${CONSOLE_PATH}/${layout.organization}/requests">All requests</a></p>`;
  if (status === undefined)
    return markup`<p role="status">There is no request ${name(id)}, or several sources have one: then choose the source.</p>${back}`;
  const rows = [
    ['state', status.state],
    ['action', status.action],
    ['group', status.group],
    ['refused because', status.refusal],
    [status.refusal === undefined ? 'why' : 'what to do', status.explanation],
    ['from', status.validFrom],
    ['until', status.validUntil],
  ] as const;
  return markup`<h2>Request ${name(status.requestId)}</h2><dl>${rows.map(([word, value]) =>
    value === undefined ? markup`` : markup`<dt>${word}</dt><dd>${name(value)}</dd>`,
  )}</dl>${back}`;
}
