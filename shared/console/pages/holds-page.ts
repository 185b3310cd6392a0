import type { NamedHold } from '../../access/desk/read-hold-with-names';
import { groupNamesOf, guardText, removalText } from '../../domain/desk/hold-in-words';
import { countOf } from '../../domain/desk/organization-status';
import { hasExpired } from '../../domain/plan/hold';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';

/** Renders the holds, each with whom it would remove from which group, and a form to release it. */
export function renderHolds(layout: PageLayout, holds: readonly NamedHold[], nowMs: number): Markup {
  if (holds.length === 0) return markup`<p>No removal is held.</p>`;
  const release =
    layout.observed === undefined
      ? 'A release lets exactly these go, in your name; a plan that is not released does nothing.'
      : 'They would be held, and none can be released before the organization is enforced.';
  return markup`<p>These removals are more than the guards let pass. ${release}</p>
${holds.map((hold) => renderHold(layout, hold, nowMs))}`;
}

function renderHold(layout: PageLayout, hold: NamedHold, nowMs: number): Markup {
  const { hash, guards, removals, heldAtMs, expiresAtMs } = hold;
  const ends = hasExpired({ expiresAtMs }, nowMs)
    ? markup`expired ${time(expiresAtMs)}: it is held on when the next run looks at it, and can be released until then as well`
    : markup`expires ${time(expiresAtMs)}`;
  const short = hash.slice(0, 12);
  const people = countOf(new Set(removals.map(({ personKey }) => personKey)).size, 'person', 'people');
  const groups = new Set(removals.map(({ groupId }) => groupId)).size;
  const nameOf = groupNamesOf(removals);
  const button = markup`<button class="danger">Release ${countOf(removals.length, 'removal')}</button>`;
  return markup`<section aria-labelledby="p-${short}"><h2 id="p-${short}">Remove ${people} from ${groups === 1 ? name(removals[0]?.groupName ?? '') : countOf(groups, 'group')}</h2>
<p>Held since ${time(heldAtMs)}, ${ends}.</p>
<ul>${guards.map((guard) => markup`<li>${name(guardText(guard, nameOf))}</li>`)}</ul>
<table class="stack"><caption>${countOf(removals.length, 'removal')}</caption>
<thead><tr><th scope="col">Person</th><th scope="col">Group</th><th scope="col">Why</th></tr></thead>
<tbody>${removals.map(
    (removal) =>
      markup`<tr><th scope="row">${renderPerson(removal)}</th><td data-label="Group">${name(removal.groupName)}</td><td data-label="Why">${name(removalText(removal))}</td></tr>`,
  )}</tbody></table>
<details><summary>Ids of this plan</summary><p>Plan <code>${hash}</code></p><ul>${removals.map(
    (removal) =>
      markup`<li>${renderPerson(removal)} in ${name(removal.groupName)}: directory id <code>${removal.memberId}</code></li>`,
  )}</ul></details>
${layout.may.release && layout.observed === undefined ? renderForm(layout, `plans/${hash}`, button) : undefined}</section>`;
}

function renderPerson({ person }: NamedHold['removals'][number]): Markup {
  return person === null ? markup`<span class="soft">somebody without a known address</span>` : name(person);
}
