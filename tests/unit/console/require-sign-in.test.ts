import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { requireSignIn, type SignInDeps } from '../../../shared/console/require-sign-in';
import { createSession, deriveConsoleKeys } from '../../../shared/console/session-and-form-tokens';
import { AppError } from '../../../shared/errors';
import { createSignIns } from '../../../shared/storage/desk/sign-ins';
import { objectIdOf, principalHeaders, TENANT } from '../../fixtures/easy-auth';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

const NOW_MS = Date.UTC(2026, 10, 21);
const url = 'https://app.azurewebsites.net/api/console';
const [SECRET, NEXT] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const OLGA = 'olga.admin@acme.example';

/** Instances over one storage, whatever each has read of the secret. */
function someInstances(mode: 'off' | 'key' | 'easy-auth', easyAuth = { isOn: true, tenantId: TENANT }) {
  const storage = openMemoryStorage();
  const lines: object[] = [];
  const instance = (read: SignInDeps['secrets']['read']): SignInDeps => ({
    config: { consoleSignIn: mode, easyAuth },
    secrets: { read },
    signIns: createSignIns(storage),
    clock: { now: () => NOW_MS },
    log: (line) => {
      lines.push(line);
    },
  });
  const knowing = (current: string, previous?: string): SignInDeps =>
    instance(async () => ({ current, previous }));
  return { instance, knowing, lines };
}

const { cookie, session } = createSession(deriveConsoleKeys({ current: SECRET }), 'Maria Lead', NOW_MS - 1);
const asking = { url, headers: new Headers({ cookie: `__Host-access-console=${cookie}` }) };
const NEEDED = { code: 'sign-in-needed' };

describe('a session', () => {
  it('says under which name and since when somebody has the key', async () => {
    const { knowing } = someInstances('key');
    expect((await requireSignIn(knowing(SECRET), asking)).visitor).toEqual({
      by: {
        kind: 'key-holder',
        name: 'Maria Lead',
        establishedBy: 'console-key',
        establishedAtMs: NOW_MS - 1,
      },
      appRoles: [],
      id: `session:${session.id}`,
    });
  });

  it('that was signed out of at one instance is ended at every other', async () => {
    const { knowing, lines } = someInstances('key');
    const [one, other] = [knowing(SECRET), knowing(SECRET)];
    await one.signIns.end(session.id, session.untilMs);
    await expect(requireSignIn(other, asking)).rejects.toMatchObject(NEEDED);
    expect(lines).toMatchObject([{ event: 'console-sign-in-refused', why: 'session-ended' }]);
    expect(JSON.stringify(lines)).not.toContain(cookie);
  });

  it('of the key before this one is ended, also while that is known as the previous one', async () => {
    const { knowing, lines } = someInstances('key');
    await expect(requireSignIn(knowing(NEXT, SECRET), asking)).rejects.toMatchObject(NEEDED);
    expect(lines).toMatchObject([{ event: 'console-sign-in-refused', why: 'session-invalid' }]);
  });

  it('of a key that was deleted opens nothing', async () => {
    const { instance } = someInstances('key');
    const deleted = instance(async () => {
      throw new AppError('secret-missing', 'There is no such secret');
    });
    await expect(requireSignIn(deleted, asking)).rejects.toMatchObject({ code: 'secret-missing' });
  });

  it('is none of somebody whom the platform signs in, and none where the console is off', async () => {
    await expect(requireSignIn(someInstances('easy-auth').knowing(SECRET), asking)).rejects.toMatchObject(
      NEEDED,
    );
    await expect(requireSignIn(someInstances('off').knowing(SECRET), asking)).rejects.toMatchObject({
      code: 'page-unknown',
    });
  });
});

describe('whom the platform signed in', () => {
  const headers = new Headers(principalHeaders(OLGA));

  it('is a person, and their forms are theirs', async () => {
    const { visitor } = await requireSignIn(someInstances('easy-auth').knowing(SECRET), { url, headers });
    expect(visitor).toMatchObject({
      by: { kind: 'person', tenantId: TENANT, objectId: objectIdOf(OLGA), name: OLGA },
      id: `person:${TENANT}:${objectIdOf(OLGA)}`,
    });
  });

  it.each([
    [
      'the platform does not say that it signs people in',
      { isOn: false, tenantId: TENANT },
      'platform-not-on',
    ],
    ['another tenant is configured', { isOn: true, tenantId: objectIdOf('other') }, 'tenant-other'],
  ])('is nobody where %s, and the log says why', async (_why, easyAuth, why) => {
    const { knowing, lines } = someInstances('easy-auth', easyAuth);
    await expect(requireSignIn(knowing(SECRET), { url, headers })).rejects.toMatchObject(NEEDED);
    expect(lines).toMatchObject([{ event: 'console-sign-in-refused', why }]);
    expect(JSON.stringify(lines)).not.toContain('acme.example');
  });

  it('is nobody where people sign in with the key', async () => {
    await expect(requireSignIn(someInstances('key').knowing(SECRET), { url, headers })).rejects.toMatchObject(
      NEEDED,
    );
  });
});
