import type { RequestStatus } from '../../access/request-status';
import { markup, name, type Markup } from '../../html/markup';
import { CONSOLE_PATH, type Frame } from '../frame';

/** Asks for the id of a request, and shows where it stands. */
export function renderRequests(
  frame: Frame,
  asked: Readonly<{ id: string; source: string }>,
  found: RequestStatus | undefined,
  sources: readonly string[],
): Markup {
  const answer =
    asked.id === ''
      ? undefined
      : found === undefined
        ? markup`<p role="status">There is no request ${name(asked.id)}, or several sources have one: then choose the source.</p>`
        : renderStatus(found);
  return markup`<form method="get" action="${CONSOLE_PATH}/${frame.organization}/requests" role="search">
<label>Id in the ticket system<input name="id" required value="${asked.id}" autocomplete="off"></label>
<label>Source<select name="source"><option value="">any</option>${sources.map(
    (source) => markup`<option${source === asked.source ? markup` selected` : undefined}>${source}</option>`,
  )}</select></label><button>Where does it stand?</button></form>${answer}`;
}

function renderStatus(status: RequestStatus): Markup {
  const rows = [
    ['state', status.state],
    ['action', status.action],
    ['group', status.group],
    ['refused because', status.refusal],
    ['from', status.validFrom],
    ['until', status.validUntil],
  ] as const;
  return markup`<h2>Request ${name(status.requestId)}</h2><dl>${rows.map(([word, value]) =>
    value === undefined ? markup`` : markup`<dt>${word}</dt><dd>${name(value)}</dd>`,
  )}</dl>`;
}
