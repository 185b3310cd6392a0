import type { AccessTokens } from './access-tokens';
import { errorAnswer, type Answer } from './answer';

export const IDENTITY_PATH = '/msi/token';

/** The managed identity of App Service: a secret header in, a token for the resource out. */
export function createIdentityEndpoint(
  tokens: AccessTokens,
  identityHeader: string,
): (url: URL, header: string | undefined) => Answer {
  return (url, header) => {
    const resource = url.searchParams.get('resource');
    const version = url.searchParams.get('api-version');
    if (header !== identityHeader) return errorAnswer(401, 'Unauthorized', 'The identity header is wrong.');
    if (resource === null || version !== '2019-08-01') {
      return errorAnswer(400, 'BadRequest', 'resource and api-version=2019-08-01 are needed.');
    }
    const { token, expiresOnSeconds } = tokens.issue(resource);
    return {
      status: 200,
      body: {
        access_token: token,
        expires_on: `${expiresOnSeconds}`,
        resource,
        token_type: 'Bearer',
        client_id: url.searchParams.get('client_id') ?? '00000000-0000-0000-0000-000000000001',
      },
    };
  };
}
