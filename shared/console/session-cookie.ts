import type { HeadersAsked } from './client-address';

const SECURE_NAME = '__Host-access-console';
const LOCAL_NAME = 'access-console';
/** Over plain http a browser keeps no secure cookie, and takes no name with this prefix: on one's own machine there is neither. */
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:\/|$)/;

/** The value of the session's cookie, under the name that it has at this address; empty where there is none, or more than one. */
export function readSessionCookie({
  headers,
  url,
}: Readonly<{ headers: HeadersAsked; url: string }>): string {
  const start = `${nameAt(url)}=`;
  const cookies = (headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim());
  const [value, ...more] = cookies.filter((cookie) => cookie.startsWith(start));
  return more.length > 0 ? '' : (value?.slice(start.length) ?? '');
}

/** The header that sets it, for so many seconds: no script reads it, and no other site sends it. */
export function sessionCookieHeader(
  { url }: Readonly<{ url: string }>,
  value: string,
  seconds: number,
): Readonly<Record<string, string>> {
  const secure = LOOPBACK.test(url) ? '' : '; Secure';
  return {
    'set-cookie': `${nameAt(url)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
  };
}

function nameAt(url: string): string {
  return LOOPBACK.test(url) ? LOCAL_NAME : SECURE_NAME;
}
