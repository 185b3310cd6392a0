import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ORGANIZATION } from '../../../sandbox/demo-organization';
import { personKey } from '../../../shared/domain/person-key';
import { createSession, deriveConsoleKeys } from '../../../shared/console/session-and-form-tokens';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { createDeliveries } from '../../../shared/storage/deliveries';
import { createHoldStore } from '../../../shared/storage/holds';
import { createLedgerStore } from '../../../shared/storage/ledger';
import { startConsoleStack, type ConsoleStack } from '../../fixtures/console-stack';
import { send } from './calls';
import { tokenIn, visit, type Fields } from '../../fixtures/console-visit';
import {
  APPROVERS,
  APPROVING,
  AUDITOR,
  CHIEF,
  EASY_AUTH,
  objectIdOf,
  OPERATING,
  OPERATOR,
  ORGANIZATION_WITH_ROLES,
  OTHER_ORGANIZATION,
  OTHERS_OPERATOR,
  principalHeaders,
  READER,
  TENANT,
} from '../../fixtures/easy-auth';

let stack: ConsoleStack;
const { open, post } = visit({ host: () => stack.host() }, () => ({}));
const as = principalHeaders;
const asElsewhere = (other: Readonly<{ tenantId?: string; provider?: string }>): Fields =>
  principalHeaders(OPERATOR, objectIdOf(OPERATOR), other);

const SHARED = 'd'.repeat(64);
beforeAll(async () => {
  stack = await startConsoleStack(EASY_AUTH);
  const key = { feed: 'hr', source: 'shared', deliveryId: SHARED } as const;
  const body = Buffer.from('{}');
  await createDeliveries(stack.storage).insert({
    ...key,
    receivedAtMs: 1,
    contentType: 'application/json',
    body,
  });
  await createDeadDeliveries(stack.storage).fail(key, { code: 'body-invalid', tries: 5, atMs: 2 });
}, 180_000);
afterAll(async () => stack.close());

const PAGES = ['today', 'findings', 'nights', 'plans', 'people', 'requests', 'dead-letters', 'sources'];
const plans = `/${ORGANIZATION}/plans`;

async function isHeld(): Promise<boolean> {
  return (await createHoldStore(stack.storage).get(ORGANIZATION, stack.planHash))?.state === 'held';
}

describe('nobody', () => {
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
  const { 'x-ms-client-principal': whole = '', ...others } = as(OPERATOR);
  it.each<[string, Fields]>([
    ['without headers', {}],
    ['with a name alone', { 'x-ms-client-principal-name': OPERATOR }],
    ['with all but the principal', others],
    ['with a principal of another tenant', asElsewhere({ tenantId: '72f988bf-0000-4000-8000-000000000002' })],
    ['with a principal of another provider', asElsewhere({ provider: 'google' })],
    ['with a principal that is no base64', { ...others, 'x-ms-client-principal': '%%%' }],
    ['with a principal that is no JSON', { ...others, 'x-ms-client-principal': whole.slice(8) }],
    ['with a principal that was cut', { ...others, 'x-ms-client-principal': whole.slice(0, -40) }],
    ['with a principal that is a list', { ...others, 'x-ms-client-principal': encoded([]) }],
    ['with a principal that is null', { ...others, 'x-ms-client-principal': encoded(null) }],
    [
      'with a principal whom nobody signed in',
      { ...others, 'x-ms-client-principal': encoded({ auth_typ: '', claims: [] }) },
    ],
    [
      'with claims that are no list',
      { ...others, 'x-ms-client-principal': encoded({ auth_typ: 'aad', claims: { typ: 'oid', val: '1' } }) },
    ],
    [
      'with a claim that is no text',
      {
        ...others,
        'x-ms-client-principal': encoded({ auth_typ: 'aad', claims: [{ typ: 'oid', val: { $ne: 1 } }] }),
      },
    ],
  ])('gets in %s: every page asks for the sign-in of the platform', async (_how, headers) => {
    for (const path of ['', plans, `/${ORGANIZATION}/report/latest`]) {
      const answer = await open(path, headers);
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('href="/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fconsole"');
      expect(answer.text).not.toContain('type="password"');
      expect(answer.text).not.toContain(ORGANIZATION);
    }
    expect((await post(`${plans}/${stack.planHash}`, { token: 'x' }, headers)).status).toBe(401);
  });

  it('signs in with the key, nor with a cookie that the key signed', async () => {
    const keys = deriveConsoleKeys({ current: stack.consoleKey });
    const cookie = `access-console=${createSession(keys, OPERATOR, Date.now()).cookie}`;
    expect((await open(plans, { cookie })).status).toBe(401);
    const answer = await post('-session', { name: 'Eve', key: stack.consoleKey });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([404, undefined]);
  });
});

