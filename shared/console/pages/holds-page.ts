import { hasExpired, type Hold } from '../../domain/plan/hold';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';

/** Renders the holds, each with its removals and a form to release it. */
export function renderHolds(layout: PageLayout, holds: readonly Hold[], nowMs: number): Markup {
  if (holds.length === 0) return markup`<p>No removal is held.</p>`;
  const release =
    layout.observed === undefined
      ? 'A release lets exactly these go, in your name; a plan that is not released does nothing.'
      : 'They would be held, and none can be released before the organization is enforced.';
  return markup`<p>These removals are more than the guards let pass. ${release}</p>
${holds.map((hold) => renderHold(layout, hold, nowMs))}`;
}

function renderHold(layout: PageLayout, hold: Hold, nowMs: number): Markup {
  const { hash, guards, removals, heldAtMs, expiresAtMs } = hold;
  const ends = hasExpired(hold, nowMs)
    ? markup`expired ${time(expiresAtMs)}: it is held on when the next run looks at it, and can be released until then as well`
    : markup`expires ${time(expiresAtMs)}`;
  const short = hash.slice(0, 12);
  return markup`<section aria-labelledby="p-${short}"><h2 id="p-${short}">Plan <code>${short}</code>: ${removals.length} removals</h2>
<p>Held since ${time(heldAtMs)}, ${ends}.</p>
<ul>${guards.map(
    (guard) =>
      markup`<li>Guard ${guard.guard} of ${name(guard.scope)}: ${guard.removals} removals of ${guard.whole}</li>`,
  )}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Removals of plan ${short}"><table><caption>Removals</caption>
<thead><tr><th scope="col">Group</th><th scope="col">Directory id</th><th scope="col">Why</th></tr></thead>
<tbody>${removals.map(
    (removal) =>
      markup`<tr><th scope="row">${name(removal.groupName)}</th><td><code>${removal.memberId}</code></td><td>${name(removal.why.join(', '))}</td></tr>`,
  )}</tbody></table></div>
${layout.may.release && layout.observed === undefined ? renderForm(layout, `plans/${hash}`, markup`<button>Release ${removals.length} removals</button>`) : undefined}</section>`;
}
