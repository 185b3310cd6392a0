import type { SourceState } from '../../access/list-sources';
import { markup, name, time, type Markup } from '../../html/markup';
import { CONSOLE_PATH } from '../frame';

/** Who may speak about the organization, what it may cause, and what of it is not done. */
export function renderSources(organization: string, states: readonly SourceState[]): Markup {
  if (states.length === 0) return markup`<p>The policy names no source for this organization.</p>`;
  return markup`<ul class="list">${states.map((state) => renderSource(organization, state))}</ul>`;
}

function renderSource(organization: string, { source, lastReceivedMs, pending, dead }: SourceState): Markup {
  return markup`<li><h2>${source.feed === 'hr' ? 'HR' : 'Tickets'}: ${name(source.name)}</h2>
<dl><dt>format</dt><dd>${source.format}</dd><dt>may cause</dt><dd>${[...source.may].join(', ')}</dd>
<dt>last heard</dt><dd>${lastReceivedMs === undefined ? 'never' : time(lastReceivedMs)}</dd><dt>on their way</dt><dd>${pending}</dd><dt>dead</dt><dd>${dead}</dd></dl>
${dead === 0 ? undefined : markup`<p><a href="${CONSOLE_PATH}/${organization}/dead-letters">Decide about the dead ones</a></p>`}</li>`;
}