describe('a stranger', () => {
  it.each([
    ['eve@evil.example'],
    [`${READER}.evil.example`],
    [`x${OPERATOR}`],
    [`${READER}, ${OPERATOR}`],
    ['anyone'],
    ['<b>eve</b>'],
  ])('such as %s learns nothing and decides nothing', async (name) => {
    for (const page of PAGES) {
      const answer = await open(`/${ORGANIZATION}/${page}`, as(name));
      expect([answer.status, answer.text.includes('not-permitted')]).toEqual([403, true]);
      expect(answer.text).not.toContain('acme.example');
      expect(answer.text).not.toContain('<b>eve');
    }
    const [known, unknown] = [await open(plans, as(name)), await open('/nobody/plans', as(name))];
    const words = (text: string): string => text.replaceAll(/[0-9a-f-]{36}/g, '');
    expect(words(known.text)).toBe(words(unknown.text));
    expect((await open('', as(name))).text).not.toContain(ORGANIZATION);
    expect((await post(`${plans}/${stack.planHash}`, { token: 'x' }, as(name))).status).toBe(403);
    expect(await isHeld()).toBe(true);
  });
});

describe('a reader', () => {
  it.each(PAGES)('sees %s under her name, and no form that changes anything', async (page) => {
    const answer = await open(`/${ORGANIZATION}/${page}`, as(READER.toUpperCase()));
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`signed in as <bdi>${READER.toUpperCase()}</bdi>`);
    expect(answer.text).toContain('href="/.auth/logout"');
    expect(answer.text).not.toContain('method="post"');
    expect(answer.text).not.toContain('name="token"');
    expect(answer.text).not.toContain(OTHER_ORGANIZATION);
  });

  it('opens the whole report, and no other organization', async () => {
    expect((await open(`/${ORGANIZATION}/report/latest?format=json`, as(READER))).status).toBe(200);
    expect((await open(`/${OTHER_ORGANIZATION}/today`, as(READER))).status).toBe(403);
  });

  it('decides nothing, with no token or with that of an operator', async () => {
    const operators = tokenIn(await open(plans, as(OPERATOR)));
    expect(operators).not.toBe('');
    for (const token of ['', operators]) {
      const answer = await post(`${plans}/${stack.planHash}`, { token }, as(READER));
      expect([answer.status, answer.text.includes('form-stale')]).toEqual([403, true]);
    }
    expect(await isHeld()).toBe(true);
  });
});

describe('an operator', () => {
  it('of one organization decides nothing in another that he may read', async () => {
    await createHoldStore(stack.storage).put(OTHER_ORGANIZATION, {
      hash: 'e'.repeat(64),
      state: 'held',
      guards: [],
      removals: [],
      heldAtMs: Date.now(),
      expiresAtMs: Date.now() + 3_600_000,
      releasedBy: undefined,
      releasedAtMs: undefined,
    });
    const token = tokenIn(await open(`/${OTHER_ORGANIZATION}/plans`, as(OTHERS_OPERATOR)));
    expect(token).not.toBe('');
    expect((await open(plans, as(OTHERS_OPERATOR))).status).toBe(200);
    const answer = await post(`${plans}/${stack.planHash}`, { token }, as(OTHERS_OPERATOR));
    expect([answer.status, answer.text.includes('not-permitted')]).toEqual([403, true]);
    expect(await isHeld()).toBe(true);
  });

  it('decides nothing with the token of somebody of the same name', async () => {
    const token = tokenIn(await open(plans, as(OPERATOR)));
    const namesake = as(OPERATOR, objectIdOf('another'));
    expect((await post(`${plans}/${stack.planHash}`, { token }, namesake)).status).toBe(403);
    expect(await isHeld()).toBe(true);
  });

  it('releases a plan in her name', async () => {
    const token = tokenIn(await open(plans, as(OPERATOR)));
    const path = `${plans}/${stack.planHash}`;
    expect((await post(path, { token, sure: '3' }, as(OPERATOR))).status).toBe(303);
    const plan = await createHoldStore(stack.storage).get(ORGANIZATION, stack.planHash);
    expect(plan).toMatchObject({
      state: 'released',
      releasedBy: { kind: 'person', tenantId: TENANT, objectId: objectIdOf(OPERATOR), name: OPERATOR },
    });
  });
});

