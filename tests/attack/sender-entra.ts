import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { ENTRA, entraToken, newEntraKey } from '../../sandbox/vendors/entra';
import { send } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { joins, joinsOrIsKept, type Body } from './attempts';
import type { Control } from './control';

const HOUR_S = 3_600;
const seconds = (): number => Math.floor(Date.now() / 1000);
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function keyOf(app: AttackedStack): string {
  return app.stack.vendors.secrets['entra-lifecycle-workflows'] ?? '';
}

async function show(app: AttackedStack, body: Body, authorization: string): Promise<unknown> {
  return send(`${app.stack.vendors.webhooksUrl}/hr/workday`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    pieces: [JSON.stringify(body)],
  });
}

const token = (app: AttackedStack, changes: Parameters<typeof entraToken>[2] = {}): string =>
  `Bearer ${entraToken(keyOf(app), Date.now(), changes)}`;

const tokenControl: Control = {
  id: 'a joiner by a token of Entra',
  says: 'A delivery under a token of the named identity has somebody join',
  works: async (target) => joins(target, async (app, body) => show(app, body, token(app))),
};

/** The parts of a right token. */
function partsOf(app: AttackedStack): readonly [header: string, claims: string, signature: string] {
  const [header = '', claims = '', signature = ''] = entraToken(keyOf(app), Date.now()).split('.');
  return [header, claims, signature];
}

function withAlgorithm(app: AttackedStack, header: object, sign: (text: string) => string): string {
  const text = `${encoded({ typ: 'JWT', ...header })}.${partsOf(app)[1]}`;
  return `Bearer ${text}.${sign(text)}`;
}

