import type { HttpCookie } from './core-api';

/** The `Set-Cookie` line (RFC 6265) of a cookie that came back from a buffered invocation. */
export function toSetCookie(cookie: HttpCookie): string {
  const seconds = cookie.expires?.value?.seconds;
  const attributes = [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    attribute('Domain', cookie.domain?.value),
    attribute('Path', cookie.path?.value),
    attribute('Max-Age', cookie.maxAge?.value),
    typeof seconds === 'number' ? `Expires=${new Date(seconds * 1000).toUTCString()}` : undefined,
    cookie.secure?.value === true ? 'Secure' : undefined,
    cookie.httpOnly?.value === true ? 'HttpOnly' : undefined,
    sameSite(cookie.sameSite),
  ];
  return attributes.filter((part) => part !== undefined).join('; ');
}

function attribute(name: string, value: string | number | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : `${name}=${value}`;
}

function sameSite(value: HttpCookie['sameSite']): string | undefined {
  const names = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' };
  const name = names[value ?? 'none'];
  return name === undefined ? undefined : `SameSite=${name}`;
}