describe('a dead delivery of a source that two organizations share', () => {
  const path = `/${ORGANIZATION}/dead-letters/${SHARED}`;
  const close = { decision: 'close-delivery', reason: 'Empty' };

  it('is shown to whoever may look at one of them, with no form but for who decides in both', async () => {
    for (const [name, organization] of [
      [READER, ORGANIZATION],
      [OPERATOR, ORGANIZATION],
      [OTHERS_OPERATOR, OTHER_ORGANIZATION],
    ] as const) {
      const { text } = await open(`/${organization}/dead-letters`, as(name));
      expect(text).toContain(SHARED);
      expect(text).not.toContain(`dead-letters/${SHARED}`);
    }
    const { text } = await open(`/${ORGANIZATION}/dead-letters`, as(CHIEF));
    expect(text).toContain(`dead-letters/${SHARED}`);
  });

  it('is not closed by an operator of one of them, and is by who decides in both', async () => {
    const token = tokenIn(await open(`/${ORGANIZATION}/dead-letters`, as(OPERATOR)));
    const answer = await post(path, { token, ...close }, as(OPERATOR));
    expect([answer.status, answer.text.includes('not-permitted')]).toEqual([403, true]);
    const theirs = tokenIn(await open(`/${ORGANIZATION}/dead-letters`, as(CHIEF)));
    expect((await post(path, { token: theirs, ...close }, as(CHIEF))).status).toBe(303);
    for (const organization of [ORGANIZATION, OTHER_ORGANIZATION]) {
      const { records } = await createLedgerStore(stack.storage).evidence({
        organization,
        kind: 'organization',
        key: 'organization',
      });
      expect(records.find(({ kind }) => kind === 'delivery-closed')?.facts).toMatchObject({
        deliveryId: SHARED,
        by: { kind: 'person', tenantId: TENANT, objectId: objectIdOf(CHIEF), name: CHIEF },
        reason: 'Empty',
      });
    }
  });
});

describe('an organization with roles, where a release of more than one takes two people', () => {
  const hash = 'f'.repeat(64);
  const page = `/${ORGANIZATION_WITH_ROLES}/plans`;
  const [anna, bert] = APPROVERS.map((name) => as(name)) as [Fields, Fields];
  const otto = principalHeaders('otto@acme.example', undefined, { roles: [OPERATING] });
  const stateOf = async () =>
    (await createHoldStore(stack.storage).get(ORGANIZATION_WITH_ROLES, hash))?.state;
  const release = async (headers: Fields, token?: string) =>
    post(`${page}/${hash}`, { token: token ?? tokenIn(await open(page, headers)), sure: '2' }, headers);

  beforeAll(async () => {
    const key = { feed: 'hr', source: 'roles', deliveryId: 'b'.repeat(64) } as const;
    const body = Buffer.from('{}');
    await createDeliveries(stack.storage).insert({
      ...key,
      receivedAtMs: 1,
      contentType: 'application/json',
      body,
    });
    await createDeadDeliveries(stack.storage).fail(key, { code: 'body-invalid', tries: 5, atMs: 2 });
    const removals = [1, 2].map((number) => ({
      groupId: '6f1c1a52-0000-4000-8000-000000000001',
      groupName: 'Robots',
      personKey: personKey(`leaver${number}@acme.example`),
      memberId: `2a5e494c-5ce6-46a8-8ef1-00000000000${number}`,
      why: ['leaver'],
    }));
    await createHoldStore(stack.storage).put(ORGANIZATION_WITH_ROLES, {
      hash,
      state: 'held',
      guards: [],
      removals,
      heldAtMs: Date.now(),
      expiresAtMs: Date.now() + 3_600_000,
      releasedBy: undefined,
      releasedAtMs: undefined,
    });
  });

  it.each<[string, Fields]>([
    ['a stranger', as('eve@evil.example')],
    ['whoever decides in all others', as(CHIEF)],
    [
      'whoever has a role of the same name in other letters',
      principalHeaders('eve@evil.example', undefined, { roles: ['access.operate '] }),
    ],
    ['whoever has an approver’s name, and is somebody else', as(APPROVERS[0], objectIdOf('another'))],
  ])('is not shown to %s', async (_who, headers) => {
    expect((await open(page, headers)).status).toBe(403);
    const answer = await release(headers, tokenIn(await open(page, anna)));
    expect([answer.status, await stateOf()]).toEqual([403, 'held']);
  });

  it('shows an operator its plans, and lets them release none with a token of their own', async () => {
    const shown = await open(page, otto);
    expect([shown.status, shown.text.includes(hash.slice(0, 12))]).toEqual([200, true]);
    expect(shown.text).not.toContain(`plans/${hash}`);
    const token = tokenIn(await open(`/${ORGANIZATION_WITH_ROLES}/dead-letters`, otto));
    expect(token).not.toBe('');
    const answer = await release(otto, token);
    expect([answer.status, answer.text.includes('not-permitted'), await stateOf()]).toEqual([
      403,
      true,
      'held',
    ]);
  });

  it('shows an auditor its plans and no form at all, although the tenant made them approver and operator', async () => {
    const auditor = principalHeaders(AUDITOR, undefined, { roles: [APPROVING, OPERATING] });
    for (const name of ['plans', 'dead-letters', 'findings']) {
      const shown = await open(`/${ORGANIZATION_WITH_ROLES}/${name}`, auditor);
      expect([name, shown.status, shown.text.includes('method="post"')]).toEqual([name, 200, false]);
    }
    const answer = await release(auditor, tokenIn(await open(page, anna)));
    expect([answer.status, await stateOf()]).toEqual([403, 'held']);
  });

  it('has a plan released by two approvers, and not by one of them twice', async () => {
    for (const headers of [anna, as(APPROVERS[0].toUpperCase(), objectIdOf(APPROVERS[0]))]) {
      const answer = await release(headers);
      expect([answer.text.includes('second-person-needed'), await stateOf()]).toEqual([true, 'held']);
    }
    expect((await open(page, bert)).text).toContain(APPROVERS[0]);
    expect((await release(bert)).status).toBe(303);
    expect(await stateOf()).toBe('released');
    const { records } = await createLedgerStore(stack.storage).evidence({
      organization: ORGANIZATION_WITH_ROLES,
      kind: 'organization',
      key: 'organization',
    });
    expect(records.find(({ kind }) => kind === 'plan-released')?.facts).toMatchObject({
      by: { kind: 'person', objectId: objectIdOf(APPROVERS[1]) },
      first: { kind: 'person', objectId: objectIdOf(APPROVERS[0]) },
    });
  });
});