/** Tokens of Microsoft Entra that are not of the tenant, for the app, from the application, or of now. */
export const entraAttacks = attacksOn('sender', tokenControl, [
  ...(
    [
      ['no-algorithm', 'Says that its token needs no signature (`alg: none`)', 'none'],
      ['no-algorithm-in-capitals', 'Says so in other letters (`alg: nOnE`)', 'nOnE'],
    ] as const
  ).map(([id, tries, alg]) => ({
    id: `token-${id}`,
    tries,
    must: 'Nobody joins and nothing is kept',
    run: async (target: Parameters<typeof joins>[0]) =>
      joinsOrIsKept(target, async (app, body) => {
        await show(
          app,
          body,
          withAlgorithm(app, { alg }, () => ''),
        );
        await show(
          app,
          body,
          withAlgorithm(app, { alg }, () => 'AA'),
        );
      }),
  })),
  {
    id: 'token-signed-with-the-public-key',
    tries: "Signs with HS256 and the tenant's public key as its secret, in every spelling of it",
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const key = createPublicKey(keyOf(app));
        for (const secret of [
          key.export({ type: 'spki', format: 'pem' }),
          key.export({ type: 'spki', format: 'der' }),
          JSON.stringify(key.export({ format: 'jwk' })),
        ])
          await show(
            app,
            body,
            withAlgorithm(app, { alg: 'HS256' }, (text) =>
              createHmac('sha256', secret).update(text).digest('base64url'),
            ),
          );
      }),
  },
  {
    id: 'token-of-a-made-up-key',
    tries: 'Signs with a key of the attacker under the key id of the tenant',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const [header] = partsOf(app);
        const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
        return show(app, body, `Bearer ${entraToken(newEntraKey(), Date.now(), { header: { kid } })}`);
      }),
  },
  {
    id: 'token-that-brings-its-key',
    tries: 'Puts the key that it is signed with into the header of the token',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const mine = newEntraKey();
        const jwk = createPublicKey(mine).export({ format: 'jwk' });
        return show(app, body, `Bearer ${entraToken(mine, Date.now(), { header: { jwk } })}`);
      }),
  },
  {
    id: 'token-that-names-where-its-key-is',
    tries: 'Names an address of the attacker where the key is (`jku`, `x5u`)',
    must: 'Nobody joins, and the address is not called',
    run: async (target) => {
      const app = await target.app();
      const address = `${app.canary.url}/keys`;
      const got = await joinsOrIsKept(target, async (_, body) =>
        show(
          app,
          body,
          `Bearer ${entraToken(newEntraKey(), Date.now(), { header: { jku: address, x5u: address } })}`,
        ),
      );
      return got || app.canary.heard('/keys');
    },
  },
  {
    id: 'token-with-a-key-id-that-is-a-path',
    tries: 'Names keys by paths and by names that every object has',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        for (const kid of ['../../../dev/null', '__proto__', '', "' or '1'='1"])
          await show(app, body, `Bearer ${entraToken(newEntraKey(), Date.now(), { header: { kid } })}`);
      }),
  },
  {
    id: 'token-with-changed-claims',
    tries: 'Changes the claims of a token that was seen and keeps its signature',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const [header, claims, signature] = partsOf(app);
        const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
        return show(
          app,
          body,
          `Bearer ${header}.${encoded({ ...said, exp: seconds() + 99 * HOUR_S })}.${signature}`,
        );
      }),
  },
  {
    id: 'token-without-a-signature',
    tries: 'Cuts the signature off, or half of it',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const [header, claims, signature] = partsOf(app);
        for (const rest of ['', '.', `.${signature.slice(0, 40)}`])
          await show(app, body, `Bearer ${header}.${claims}${rest}`);
      }),
  },
  ...(
    [
      [
        'of-another-tenant',
        'Shows a token that another tenant issued',
        () => ({
          tid: '00000000-0000-4000-8000-000000000001',
          iss: 'https://sts.windows.net/00000000-0000-4000-8000-000000000001/',
        }),
      ],
      [
        'for-another-audience',
        'Shows a token that is meant for another API',
        () => ({
          aud: 'https://graph.microsoft.com',
        }),
      ],
      [
        'for-a-list-of-audiences',
        'Shows a token for this app and everybody else, without the tenant',
        () => ({
          aud: [ENTRA.audience, 'https://graph.microsoft.com'],
          tid: undefined,
        }),
      ],
      [
        'of-another-application',
        'Shows a token of another application of the tenant',
        () => ({
          appid: '99999999-0000-4000-8000-000000000001',
        }),
      ],
      [
        'of-a-person',
        'Shows a token of a person, who signed in with an application of their own',
        () => ({
          appid: undefined,
          azp: undefined,
          oid: ENTRA.application,
          sub: ENTRA.application,
        }),
      ],
      [
        'that-is-expired',
        'Shows a token that ended an hour ago',
        () => ({
          iat: seconds() - 2 * HOUR_S,
          nbf: seconds() - 2 * HOUR_S,
          exp: seconds() - HOUR_S,
        }),
      ],
      ['that-never-ends', 'Shows a token without an end', () => ({ exp: undefined })],
      [
        'that-is-not-yet-good',
        'Shows a token that begins tomorrow',
        () => ({ nbf: seconds() + 24 * HOUR_S }),
      ],
    ] as const
  ).map(([id, tries, claims]) => ({
    id: `token-${id}`,
    tries,
    must: 'Nobody joins and nothing is kept',
    run: async (target: Parameters<typeof joins>[0]) =>
      joinsOrIsKept(target, async (app, body) => show(app, body, token(app, { claims: claims() }))),
  })),
  {
    id: 'token-in-the-wrong-place',
    tries: 'Shows a right token in the address and as a cookie, where logs and links keep it',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const bare = token(app).slice('Bearer '.length);
        const url = `${app.stack.vendors.webhooksUrl}/hr/workday?access_token=${bare}&authorization=${bare}`;
        const headers = { 'content-type': 'application/json', cookie: `access_token=${bare}` };
        return send(url, { method: 'POST', headers, pieces: [JSON.stringify(body)] });
      }),
  },
  {
    id: 'token-of-another-kind-of-key',
    tries: 'Signs with an elliptic curve under the key id of the tenant',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
        const mine = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
        return show(app, body, `Bearer ${entraToken(mine, Date.now(), { header: { alg: 'PS256' } })}`);
      }),
  },
]);
