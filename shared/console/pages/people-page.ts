import type { FoundPersonInSearch, PeopleFound } from '../../access/desk/search-people';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';
import { fitPage } from './fit-page';
import { addressOf, renderTurns } from './links';

export type PeopleAsked = Readonly<{ text: string; skip: number }>;

/** How a person's work stands, in words. */
export const EMPLOYMENT: Readonly<Record<string, string>> = {
  active: 'at work',
  absent: 'away',
  expected: 'has not started yet',
  left: 'has left',
  unknown: 'no HR system has named them',
};

/** Asks for a part of a name or an address. */
export function renderSearch(layout: PageLayout, text: string): Markup {
  return markup`<form method="get" action="${CONSOLE_PATH}/${layout.organization}/people" role="search" aria-label="People">
<label>Part of a name or an address<input name="q" required maxlength="200" value="${text}" autocomplete="off"></label><button>Find</button></form>`;
}

/** Everybody whose name or address has what was asked for in it. */
export function renderFound(layout: PageLayout, { text, skip }: PeopleAsked, found: PeopleFound): Markup {
  const page = fitPage(found.people, { skip, next: found.next }, (person) =>
    renderRow(layout, person, found.isWhole),
  );
  const { rendered, next } = page;
  const when =
    found.takenAtMs === null
      ? undefined
      : markup` Accounts are those that UiPath had ${time(found.takenAtMs)}.`;
  const isWhole = found.isWhole
    ? undefined
    : markup` People whom UiPath does not have are still being read: ask again in some seconds, or for the whole address.`;
  return markup`<p class="soft">Addresses of before are looked through too.${when}${isWhole}</p>
${
  rendered.length === 0
    ? markup`<p role="status">Nobody is known by ${name(text)}.</p>`
    : markup`<table class="stack"><caption>${skip + 1} to ${skip + rendered.length} of ${found.total}</caption>
<thead><tr><th scope="col">Person</th><th scope="col">Work</th><th scope="col">Also known as</th></tr></thead><tbody>${rendered}</tbody></table>`
}${renderTurns(layout, 'people', { q: text }, { skip, next })}`;
}

function renderRow(
  layout: PageLayout,
  { key, name: called, others, employment }: FoundPersonInSearch,
  isWhole: boolean,
): Markup {
  const to = addressOf(layout, 'people', key === undefined ? { email: called } : { person: key });
  const work =
    key === undefined
      ? isWhole
        ? 'only UiPath knows them'
        : 'not known yet'
      : employment === undefined
        ? 'their ledger cannot be read'
        : (EMPLOYMENT[employment] ?? employment);
  return markup`<tr><th scope="row"><a href="${to}">${name(called)}</a></th><td data-label="Work">${work}</td><td data-label="Also known as">${name(others.join(', '))}</td></tr>`;
}
