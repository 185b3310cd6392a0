import { describe, expect, it } from '@jest/globals';
import { requireOperator } from '../../../shared/console/require-operator';
import type { SignInDeps } from '../../../shared/console/require-sign-in';
import { createSignIns } from '../../../shared/storage/desk/sign-ins';
import { objectIdOf, principalHeaders, TENANT } from '../../fixtures/easy-auth';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

const NOW_MS = Date.UTC(2026, 10, 21);
const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64');
const OLGA = 'olga.admin@acme.example';

function appWith(consoleSignIn: 'off' | 'key' | 'easy-auth') {
  const lines: object[] = [];
  const deps: SignInDeps = {
    config: { consoleSignIn, easyAuth: { isOn: true, tenantId: TENANT } },
    secrets: { read: async () => ({ current: KEY, previous: undefined }) },
    signIns: createSignIns(openMemoryStorage()),
    clock: { now: () => NOW_MS },
    log: (line) => {
      lines.push(line);
    },
  };
  const ask = async (headers: Readonly<Record<string, string>>) =>
    requireOperator(deps, { headers: new Headers(headers) });
  return { ask, lines };
}

const basic = (text: string | Buffer) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

describe('who calls the API of the command line', () => {
  it('is whoever has the key, under the name that they give, which may have a colon', async () => {
    const { ask } = appWith('key');
    for (const name of [OLGA, 'Zoë: Lead'])
      expect(await ask(basic(`${name}:${KEY}`))).toEqual({
        by: { kind: 'key-holder', name, establishedBy: 'console-key', establishedAtMs: NOW_MS },
        appRoles: [],
        id: `key:${name}`,
      });
  });

  it.each([
    ['nothing', {}],
    ['another scheme', { authorization: `Bearer ${KEY}` }],
    ['no name', basic(KEY)],
    ['an empty name', basic(`:${KEY}`)],
    ['the name of the policy', basic(`policy:${KEY}`)],
    ['a name that cannot be seen', basic(`\u202Eagol:${KEY}`)],
    ['bytes that are no text', basic(Buffer.from([0xff, 0xfe, 0x61, 0x62, 0x3a, 0x61]))],
    ['an empty key', basic(`${OLGA}:`)],
    ['a wrong key', basic(`${OLGA}:${KEY.slice(1)}`)],
    ['what the platform would say, which nobody checks here', principalHeaders(OLGA)],
  ])('is nobody with %s', async (_what, headers) => {
    const { ask, lines } = appWith('key');
    await expect(ask(headers)).rejects.toMatchObject({ code: 'sign-in-needed' });
    expect(JSON.stringify(lines)).not.toContain(KEY.slice(1));
  });

  it('waits after wrong keys, also with the right one', async () => {
    const { ask, lines } = appWith('key');
    for (let tries = 0; tries < 5; tries += 1)
      await expect(ask(basic(`${OLGA}:wrong`))).rejects.toMatchObject({ code: 'sign-in-needed' });
    await expect(ask(basic(`${OLGA}:${KEY}`))).rejects.toMatchObject({ code: 'sign-in-too-often' });
    const from = { ...basic(`${OLGA}:${KEY}`), 'x-forwarded-for': '198.51.100.7' };
    expect(await ask(from)).toMatchObject({ by: { name: OLGA } });
    expect(lines).toContainEqual(expect.objectContaining({ why: 'wrong-key' }));
    expect(lines).toContainEqual(expect.objectContaining({ event: 'operator-signed-in' }));
    expect(JSON.stringify(lines)).not.toContain(OLGA);
  });

  it('is whom the platform signed in where it does, and a key is nothing there', async () => {
    const { ask } = appWith('easy-auth');
    expect(await ask({ ...principalHeaders(OLGA), ...basic(`Somebody Else:${KEY}`) })).toMatchObject({
      by: { kind: 'person', name: OLGA, objectId: objectIdOf(OLGA) },
    });
    await expect(ask(basic(`${OLGA}:${KEY}`))).rejects.toMatchObject({ code: 'sign-in-needed' });
  });

  it('is nobody where the console is off', async () => {
    const { ask } = appWith('off');
    for (const headers of [basic(`${OLGA}:${KEY}`), principalHeaders(OLGA)])
      await expect(ask(headers)).rejects.toMatchObject({ code: 'page-unknown' });
  });
});
