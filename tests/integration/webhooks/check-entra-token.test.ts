import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ENTRA, entraToken, newEntraKey } from '../../../sandbox/vendors/entra';
import { startHrApi, type HrApi } from '../../../sandbox/vendors/hr-api';
import { createIdentityCheck } from '../../../shared/webhooks/check-entra-token';
import { errorOf } from '../../fakes/error-of';

const NOW_MS = Date.parse('2026-11-20T10:00:00Z');
const key = newEntraKey();

let entra: HrApi;
beforeEach(async () => {
  entra = await startHrApi({ secret: 'unused', entraKey: key });
});
afterEach(async () => {
  await entra.close();
});

const expected = () => ({ ...ENTRA, audience: [ENTRA.audience], authority: entra.baseUrl });
const check = async (token: string, nowMs = NOW_MS) =>
  createIdentityCheck()(`Bearer ${token}`, expected(), nowMs);

describe('an access token of Microsoft Entra', () => {
  it.each([
    ['1', {}],
    ['2', { ver: '2.0', appid: undefined, azp: ENTRA.application }],
  ])('of version %s proves its application', async (version, claims) => {
    const iss = version === '1' ? undefined : `${entra.baseUrl}/${ENTRA.tenantId}/v2.0`;
    const token = entraToken(key, NOW_MS, { claims: { ...claims, ...(iss === undefined ? {} : { iss }) } });
    expect(await check(token)).toEqual({ verified: true, id: undefined, secret: 'current' });
  });

  it.each<readonly [string, object, string]>([
    ['for another app', { aud: 'https://management.azure.com' }, 'identity-of-another'],
    [
      'of another tenant',
      { iss: 'https://sts.windows.net/00000000-0000-4000-8000-000000000000/' },
      'identity-of-another',
    ],
    ['that names another tenant', { tid: '00000000-0000-4000-8000-000000000000' }, 'identity-of-another'],
    ['of another application', { appid: '00000000-0000-4000-8000-000000000000' }, 'identity-of-another'],
    ['of nobody', { appid: undefined }, 'identity-of-another'],
    ['without a tenant', { tid: undefined }, 'identity-refused'],
    ['without an end', { exp: undefined }, 'identity-refused'],
    ['that is over', { exp: NOW_MS / 1000 - 301 }, 'identity-expired'],
    ['that begins later', { nbf: NOW_MS / 1000 + 301 }, 'identity-refused'],
  ])('%s is refused', async (_case, claims, reason) => {
    expect(await check(entraToken(key, NOW_MS, { claims }))).toEqual({ verified: false, reason });
  });

  it.each([
    ['over for five minutes', { exp: NOW_MS / 1000 - 299 }],
    ['that begins in five minutes', { nbf: NOW_MS / 1000 + 299 }],
    ['for one of several audiences', { aud: [ENTRA.audience, 'other'] }],
    ['that names the application in capitals', { appid: ENTRA.application.toUpperCase() }],
  ])('%s is taken', async (_case, claims) => {
    expect(await check(entraToken(key, NOW_MS, { claims }))).toMatchObject({ verified: true });
  });

  it('signed by another key is refused, also under the name of a key of the tenant', async () => {
    const other = newEntraKey();
    const [header = ''] = entraToken(key, NOW_MS).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const refused = { verified: false, reason: 'identity-refused' };
    expect(await check(entraToken(other, NOW_MS))).toEqual(refused);
    expect(await check(entraToken(other, NOW_MS, { header: { kid } }))).toEqual(refused);
  });

  it('without a signature, or signed with the public key as a secret, is refused', async () => {
    const refused = { verified: false, reason: 'identity-refused' };
    const [, claims = ''] = entraToken(key, NOW_MS).split('.');
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const unsigned = `${encode({ alg: 'none' })}.${claims}.AA`;
    expect(await check(unsigned)).toEqual(refused);
    const confused = `${encode({ alg: 'HS256' })}.${claims}`;
    const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
    const mac = createHmac('sha256', pem).update(confused).digest('base64url');
    expect(await check(`${confused}.${mac}`)).toEqual(refused);
    const ed25519 = generateKeyPairSync('ed25519').privateKey;
    const foreign = `${encode({ alg: 'EdDSA' })}.${claims}`;
    const signature = sign(null, Buffer.from(foreign), ed25519).toString('base64url');
    expect(await check(`${foreign}.${signature}`)).toEqual(refused);
  });

  it('whose claims were changed is refused', async () => {
    const [header, , signature] = entraToken(key, NOW_MS).split('.');
    const [, others] = entraToken(key, NOW_MS, { claims: { appid: 'x' } }).split('.');
    expect(await check(`${header}.${others}.${signature}`)).toEqual({
      verified: false,
      reason: 'identity-refused',
    });
  });

  it.each([null, '', 'Bearer ', 'Basic YTpi', 'Bearer a.b', `Bearer ${'a'.repeat(20_000)}.b.c`])(
    'is missing in %j',
    async (header) => {
      expect(await createIdentityCheck()(header, expected(), NOW_MS)).toEqual({
        verified: false,
        reason: 'identity-missing',
      });
      expect(entra.requests).toEqual([]);
    },
  );
});

describe('the keys of a tenant', () => {
  it('are read once for many tokens', async () => {
    const identity = createIdentityCheck();
    const token = `Bearer ${entraToken(key, NOW_MS)}`;
    for (let count = 0; count < 5; count += 1) await identity(token, expected(), NOW_MS);
    await identity(`Bearer ${entraToken(newEntraKey(), NOW_MS)}`, expected(), NOW_MS);
    expect(entra.requests.map(({ path }) => path)).toEqual([`/${ENTRA.tenantId}/discovery/v2.0/keys`]);
  });

  it.each<readonly [string, Readonly<{ status: number; body?: unknown }>]>([
    ['cannot be read', { status: 503 }],
    ['are no keys', { status: 200, body: { error: 'maintenance' } }],
    ['are no JSON', { status: 200, body: '<html>' }],
    ['are elsewhere', { status: 302 }],
    ['are more than any tenant has', { status: 200, body: `{"keys":[],"more":"${' '.repeat(262_144)}"}` }],
    ['are nothing', { status: 204 }],
  ])('that %s are our trouble and not the sender’s, and are asked for again', async (_case, answer) => {
    const identity = createIdentityCheck();
    const token = `Bearer ${entraToken(key, NOW_MS)}`;
    entra.answerNext(answer);
    const error = await errorOf(() => identity(token, expected(), NOW_MS));
    expect(error).toMatchObject({ code: 'identity-keys-unavailable' });
    expect(await identity(token, expected(), NOW_MS)).toMatchObject({ verified: true });
  });

  it('that nobody serves are our trouble too', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const authority = `http://127.0.0.1:${port}`;
    const error = await errorOf(() =>
      createIdentityCheck()(`Bearer ${entraToken(key, NOW_MS)}`, { ...expected(), authority }, NOW_MS),
    );
    expect(error).toMatchObject({ code: 'identity-keys-unavailable' });
  });
});
