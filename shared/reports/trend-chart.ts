import { SEVERITIES } from '../domain/audit/check-catalog-entry';
import { openCount, type AuditSummary } from '../domain/audit/audit-summary';
import { markup, time, type Markup } from '../html/markup';

const WIDTH = 600;
const HEIGHT = 180;
const BASE = 150;
const TOP = 14;
const LEFT = 36;

/** What was open in each night, oldest first: a picture, and the same as a table. */
export function renderTrend(nights: readonly AuditSummary[]): Markup {
  if (nights.length < 2)
    return markup`<p class="soft">There is one night so far: a trend begins with the second.</p>`;
  const most = Math.max(1, ...nights.map(openCount));
  const step = (WIDTH - LEFT) / nights.length;
  const [first, last] = [nights[0], nights.at(-1)];
  const summary = `Open findings over ${nights.length} nights: ${openCountOf(first)} in the first, ${openCountOf(last)} in the last, ${most} at most.`;
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">
      <line x1="${LEFT}" y1="${BASE}" x2="${WIDTH}" y2="${BASE}" />
      <line x1="${LEFT}" y1="${TOP}" x2="${WIDTH}" y2="${TOP}" />
      <text x="${LEFT - 6}" y="${BASE + 4}" text-anchor="end">0</text>
      <text x="${LEFT - 6}" y="${TOP + 4}" text-anchor="end">${most}</text>
      ${nights.map((night, index) => renderBar(night, LEFT + index * step, step, most))}
      <text x="${LEFT}" y="${HEIGHT - 12}">${dayOf(first)}</text>
      <text x="${WIDTH}" y="${HEIGHT - 12}" text-anchor="end">${dayOf(last)}</text>
    </svg>
    <p class="legend">
      ${SEVERITIES.map((severity) => markup`<span class="${severity}">■ ${severity}</span> `)}
    </p>
    <details>
      <summary>The same as a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Open findings per night">
        <table>
          <caption>
            Open findings per night
          </caption>
          <thead>
            <tr>
              <th scope="col">Night</th>
              <th scope="col">Result</th>
              ${SEVERITIES.map((severity) => markup`<th scope="col">${severity}</th>`)}
              <th scope="col">waived</th>
              <th scope="col">unknown parts</th>
            </tr>
          </thead>
          <tbody>
            ${nights.map(renderRow)}
          </tbody>
        </table>
      </div>
    </details>`;
}

/** What is open by severity, in one bar; nothing where nothing is. */
export function renderSeverityBar(open: AuditSummary['open']): Markup | undefined {
  const whole = SEVERITIES.reduce((sum, severity) => sum + open[severity], 0);
  if (whole === 0) return undefined;
  const label = SEVERITIES.map((severity) => `${open[severity]} ${severity}`).join(', ');
  let x = 0;
  const parts = SEVERITIES.map((severity) => {
    const width = (open[severity] / whole) * WIDTH;
    x += width;
    return width === 0
      ? markup``
      : markup`<rect class="${severity}" x="${(x - width).toFixed(1)}" y="0" width="${width.toFixed(1)}" height="16" />`;
  });
  return markup`<svg viewBox="0 0 ${WIDTH} 16" role="img" aria-label="Open: ${label}">${parts}</svg>`;
}

function renderBar(night: AuditSummary, x: number, step: number, most: number): Markup {
  let y = BASE;
  const width = Math.max(1, step * 0.7).toFixed(1);
  const parts = SEVERITIES.map((severity) => {
    const height = (night.open[severity] / most) * (BASE - TOP);
    y -= height;
    return height === 0
      ? markup``
      : markup`<rect
          class="${severity}"
          x="${x.toFixed(1)}"
          y="${y.toFixed(1)}"
          width="${width}"
          height="${height.toFixed(1)}"
        />`;
  });
  return markup`<g><title>${night.night}: ${openCount(night)} open</title>${parts}</g>`;
}

function renderRow(night: AuditSummary): Markup {
  return markup`<tr>
    <th scope="row">${time(night.takenAtMs)}</th>
    <td>${night.result}</td>
    ${SEVERITIES.map((severity) => markup`<td>${night.open[severity]}</td>`)}
    <td>${night.waived}</td>
    <td>${night.unknown}</td>
  </tr>`;
}

function openCountOf(night: AuditSummary | undefined): number {
  return night === undefined ? 0 : openCount(night);
}

function dayOf(night: AuditSummary | undefined): string {
  return night === undefined ? '' : new Date(night.takenAtMs).toISOString().slice(0, 10);
}
