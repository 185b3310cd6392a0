import { causeOfChangeText } from '../../domain/desk/hold-in-words';
import type { HistoryEntry } from '../../domain/desk/history';
import { markup, name, time, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { groupLink, personLink, ticketLink } from './links';

/** What happened, in one item of a list: when, what, where, why and by whom. `about`: whose history it is not already. */
export function renderEntry(
  layout: Pick<PageLayout, 'organization' | 'ticketUrls'>,
  entry: HistoryEntry,
  { isAbout, more }: Readonly<{ isAbout: boolean; more?: Markup | undefined }>,
): Markup {
  const { atMs, about, words, group, ticket, why, by, outcome } = entry;
  const who = about.includes('@') ? personLink(layout, about) : name(about);
  const because = why.map(causeOfChangeText).join(', ');
  const parts = [
    ...(group === null ? [] : [markup`group ${groupLink(layout, group)}`]),
    ...(ticket === null ? [] : [markup`ticket ${ticketLink(layout, { ticket })}`]),
    ...(outcome === null ? [] : [markup`outcome ${whole(outcome)}`]),
    ...(because === '' ? [] : [whole(because)]),
    ...(by === null ? [] : [whole(by)]),
  ];
  return markup`<li><p>${time(atMs)} <strong>${isAbout ? markup`${who}: ` : undefined}${words}</strong></p>${
    parts.length === 0
      ? undefined
      : markup`<p>${parts.map((part, index) => markup`${index === 0 ? '' : '; '}${part}`)}</p>`
  }${more}</li>`;
}

/** A text from outside that nothing is cut of: what is evidence is told whole. */
export function whole(text: string): Markup {
  return markup`<bdi>${text}</bdi>`;
}
