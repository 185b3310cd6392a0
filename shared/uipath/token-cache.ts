import { z } from 'zod';
import type { UpstreamError } from '../errors';
import { callWithRetries, type CallContext } from './call-with-retries';
import { isHtml, parseJson, readErrorBody } from './error-body';
import type { HttpAnswer } from './http-exchange';
import type { OrganizationAddress } from './organization-address';
import { toRefusal, uipathError, type CallDescription } from './uipath-error';

/** The external application that calls; application scopes, confidential. */
export type UiPathCredentials = Readonly<{ clientId: string; clientSecret: string }>;

/** Cache of one organization's access token, until shortly before it expires. */
export type TokenCache = Readonly<{
  /** Concurrent callers share one request. @throws UpstreamError `uipath-token-refused`, `uipath-answer-invalid` */
  get: () => Promise<string>;
  /** UiPath did not accept this one: the next `get` asks for another. */
  discard: (token: string) => void;
}>;

type Token = Readonly<{ value: string; renewAtMs: number }>;

const AnswerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
});

const ADVICE: Readonly<Record<string, string>> = {
  invalid_client: 'the client id or secret is wrong or has expired',
  invalid_scope:
    'a requested scope was not given to the external application as an application scope: add it there, or do not request it',
  unauthorized_client: 'the external application must be confidential, with application scopes',
};

/** The secret is asked for anew with every token. Tokens are never logged. */
export function createTokenCache(
  context: CallContext,
  options: Readonly<{
    address: OrganizationAddress;
    credentials: () => Promise<UiPathCredentials>;
    renewBeforeMs: number;
    scopes: readonly string[];
  }>,
): TokenCache {
  const { address, renewBeforeMs, scopes } = options;
  const attempt: CallDescription = { alias: address.alias, what: 'get a token', area: 'token' };
  let cached: Token | undefined;
  let pending: Promise<Token> | undefined;

  const ask = async (): Promise<Token> => {
    const { clientId, clientSecret } = await options.credentials();
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
    const { access_token: value, expires_in: seconds } = readAnswer(attempt, answer);
    const lifetimeMs = seconds * 1000;
    return { value, renewAtMs: askedAtMs + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 2) };
  };

  const renew = async (): Promise<Token> => {
    try {
      cached = await ask();
      return cached;
    } finally {
      pending = undefined;
    }
  };

  return {
    get: async () => {
      if (cached !== undefined && context.clock.now() < cached.renewAtMs) return cached.value;
      pending ??= renew();
      return (await pending).value;
    },
    discard: (token) => {
      if (cached?.value === token) cached = undefined;
    },
  };
}

function readAnswer(attempt: CallDescription, answer: HttpAnswer): z.output<typeof AnswerSchema> {
  const { status, text } = answer;
  if (status < 200 || status > 299) throw refused(attempt, answer);
  const result = AnswerSchema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const what = isHtml(text) ? 'UiPath answered with a page' : 'the answer holds no token';
  throw uipathError('uipath-answer-invalid', attempt, `${what}: check identityBaseUrl`, { status });
}

function refused(attempt: CallDescription, answer: HttpAnswer): UpstreamError {
  const body = readErrorBody(answer.text);
  if (body.family !== 'oauth') return toRefusal(attempt, answer);
  const advice = ADVICE[body.error] ?? 'UiPath refuses';
  return uipathError('uipath-token-refused', attempt, `${advice} (${body.error})`, { status: answer.status });
}
