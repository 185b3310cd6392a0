import type { Ids } from './ids';
import { findApplication, type Organization } from './organization';
import type { Application } from './principals';
import { html, json, oauthError, Refusal, type Reply } from './reply';

const LIFETIME_SECONDS = 3600;
const PRUNE_ABOVE = 256;

export type AccessToken = Readonly<{
  value: string;
  partitionGlobalId: string;
  clientId: string;
  scopes: readonly string[];
  expiresAtMs: number;
}>;

/** The tokens that were issued; `lifetimeSeconds` can be changed for the next ones. */
export class Tokens {
  readonly #ids: Ids;
  readonly #issued = new Map<string, AccessToken>();
  lifetimeSeconds = LIFETIME_SECONDS;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** No tokens, and the usual lifetime. */
  reset(): void {
    this.#issued.clear();
    this.lifetimeSeconds = LIFETIME_SECONDS;
  }

  /** The token of an `Authorization: Bearer` header; undefined when it is unknown, revoked or expired. */
  find(header: string | undefined, nowMs: number): AccessToken | undefined {
    const value = /^Bearer (\S+)$/i.exec(header ?? '')?.[1];
    const token = value === undefined ? undefined : this.#issued.get(value);
    return token !== undefined && token.expiresAtMs > nowMs ? token : undefined;
  }

  /** Ends every token, or those of one organization. */
  revoke(partitionGlobalId?: string): void {
    for (const [value, token] of this.#issued) {
      if (partitionGlobalId === undefined || token.partitionGlobalId === partitionGlobalId)
        this.#issued.delete(value);
    }
  }

  issue(
    organization: Organization,
    application: Application,
    scopes: readonly string[],
    nowMs: number,
  ): AccessToken {
    if (this.#issued.size > PRUNE_ABOVE) this.#prune(nowMs);
    const { clientId } = application;
    const { partitionGlobalId } = organization;
    const expiresAtMs = nowMs + this.lifetimeSeconds * 1000;
    const claims = {
      sub: clientId,
      client_id: clientId,
      sub_type: 'service.external',
      scope: scopes,
      iat: Math.floor(nowMs / 1000),
      exp: Math.floor(expiresAtMs / 1000),
    };
    const value = [{ alg: 'RS256', typ: 'at+jwt' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .concat(this.#ids.token(16))
      .join('.');
    const token = { value, partitionGlobalId, clientId, scopes, expiresAtMs };
    this.#issued.set(value, token);
    return token;
  }

  #prune(nowMs: number): void {
    for (const [value, token] of this.#issued) if (token.expiresAtMs <= nowMs) this.#issued.delete(value);
  }
}

/** The token request of an application: a form in the body, and a page of HTML for everything that is not one. */
export function answerTokenRequest(
  request: Readonly<{ contentType: string; body: string; nowMs: number }>,
  organizations: readonly Organization[],
  tokens: Tokens,
): Reply {
  if (!request.contentType.toLowerCase().startsWith('application/x-www-form-urlencoded')) return html();
  const form = new URLSearchParams(request.body);
  if (form.get('grant_type') !== 'client_credentials') return oauthError('unsupported_grant_type');
  const { organization, application } = findClient(organizations, form, request.nowMs);
  if (!application.confidential) return oauthError('unauthorized_client');
  const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (asked.some((scope) => !application.scopes.includes(scope))) return oauthError('invalid_scope');
  const scopes = asked.length === 0 ? application.scopes : asked;
  const token = tokens.issue(organization, application, scopes, request.nowMs);
  return json(200, {
    access_token: token.value,
    expires_in: tokens.lifetimeSeconds,
    token_type: 'Bearer',
    scope: scopes.join(' '),
  });
}

function findClient(
  organizations: readonly Organization[],
  form: URLSearchParams,
  nowMs: number,
): Readonly<{ organization: Organization; application: Application }> {
  const secretSent = form.get('client_secret');
  for (const organization of organizations) {
    const application = findApplication(organization, form.get('client_id') ?? '');
    if (application === undefined) continue;
    const accepted = application.secrets.some(
      ({ secret, expiresAtMs }) => secret === secretSent && (expiresAtMs === null || expiresAtMs > nowMs),
    );
    if (accepted || !application.confidential) return { organization, application };
  }
  throw new Refusal(oauthError('invalid_client'));
}
