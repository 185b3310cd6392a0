import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { readObserved } from '../access/ledger/organization/observed-organization';
import { pausedIn } from '../access/ledger/organization/pause-of-organization';
import { readReport } from '../access/desk/read-report';
import { answerForm, type AnswerFormDeps } from '../console/answer-form';
import { DONE } from '../console/carry-out-decision';
import { decideAsVisitor, readableBy, requireReadable } from '../console/decide-as-visitor';
import { renderPageLayout, renderNoticePage, type PageLayout } from '../console/page-layout';
import { CONSOLE_PATH, isPage, type PageName } from '../console/path-and-page-names';
import { renderPageContent, type PageDeps } from '../console/render-page-content';
import { renderPlatformSignIn, renderSignIn } from '../console/pages/sign-in-page';
import { clientOf } from '../console/client-address';
import {
  createSession,
  deriveConsoleKeys,
  formToken,
  isKey,
  requireFormToken,
  SESSION_SECONDS,
} from '../console/session-and-form-tokens';
import { logRefusal, requireSignIn, type SignInDeps } from '../console/require-sign-in';
import { sessionCookieHeader } from '../console/session-cookie';
import { takeKey } from '../console/take-key';
import { permissionsOf } from '../console/visitor-permissions';
import { CONSOLE_SECRET } from '../domain/secret-places';
import { readDeciderName } from '../domain/decider-name';
import type { OrganizationPolicy } from '../domain/policy';
import { personKey } from '../domain/person-key';
import { AppError, errorCodeOf } from '../errors';
import { markup, type Markup } from '../html/markup';
import { timesInZone } from '../html/times-in-zone';
import { chooseFormat } from '../reports/report-formats';
import { htmlResponse, seeOther } from './html-response';
import { PROBLEMS } from './problem-response';
import { readForm } from './read-same-site-form';
import { reportResponse } from './report-response';

export type ConsoleDeps = SignInDeps & PageDeps & AnswerFormDeps;

type ConsoleRequest = Pick<HttpRequest, 'headers' | 'params' | 'query' | 'body' | 'url'>;

/** Shows a page, or a report as a file. */
export async function showPage(deps: ConsoleDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  const who = await requireSignIn(deps, request);
  const { organization = '', page = 'today', id = '' } = request.params;
  const readable = await readableBy(deps, who.visitor);
  const [first] = readable;
  if (organization === '' && first !== undefined) return seeOther(`${CONSOLE_PATH}/${first.alias}/today`);
  const chosen = requireReadable(readable, organization);
  if (page === 'report') {
    const format = chooseFormat(request.query.get('format'), null);
    if (format === undefined) throw new AppError('format-unsupported', 'There is no such format');
    return reportResponse(await readReport(deps, organization, id), format);
  }
  if (!isPage(page)) throw new AppError('page-unknown', 'There is no such page');
  const done = doneText(request.query.get('done'));
  const layout = await readLayout(deps, who, { readable, chosen, page, done });
  return pageResponse(layout, await renderPageContent(deps, layout, request.query));
}

type LayoutOf = Readonly<{
  readable: readonly OrganizationPolicy[];
  chosen: OrganizationPolicy;
  page: PageName;
  done: string | undefined;
}>;

async function readLayout(
  deps: ConsoleDeps,
  who: Awaited<ReturnType<typeof requireSignIn>>,
  { readable, chosen, page, done }: LayoutOf,
): Promise<PageLayout> {
  const { alias: organization } = chosen;
  return {
    visitor: who.visitor,
    organizations: readable.map(({ alias }) => alias),
    organization,
    page,
    may: permissionsOf(who.visitor, chosen),
    observed: await readObserved(deps, chosen),
    ...(await pausedIn(deps, organization)),
    operatesIn: readable.filter((one) => permissionsOf(who.visitor, one).operate).map(({ alias }) => alias),
    timeZone: chosen.timeZone,
    ticketUrls: await ticketUrlsOf(deps, organization),
    token: formToken(who.keys, who.visitor.id),
    done,
  };
}

/** Instants are told in the zone of the organization. */
function pageResponse(layout: PageLayout, content: Markup): HttpResponseInit {
  return htmlResponse(200, timesInZone(renderPageLayout(layout, content), layout.timeZone));
}

/** Where the tickets of an organization are opened that name no address, by their source. */
async function ticketUrlsOf(
  { policy }: Pick<ConsoleDeps, 'policy'>,
  organization: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const { sources } = await policy();
  return new Map(
    sources.flatMap(({ name, feed, ticketUrl, organizations }) =>
      feed === 'ticket' && organizations.includes(organization) ? [[name, ticketUrl] as const] : [],
    ),
  );
}

