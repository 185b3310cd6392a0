import type { SourceState } from '../../access/list-sources';
import { markup, name, time, type Markup } from '../../html/markup';

const MOST_FAILED = 20;

/** Who may speak about the organization, what it may cause, and what of it is not done. */
export function renderSources(states: readonly SourceState[]): Markup {
  if (states.length === 0) return markup`<p>The policy names no source for this organization.</p>`;
  return markup`<ul class="list">${states.map(renderSource)}</ul>`;
}

function renderSource({ source, lastReceivedMs, pending, failed }: SourceState): Markup {
  return markup`<li><h2>${source.feed === 'hr' ? 'HR' : 'Tickets'}: ${name(source.name)}</h2>
<dl><dt>format</dt><dd>${source.format}</dd><dt>may cause</dt><dd>${[...source.may].join(', ')}</dd>
<dt>last heard</dt><dd>${lastReceivedMs === undefined ? 'never' : time(lastReceivedMs)}</dd><dt>on their way</dt><dd>${pending}</dd><dt>given up</dt><dd>${failed.length}</dd></dl>
${failed.length === 0 ? undefined : markup`<p>Mend the cause, and have the sender send these again under a new id:</p><ul>${failed.slice(0, MOST_FAILED).map((id) => markup`<li><code>${id}</code></li>`)}</ul>`}</li>`;
}
