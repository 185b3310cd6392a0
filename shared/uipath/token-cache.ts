import type { CallContext } from './call-with-retries';
import { requestToken, type GivenToken, type TokenRequest } from './request-token';

/** Cache of one organization's access token, until shortly before it expires. */
export type TokenCache = Readonly<{
  /** Concurrent callers share one request. @throws UpstreamError `uipath-token-refused`, `uipath-answer-invalid` */
  get: () => Promise<string>;
  /** UiPath did not accept this one: the next `get` asks for another. */
  discard: (token: string) => void;
  /** The scopes of the token that is cached; undefined where UiPath does not say. */
  scopes: () => ReadonlySet<string> | undefined;
}>;

type Token = Pick<GivenToken, 'value' | 'scopes'> & Readonly<{ renewAtMs: number }>;

/** The secret is asked for anew with every token. */
export function createTokenCache(
  context: CallContext,
  { renewBeforeMs, ...request }: TokenRequest & Readonly<{ renewBeforeMs: number }>,
): TokenCache {
  let cached: Token | undefined;
  let pending: Promise<Token> | undefined;

  const ask = async (): Promise<Token> => {
    const { value, scopes, lifetimeMs, askedAtMs } = await requestToken(context, request);
    return { value, scopes, renewAtMs: askedAtMs + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 2) };
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
    scopes: () => cached?.scopes,
  };
}
