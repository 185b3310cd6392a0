import { describe, expect, it } from '@jest/globals';
import { readSessionCookie, sessionCookieHeader } from '../../../shared/console/session-cookie';

const AZURE = 'https://app.azurewebsites.net/api/console-session';
const LOCAL = 'http://127.0.0.1:7071/api/console-session';

describe('the cookie of a session', () => {
  it.each([
    ['in Azure', AZURE, '__Host-access-console=v; Path=/; Max-Age=9; HttpOnly; SameSite=Strict; Secure'],
    [
      'behind a front end that ends TLS',
      AZURE.replace('https', 'http'),
      expect.stringMatching(/^__Host-.*; Secure$/),
    ],
    [
      'at a name that begins like one of ours',
      'http://localhost.evil.example/x',
      expect.stringMatching(/^__Host-/),
    ],
    ['on this machine', LOCAL, 'access-console=v; Path=/; Max-Age=9; HttpOnly; SameSite=Strict'],
    ['on this machine by name', 'http://localhost:7071/x', expect.stringMatching(/^access-console=/)],
    ['on this machine over https', 'https://localhost/x', expect.stringMatching(/^__Host-/)],
  ])('is set %s', (_where, url, header) => {
    expect(sessionCookieHeader({ url }, 'v', 9)['set-cookie']).toEqual(header);
  });

  it.each([
    ['its own', AZURE, 'a=b; __Host-access-console=v', 'v'],
    ['none', AZURE, '', ''],
    ['one without the prefix, which another host of the domain could set', AZURE, 'access-console=v', ''],
    ['two of its name', AZURE, '__Host-access-console=v; __Host-access-console=w', ''],
    ['its own on this machine', LOCAL, 'access-console=v', 'v'],
  ])('is read from %s', (_what, url, cookie, value) => {
    expect(readSessionCookie({ url, headers: new Headers({ cookie }) })).toBe(value);
  });
});
