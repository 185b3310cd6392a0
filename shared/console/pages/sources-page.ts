import type { SourceState } from '../../access/desk/list-sources';
import { markup, name, time, type Markup } from '../../html/markup';
import { CONSOLE_PATH } from '../path-and-page-names';

/** Renders the sources of an organization as a table, silent and failing ones first: proof of origin, allowed acts, heartbeat, deliveries. */
export function renderSources(organization: string, states: readonly SourceState[]): Markup {
  if (states.length === 0) return markup`<p>The policy names no source for this organization.</p>`;
  const heads = ['Source', 'Last heard', 'Heartbeat', 'On their way', 'Dead', 'Proof of origin', 'May cause'];
  return markup`<table class="stack"><caption>${states.length} sources, silent and failing first</caption>
<thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${states.toSorted((a, b) => rankOf(a) - rankOf(b)).map((state) => renderSource(organization, state))}</tbody></table>`;
}

function rankOf({ unreadable, heartbeat, dead }: SourceState): number {
  return unreadable !== undefined ? 0 : heartbeat === 'silent' ? 1 : dead > 0 ? 2 : 3;
}

const proofs: Readonly<Record<NonNullable<SourceState['proof']>, string>> = {
  signature: 'signature',
  identity: 'identity of Microsoft Entra',
  'token-and-look-up': 'token, and its record is read at the source',
  token: 'token only',
};

function renderSource(organization: string, state: SourceState): Markup {
  const { source, proof, unreadable, lastReceivedMs, pending, dead } = state;
  const cells: ReadonlyArray<readonly [string, Markup | string]> =
    unreadable === undefined
      ? [
          ['Last heard', lastReceivedMs === undefined ? 'never' : time(lastReceivedMs)],
          ['Heartbeat', markup`${renderHeartbeat(state)}${renderIgnored(state)}`],
          ['On their way', String(pending)],
          [
            'Dead',
            dead === 0
              ? '0'
              : markup`<a href="${CONSOLE_PATH}/${organization}/dead-letters">${dead}: decide</a>`,
          ],
        ]
      : [
          [
            'Last heard',
            markup`<span class="mark red">${unreadable}</span> Nothing of this source can be read now.`,
          ],
          ['Heartbeat', ''],
          ['On their way', ''],
          ['Dead', ''],
        ];
  return markup`<tr><th scope="row">${source.feed === 'hr' ? 'HR' : 'Tickets'}: ${name(source.name)} <span class="soft">${source.format}</span></th>
${cells.map(([label, value]) => markup`<td data-label="${label}">${value}</td>`)}
<td data-label="Proof of origin">${proof === undefined ? 'unknown' : proofs[proof]}</td><td data-label="May cause">${[...source.may].join(', ')}</td></tr>`;
}

function renderIgnored({ ignoredToday, ignoredThisWeek, reusedThisWeek }: SourceState): Markup | undefined {
  const reused = reusedThisWeek === 0 ? '' : `; ${reusedThisWeek} ids with two contents in seven days`;
  return ignoredThisWeek + reusedThisWeek === 0
    ? undefined
    : markup`<br><span class="soft">${ignoredToday} asked for nothing today, ${ignoredThisWeek} in seven days${reused}</span>`;
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