/** Carries out a decision. @throws AppError `sign-in-needed`, `not-permitted`, `form-stale`, and what the use case throws */
export async function postDecision(deps: ConsoleDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  const who = await requireSignIn(deps, request);
  const fields = await readForm(request);
  requireFormToken(who.keys, who.visitor.id, fields.get('token') ?? '');
  const { organization = '', page = '', id = '' } = request.params;
  if (!isPage(page)) {
    const done = await decideAsVisitor(deps, who.visitor, { organization, page, id, fields });
    return seeOther(`${CONSOLE_PATH}/${organization}/${page}?done=${done}`);
  }
  const readable = await readableBy(deps, who.visitor);
  const chosen = requireReadable(readable, organization);
  const layout = await readLayout(deps, who, { readable, chosen, page, done: undefined });
  const answer = await answerForm(deps, layout, { id, fields });
  return 'go' in answer
    ? seeOther(`${CONSOLE_PATH}/${organization}/${answer.go}`)
    : pageResponse(layout, answer.show);
}

/**
 * Takes the key once and gives a cookie for it, which ends after some hours, with the sign-out, or with the key.
 * @throws AppError `sign-in-too-often`, `secret-invalid`
 */
export async function signInWithKey(deps: SignInDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  if (deps.config.consoleSignIn !== 'key')
    throw new AppError('page-unknown', 'Nobody signs in here with a key');
  const fields = await readForm(request);
  const keys = deriveConsoleKeys(await deps.secrets.read(CONSOLE_SECRET));
  const named = readDeciderName(fields.get('name') ?? '');
  const refused = (why: string, said: string): HttpResponseInit => {
    logRefusal(deps, request.headers, why);
    return htmlResponse(401, renderSignIn(said));
  };
  if ('problem' in named) return refused('name-refused', `The name ${named.problem}.`);
  const client = clientOf(request.headers);
  try {
    if (!(await takeKey(deps, client, () => isKey(keys, fields.get('key') ?? ''))))
      return refused('wrong-key', 'This is not the key.');
  } catch (error) {
    logRefusal(deps, request.headers, errorCodeOf(error));
    throw error;
  }
  const { cookie, session } = createSession(keys, named.name, deps.clock.now());
  deps.log({ event: 'console-signed-in', session: session.id, person: personKey(named.name), client });
  return seeOther(CONSOLE_PATH, sessionCookieHeader(request, cookie, SESSION_SECONDS));
}

/** Ends the session for everybody who has its cookie. @throws AppError `sign-in-needed`, `form-stale` */
export async function signOut(deps: SignInDeps, request: ConsoleRequest): Promise<HttpResponseInit> {
  const { keys, visitor, session } = await requireSignIn(deps, request);
  const fields = await readForm(request);
  requireFormToken(keys, visitor.id, fields.get('token') ?? '');
  if (session === undefined) return seeOther('/.auth/logout');
  await deps.signIns.end(session.id, session.untilMs);
  deps.log({ event: 'console-signed-out', session: session.id });
  return seeOther(CONSOLE_PATH, sessionCookieHeader(request, '', 0));
}

/** What people see of a failure: where to sign in, or what went wrong, by its code. */
export function failurePage(
  deps: Pick<SignInDeps, 'config' | 'clock'>,
  error: unknown,
  invocationId: string,
): HttpResponseInit {
  const code = errorCodeOf(error);
  const { status, title } = PROBLEMS[code];
  if (code === 'sign-in-needed')
    return htmlResponse(
      status,
      deps.config.consoleSignIn === 'key' ? renderSignIn(undefined) : renderPlatformSignIn(),
    );
  const detail =
    error instanceof AppError && status < 500 ? error.message : 'Nothing was lost. Try again later.';
  return htmlResponse(
    status,
    renderNoticePage(
      title,
      markup`<p>${detail}</p><p class="soft"><code>${code}</code>, invocation <code>${invocationId}</code></p><p><a href="${CONSOLE_PATH}">To the console</a></p>`,
    ),
    retryAfter(error, deps.clock.now()),
  );
}

function retryAfter(error: unknown, nowMs: number): Readonly<Record<string, string>> {
  const { retryAtMs } = error instanceof AppError ? error : {};
  return retryAtMs === undefined
    ? {}
    : { 'retry-after': String(Math.ceil(Math.max(1, (retryAtMs - nowMs) / 1000))) };
}

function doneText(done: string | null): string | undefined {
  return done !== null && isDone(done) ? DONE[done] : undefined;
}

function isDone(text: string): text is keyof typeof DONE {
  return Object.hasOwn(DONE, text);
}
