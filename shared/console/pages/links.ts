import { markup, name, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH, type PageName } from '../path-and-page-names';

type AskedInAddress = Readonly<Record<string, string | undefined>>;

/** The address of a page of the organization, with what is asked of it. */
export function addressOf(
  { organization }: Pick<PageLayout, 'organization'>,
  page: PageName,
  asked: AskedInAddress,
): string {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(asked))
    if (value !== undefined && value !== '') said.set(key, value);
  const query = said.toString();
  return `${CONSOLE_PATH}/${organization}/${page}${query === '' ? '' : `?${query}`}`;
}

/** A name that leads to the page of the person. */
export function personLink(layout: Pick<PageLayout, 'organization'>, email: string): Markup {
  return markup`<a href="${addressOf(layout, 'people', { email })}">${name(email)}</a>`;
}

/** A name that leads to the page of the group. */
export function groupLink(layout: Pick<PageLayout, 'organization'>, group: string): Markup {
  return markup`<a href="${addressOf(layout, 'groups', { group })}">${name(group)}</a>`;
}

/** Who tells of a ticket, and what: `source` undefined where that is not known. */
type ToldTicket = Readonly<{ ticket: string; source?: string | undefined; url?: string | null | undefined }>;

/** The number of a ticket, which opens it where its address is known. */
export function ticketLink(
  layout: Pick<PageLayout, 'ticketUrls'>,
  { ticket, source, url }: ToldTicket,
): Markup {
  const templates = layout.ticketUrls ?? new Map<string, string | undefined>();
  const [only] = templates.values();
  const template = source === undefined && templates.size === 1 ? only : templates.get(source ?? '');
  const to = url ?? template?.replaceAll('{ticket}', encodeURIComponent(ticket));
  return to !== undefined && /^https?:\/\//i.test(to)
    ? markup`<a href="${to}" rel="noreferrer">${name(ticket)}</a>`
    : name(ticket);
}

/** Ways to the other parts of a list that goes on. */
export function renderTurns(
  layout: Pick<PageLayout, 'organization'>,
  page: PageName,
  asked: AskedInAddress,
  { skip, next }: Readonly<{ skip: number; next: number | null }>,
): Markup | undefined {
  if (skip === 0 && next === null) return undefined;
  return markup`<nav aria-label="Turn the page"><ul>
${skip === 0 ? undefined : markup`<li><a href="${addressOf(layout, page, asked)}">First</a></li>`}
${next === null ? undefined : markup`<li><a href="${addressOf(layout, page, { ...asked, skip: String(next) })}">Further</a></li>`}</ul></nav>`;
}
