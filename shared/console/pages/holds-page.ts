import type { NamedHold } from '../../access/desk/read-hold-with-names';
import { nameOfDecider } from '../../domain/decider';
import { groupNamesOf, guardText, removalText } from '../../domain/desk/hold-in-words';
import { countOf } from '../../domain/desk/organization-status';
import { hasExpired } from '../../domain/plan/hold';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { renderReason } from './proposed-plans-page';

/** Renders the holds, each with whom it would remove from which group, and a form to release it. */
export function renderHolds(layout: PageLayout, holds: readonly NamedHold[], nowMs: number): Markup {
  if (holds.length === 0) return markup`<p>No removal is held.</p>`;
  const release =
    layout.observed === undefined
      ? 'A release lets exactly these go, in your name; a plan that is not released does nothing.'
      : 'They would be held, and none can be released before the organization is enforced.';
  const waiting = holds.filter(({ declined }) => declined === undefined);
  const declined = holds.filter((hold) => !waiting.includes(hold));
  return markup`<p>These removals are more than the guards let pass. ${release}</p>
${waiting.map((hold) => renderHold(layout, hold, nowMs))}
${
  declined.length === 0
    ? undefined
    : markup`<details><summary>Declined, and held until their source says otherwise (${declined.length})</summary>${declined.map((hold) => renderHold(layout, hold, nowMs))}</details>`
}`;
}

function renderHold(layout: PageLayout, hold: NamedHold, nowMs: number): Markup {
  const { hash, guards, removals, heldAtMs, expiresAtMs, declined } = hold;
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
${declined === undefined ? undefined : markup`<p class="alert">Declined by ${name(nameOfDecider(declined.by))}, ${time(declined.atMs)}: ${declined.reason}</p>`}
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
${layout.may.release && layout.observed === undefined ? renderForm(layout, `plans/${hash}`, button) : undefined}
${layout.may.release && layout.observed === undefined && declined === undefined ? renderDecline(layout, hash) : undefined}</section>`;
}

function renderDecline(layout: PageLayout, hash: string): Markup {
  const form = renderForm(
    layout,
    `plans/${hash}`,
    markup`<input type="hidden" name="decision" value="decline">${renderReason()}<button class="quiet">Do not release it</button>`,
  );
  return markup`<details><summary>Decline</summary><p>It is recorded in your name and waits here no more. The removals stay held until their source says otherwise, and whoever may can release them still.</p>${form}</details>`;
}

function renderPerson({ person }: NamedHold['removals'][number]): Markup {
  return person === null ? markup`<span class="soft">somebody without a known address</span>` : name(person);
}
