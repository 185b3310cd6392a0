import type { SourceState } from '../../access/desk/list-sources';
import { markup, name, time, type Markup } from '../../html/markup';
import { CONSOLE_PATH } from '../path-and-page-names';

/** Renders the sources of an organization: proof of origin, allowed acts, heartbeat, pending and dead deliveries. */
export function renderSources(organization: string, states: readonly SourceState[]): Markup {
  if (states.length === 0) return markup`<p>The policy names no source for this organization.</p>`;
  return markup`<ul class="list">${states.map((state) => renderSource(organization, state))}</ul>`;
}

const proofs: Readonly<Record<NonNullable<SourceState['proof']>, string>> = {
  signature: 'signature',
  identity: 'identity of Microsoft Entra',
  'token-and-look-up': 'token, and its record is read at the source',
  token: 'token only',
};

function renderSource(organization: string, state: SourceState): Markup {
  const { source, proof, unreadable } = state;
  return markup`<li><h2>${source.feed === 'hr' ? 'HR' : 'Tickets'}: ${name(source.name)}</h2>
<dl><dt>format</dt><dd>${source.format}</dd><dt>proof of origin</dt><dd>${proof === undefined ? 'unknown' : proofs[proof]}</dd><dt>may cause</dt><dd>${[...source.may].join(', ')}</dd></dl>
${unreadable === undefined ? renderActivity(organization, state) : markup`<p><span class="mark red">${unreadable}</span> Nothing of this source can be read now.</p>`}</li>`;
}

function renderActivity(organization: string, state: SourceState): Markup {
  const { lastReceivedMs, ignoredToday, ignoredThisWeek, reusedThisWeek, pending, dead } = state;
  return markup`<dl><dt>last heard</dt><dd>${lastReceivedMs === undefined ? 'never' : time(lastReceivedMs)}</dd><dt>heartbeat</dt><dd>${renderHeartbeat(state)}</dd>
<dt>asked for nothing</dt><dd>${ignoredToday} today, ${ignoredThisWeek} in seven days</dd>${reusedThisWeek === 0 ? undefined : markup`<dt>ids with two contents</dt><dd>${reusedThisWeek} in seven days</dd>`}<dt>on their way</dt><dd>${pending}</dd><dt>dead</dt><dd>${dead}</dd></dl>
${dead === 0 ? undefined : markup`<p><a href="${CONSOLE_PATH}/${organization}/dead-letters">Decide about the dead ones</a></p>`}`;
}

function renderHeartbeat({ heartbeat, source: { heartbeatHours = 0 } }: SourceState): Markup {
  switch (heartbeat) {
    case 'not-watched':
      return markup`not watched`;
    case 'in-time':
      return markup`in time, due every ${heartbeatHours} hours`;
    case 'awaited':
      return markup`awaited, due within ${heartbeatHours} hours`;
    case 'silent':
      return markup`<span class="mark red">silent</span> for more than ${heartbeatHours} hours`;
  }
}