describe('the command line', () => {
  const ask = async (path: string, headers: Fields) =>
    send(`${stack.host().url}/api/operator${path}`, { headers });
  const decide = async (path: string, headers: Fields, fields: Fields = {}) => {
    const body = JSON.stringify(fields);
    const sent = { 'content-type': 'application/json', 'content-length': String(body.length), ...headers };
    return send(`${stack.host().url}/api/operator${path}`, { method: 'POST', pieces: [body], headers: sent });
  };

  it('is told where somebody may look, and nothing of elsewhere', async () => {
    expect((await ask('', as(CHIEF))).json).toMatchObject({
      who: expect.stringContaining(CHIEF),
      organizations: [{ organization: OTHER_ORGANIZATION }, { organization: ORGANIZATION }],
    });
    expect((await ask(`/${OTHER_ORGANIZATION}/status`, as(READER))).json['code']).toBe('not-permitted');
    expect((await ask('/nowhere/status', as(READER))).json['code']).toBe('not-permitted');
    expect((await ask(`/${ORGANIZATION}/status`, as(READER))).status).toBe(200);
  });

  it('is nobody without the platform, whatever key it sends', async () => {
    const key = Buffer.from(`${OPERATOR}:${stack.consoleKey}`).toString('base64');
    expect((await ask('', { authorization: `Basic ${key}` })).status).toBe(401);
    expect((await ask('', asElsewhere({ provider: 'google' }))).status).toBe(401);
  });

  it('decides as the console does, for whoever may', async () => {
    const retry = { decision: 'retry-delivery' };
    const shared = `/${ORGANIZATION}/dead-letters/${SHARED}`;
    for (const name of [READER, AUDITOR, 'mallory@elsewhere.example'])
      expect((await decide(shared, as(name), retry)).json['code']).toBe('not-permitted');
    expect((await decide(`/${ORGANIZATION}/plans/${stack.planHash}`, as(READER))).json['code']).toBe(
      'not-permitted',
    );
    expect(
      (await decide(`/${ORGANIZATION_WITH_ROLES}/plans/${'a'.repeat(64)}`, as(AUDITOR))).json['code'],
    ).toBe('not-permitted');
    const gone = await decide(`/${ORGANIZATION_WITH_ROLES}/plans/${'a'.repeat(64)}`, as(APPROVERS[0]));
    expect(gone.json['code']).toBe('plan-unknown');
  });
});
