import { UpstreamError } from '../errors';
import type { CallContext } from './call-with-retries';
import { requestToken, type TokenRequest } from './request-token';
import type { TokenCache } from './token-cache';
import { uipathError } from './uipath-error';

/**
 * Gets the token with all scopes, and where UiPath refuses it for a scope, asks for a token with each scope alone: the refusal does
 * not say which scope it means.
 * @throws UpstreamError `uipath-token-refused` which names the scopes that are missing, and what a request for a token throws
 */
export async function checkToken(
  tokens: TokenCache,
  context: CallContext,
  request: TokenRequest,
): Promise<void> {
  const { scopes } = request;
  try {
    await tokens.get();
  } catch (error) {
    if (!isForScope(error)) throw error;
    const refused = await Promise.all(
      scopes.map(async (scope) => ((await isRefused(context, request, scope)) ? [scope] : [])),
    );
    throw refused.flat().length === 0 ? error : lacks(request, refused.flat(), error);
  }
  const given = tokens.scopes();
  const absent = given === undefined ? [] : scopes.filter((scope) => !given.has(scope));
  if (absent.length > 0) throw lacks(request, absent, { status: 200, said: undefined });
}

async function isRefused(context: CallContext, request: TokenRequest, scope: string): Promise<boolean> {
  try {
    await requestToken(context, { ...request, scopes: [scope] });
    return false;
  } catch (error) {
    if (isForScope(error)) return true;
    throw error;
  }
}

function isForScope(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.reason === 'uipath-scope-missing';
}

function lacks(
  { address }: TokenRequest,
  names: readonly string[],
  { status, said }: Pick<UpstreamError, 'status' | 'said'>,
): UpstreamError {
  return uipathError(
    'uipath-token-refused',
    { alias: address.alias, what: 'get a token', area: 'token' },
    `the external application lacks the application scope ${names.join(', ')}`,
    { status, said, reason: 'uipath-scope-missing' },
  );
}
