import { z } from 'zod';
import type { CauseName } from '../domain/readiness/causes';
import type { UpstreamError } from '../errors';
import { callWithRetries, type CallContext } from './call-with-retries';
import { isHtml, parseJson, readErrorBody } from './error-body';
import type { HttpAnswer } from './http-exchange';
import type { OrganizationAddress } from './organization-address';
import { toRefusal, uipathError, type CallDescription } from './uipath-error';
import { wordsOf } from './words-of-refusal';

/** The external application that calls; application scopes, confidential. */
export type UiPathCredentials = Readonly<{ clientId: string; clientSecret: string }>;

/** A token that UiPath gave. `scopes`: those it has, where UiPath says so. */
export type GivenToken = Readonly<{
  value: string;
  lifetimeMs: number;
  askedAtMs: number;
  scopes: ReadonlySet<string> | undefined;
}>;

export type TokenRequest = Readonly<{
  address: OrganizationAddress;
  credentials: () => Promise<UiPathCredentials>;
  scopes: readonly string[];
}>;

const AnswerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  scope: z.string().optional().catch(undefined),
});

const REFUSALS: Readonly<Record<string, Readonly<{ advice: string; reason: CauseName }>>> = {
  invalid_client: {
    advice: 'the client id or secret is wrong or has expired',
    reason: 'uipath-client-refused',
  },
  invalid_scope: {
    advice:
      'a requested scope was not given to the external application as an application scope: add it there, or do not request it',
    reason: 'uipath-scope-missing',
  },
  unauthorized_client: {
    advice: 'the external application must be confidential, with application scopes',
    reason: 'uipath-application-unsuitable',
  },
};

/**
 * Asks for a token, with the secret of the moment. Tokens are never logged.
 * @throws UpstreamError `uipath-token-refused`, `uipath-answer-invalid`, and what a call throws
 */
export async function requestToken(
  context: CallContext,
  { address, credentials, scopes }: TokenRequest,
): Promise<GivenToken> {
  const attempt: CallDescription = { alias: address.alias, what: 'get a token', area: 'token' };
  const { clientId, clientSecret } = await credentials();
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: scopes.join(' '),
  });
  const askedAtMs = context.clock.now();
  const answer = await callWithRetries(context, {
    ...attempt,
    method: 'POST',
    effect: 'read',
    request: {
      method: 'POST',
      url: `${address.identityBaseUrl}/connect/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
    },
  });
  if (answer.status < 200 || answer.status > 299) throw refused(attempt, answer, clientSecret);
  return { askedAtMs, ...readAnswer(attempt, answer) };
}

function readAnswer(attempt: CallDescription, { status, text }: HttpAnswer): Omit<GivenToken, 'askedAtMs'> {
  const result = AnswerSchema.safeParse(parseJson(text));
  if (result.success) {
    const { access_token: value, expires_in: seconds, scope } = result.data;
    const scopes = scope === undefined ? undefined : new Set(scope.split(/\s+/));
    return { value, lifetimeMs: seconds * 1000, scopes };
  }
  const what = isHtml(text) ? 'UiPath answered with a page' : 'the answer holds no token';
  throw uipathError('uipath-answer-invalid', attempt, `${what}: check identityBaseUrl`, {
    status,
    ...(isHtml(text) ? { reason: 'uipath-address-wrong', said: wordsOf(text) } : {}),
  });
}

function refused(attempt: CallDescription, answer: HttpAnswer, clientSecret: string): UpstreamError {
  const body = readErrorBody(answer.text);
  if (body.family !== 'oauth') return toRefusal(attempt, answer);
  const { advice, reason } = REFUSALS[body.error] ?? { advice: 'UiPath refuses', reason: undefined };
  return uipathError('uipath-token-refused', attempt, `${advice} (${body.error})`, {
    status: answer.status,
    reason,
    said: wordsOf(answer.text, [clientSecret]),
  });
}
