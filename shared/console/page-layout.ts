import type { Observed } from '../access/ledger/organization/observed-organization';
import type { PauseShown } from '../domain/pause';
import { renderObserved, renderPaused } from '../reports/report-page';
import { markup, name, type Markup } from '../html/markup';
import { PRODUCT_TITLE } from '../reports/product-name';
import { renderPage } from '../html/html-document';
import { CONSOLE_PATH, isPage, PAGES, type PageName } from './path-and-page-names';
import type { Permissions, Visitor } from './visitor-permissions';

const SIGN_OUT_PATH = `${CONSOLE_PATH}-session/end`;

/** What waits for a decision stands first; all others are for looking things up. */
const PAGES_TO_DECIDE: readonly PageName[] = ['today', 'findings', 'plans', 'proposed-plans', 'dead-letters'];
const PAGES_TOGETHER: readonly (readonly PageName[])[] = [
  PAGES_TO_DECIDE,
  Object.keys(PAGES)
    .filter(isPage)
    .filter((page) => !PAGES_TO_DECIDE.includes(page)),
];

/** The context of every page of an organization. */
export type PageLayout = Readonly<{
  visitor: Visitor;
  /** Aliases that the visitor may look at. */
  organizations: readonly string[];
  organization: string;
  page: PageName;
  may: Permissions;
  /** The organization is in observe; undefined: it is enforced. */
  observed: Observed | undefined;
  /** Somebody paused it; left out: nobody did. */
  paused?: PauseShown;
  /** Aliases of all organizations in which the visitor may retry and close. */
  operatesIn: readonly string[];
  token: string;
  /** Of the organization. */
  timeZone: string;
  /**
   * Where tickets are opened that name no address, with `{ticket}` in place of the number, by the name of their source: of every source of
   * tickets, undefined where it does not say.
   */
  ticketUrls?: ReadonlyMap<string, string | undefined>;
  /** What was just done. */
  done: string | undefined;
}>;

/** A page of an organization: where one can go, what was done, and the content. */
export function renderPageLayout(layout: PageLayout, content: Markup): string {
  const { organization, page, visitor } = layout;
  const heading = PAGES[page];
  return renderPage(
    {
      title: `${heading} · ${organization}`,
      body: markup`<a class="skip" href="#content">To the content</a>
<header class="bar">
  <div class="who"><a class="product" href="${CONSOLE_PATH}/${organization}/today">${PRODUCT_TITLE}</a> ${renderOrganizations(layout)}
  <span class="soft">signed in as ${name(visitor.by.name)} ${renderProof(visitor)}</span> ${renderSignOut(layout)}</div>
  <nav class="pages" aria-label="Pages">${PAGES_TOGETHER.map(
    (keys) => markup`<ul>${keys.map((key) => renderPageLink(layout, key))}</ul>`,
  )}</nav>
</header>
<main id="content" tabindex="-1">
  <h1>${heading}</h1>
  ${renderPaused(layout.paused)}
  ${renderObserved(layout.observed)}
  ${layout.done === undefined ? undefined : markup`<p class="done" role="status">${layout.done}</p>`}
  ${content}
</main>`,
    },
    'self',
  );
}

/** Renders a page without an organization: sign-in, or a failure. */
export function renderNoticePage(title: string, content: Markup): string {
  return renderPage(
    {
      title,
      body: markup`<header class="bar"><p class="product">${PRODUCT_TITLE}</p></header><main><h1>${title}</h1>${content}</main>`,
    },
    'self',
  );
}

/** Renders a POST form with its CSRF token. `whole`: it goes around a part of the page. */
export function renderForm(
  layout: Pick<PageLayout, 'token' | 'organization'>,
  path: string,
  content: Markup,
  look?: 'whole',
): Markup {
  const as = look === undefined ? undefined : markup` class="${look}"`;
  return markup`<form method="post" action="${CONSOLE_PATH}/${layout.organization}/${path}"${as}>
<input type="hidden" name="token" value="${layout.token}">${content}</form>`;
}

function renderPageLink({ organization, page }: PageLayout, key: PageName): Markup {
  const current = key === page ? markup` aria-current="page"` : undefined;
  return markup`<li><a href="${CONSOLE_PATH}/${organization}/${key}"${current}>${PAGES[key]}</a></li>`;
}

function renderOrganizations({ organizations, organization, page }: PageLayout): Markup | undefined {
  if (organizations.length < 2) return markup`<strong>${organization}</strong>`;
  return markup`<nav aria-label="Organizations"><ul>${organizations.map((alias) => {
    const current = alias === organization ? markup` aria-current="true"` : undefined;
    return markup`<li><a href="${CONSOLE_PATH}/${alias}/${page}"${current}>${alias}</a></li>`;
  })}</ul></nav>`;
}

/** How it was established who this is. */
function renderProof({ by }: Visitor): Markup {
  return by.kind === 'person' ? markup`(Entra ID)` : markup`(with the key, which does not say who has it)`;
}

function renderSignOut({ visitor, token }: PageLayout): Markup {
  return visitor.by.kind === 'person'
    ? markup`<a href="/.auth/logout">Sign out</a>`
    : markup`<form class="inline" method="post" action="${SIGN_OUT_PATH}"><input type="hidden" name="token" value="${token}"><button>Sign out</button></form>`;
}
