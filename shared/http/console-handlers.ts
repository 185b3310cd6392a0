import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { readReport } from '../access/desk/read-report';
import { carryOutDecision, DONE, type DecideDeps } from '../console/carry-out-decision';
import { renderPageLayout, renderNoticePage, type PageLayout } from '../console/page-layout';
import { CONSOLE_PATH, PAGES, type PageName } from '../console/path-and-page-names';
import { renderPageContent, type PageDeps } from '../console/render-page-content';
import { renderPlatformSignIn, renderSignIn } from '../console/pages/sign-in-page';
import {
  createSession,
  formToken,
  isKey,
  requireFormToken,
  SESSION_COOKIE,
  SESSION_SECONDS,
} from '../console/session-and-form-tokens';
import { requireSignIn, type SignedIn, type SignInDeps } from '../console/require-sign-in';
import { CONSOLE_SECRET } from '../domain/secret-places';
import { mayDecide, mayRead } from '../console/visitor-permissions';
import type { OrganizationPolicy } from '../domain/policy';
import { AppError, errorCodeOf } from '../errors';
import { markup } from '../html/markup';
import { chooseFormat } from '../reports/report-formats';
import { htmlResponse, seeOther } from './html-response';
import { PROBLEMS } from './problem-response';
import { readForm } from './read-same-site-form';
import { reportResponse } from './report-response';

export type ConsoleDeps = SignInDeps & PageDeps & DecideDeps;

type ConsoleRequest = Pick<HttpRequest, 'headers' | 'params' | 'query' | 'body' | 'url'>;

/** Shows a page, or a report as a file. */
export async function showPage(deps: ConsoleDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  const who = await requireSignIn(deps, request.headers);
  const { organization = '', page = 'today', id = '' } = request.params;
  const readable = await readableBy(deps, who);
  const [first] = readable;
  if (organization === '' && first !== undefined) return seeOther(`${CONSOLE_PATH}/${first.alias}/today`);
  const chosen = requireOrganization(readable, organization);
  if (page === 'report') {
    const format = chooseFormat(request.query.get('format'), null);
    if (format === undefined) throw new AppError('format-unsupported', 'There is no such format');
    return reportResponse(await readReport(deps, organization, id), format);
  }
  if (!isPage(page)) throw new AppError('page-unknown', 'There is no such page');
  const layout: PageLayout = {
    visitor: who.visitor,
    organizations: readable.map(({ alias }) => alias),
    organization,
    page,
    mayDecide: mayDecide(who.visitor, chosen),
    decidesIn: readable.filter((one) => mayDecide(who.visitor, one)).map(({ alias }) => alias),
    token: formToken(who.keys, who.visitor),
    done: doneText(request.query.get('done')),
  };
  return htmlResponse(200, renderPageLayout(layout, await renderPageContent(deps, layout, request.query)));
}

/** Carries out a decision. @throws AppError `sign-in-needed`, `not-permitted`, `form-stale`, and what the use case throws */
export async function postDecision(deps: ConsoleDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  const who = await requireSignIn(deps, request.headers);
  const fields = await readForm(request);
  requireFormToken(who.keys, who.visitor, fields.get('token') ?? '');
  const { organization = '', page = '', id = '' } = request.params;
  const chosen = requireOrganization(await readableBy(deps, who), organization);
  if (!mayDecide(who.visitor, chosen))
    throw new AppError('not-permitted', 'You may look at this organization, and not decide');
  const done = await carryOutDecision(deps, {
    organization,
    page,
    id,
    by: who.visitor.name,
    mayDecide: (other) => mayDecide(who.visitor, other),
    fields,
  });
  return seeOther(`${CONSOLE_PATH}/${organization}/${page}?done=${done}`);
}

/** Takes the key once and gives a cookie for it, which ends after some hours or with the browser. */
export async function signInWithKey(deps: SignInDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  if (deps.config.consoleSignIn !== 'key')
    throw new AppError('page-unknown', 'Nobody signs in here with a key');
  const fields = await readForm(request);
  const keys = await deps.secrets.read(CONSOLE_SECRET);
  const name = fields.get('name')?.trim() ?? '';
  if (name.length < 3 || name.length > 200 || !isKey(keys, fields.get('key') ?? ''))
    return htmlResponse(401, renderSignIn(true));
  return seeOther(
    CONSOLE_PATH,
    cookieHeader(request, createSession(keys, name, deps.clock.now()), SESSION_SECONDS),
  );
}

/** Forgets the cookie. @throws AppError `sign-in-needed`, `form-stale` */
export async function signOut(deps: SignInDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  const who = await requireSignIn(deps, request.headers);
  const fields = await readForm(request);
  requireFormToken(who.keys, who.visitor, fields.get('token') ?? '');
  return seeOther(CONSOLE_PATH, cookieHeader(request, '', 0));
}

/** What people see of a failure: where to sign in, or what went wrong, by its code. */
export function failurePage(
  deps: Pick<SignInDeps, 'config'>,
  error: unknown,
  invocationId: string,
): HttpResponseInit {
  const code = errorCodeOf(error);
  const { status, title } = PROBLEMS[code];
  if (code === 'sign-in-needed')
    return htmlResponse(
      status,
      deps.config.consoleSignIn === 'key' ? renderSignIn(false) : renderPlatformSignIn(),
    );
  const detail =
    error instanceof AppError && status < 500 ? error.message : 'Nothing was lost. Try again later.';
  return htmlResponse(
    status,
    renderNoticePage(
      title,
      markup`<p>${detail}</p><p class="soft"><code>${code}</code>, invocation <code>${invocationId}</code></p><p><a href="${CONSOLE_PATH}">To the console</a></p>`,
    ),
  );
}

async function readableBy(deps: PageDeps, { visitor }: SignedIn): Promise<readonly OrganizationPolicy[]> {
  const { organizations } = await deps.policy();
  return [...organizations.values()].filter((organization) => mayRead(visitor, organization));
}

/** A visitor without the right to read an organization does not learn that it exists. */
function requireOrganization(readable: readonly OrganizationPolicy[], alias: string): OrganizationPolicy {
  const found = readable.find((organization) => organization.alias === alias);
  if (found === undefined)
    throw new AppError('not-permitted', 'There is no such organization, or it is not open to you');
  return found;
}

function cookieHeader(
  { url }: Pick<ConsoleRequest, 'url'>,
  value: string,
  seconds: number,
): Record<string, string> {
  const secure = new URL(url).protocol === 'https:' ? '; Secure' : '';
  return {
    'set-cookie': `${SESSION_COOKIE}=${value}; Path=/api; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
  };
}

function doneText(done: string | null): string | undefined {
  return done !== null && isDone(done) ? DONE[done] : undefined;
}

function isDone(text: string): text is keyof typeof DONE {
  return Object.hasOwn(DONE, text);
}

function isPage(text: string): text is PageName {
  return Object.hasOwn(PAGES, text);
}
