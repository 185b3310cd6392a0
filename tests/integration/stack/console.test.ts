import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANA, ORGANIZATION } from '../../../sandbox/demo-organization';
import { emptyPersonLedger } from '../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../shared/domain/ledger/subject';
import { personKey } from '../../../shared/domain/person-key';
import { createRefusedChangeStore } from '../../../shared/storage/refused-changes';
import { createFindingStore } from '../../../shared/storage/findings';
import { createHoldStore } from '../../../shared/storage/holds';
import { createLedgerStore } from '../../../shared/storage/ledger';
import { HOSTILE, NIGHTS, startConsoleStack, type ConsoleStack } from '../../fixtures/console-stack';
import { cookieOf, tokenIn, visit, type Fields } from '../../fixtures/console-visit';
import { send, type Answer } from './calls';

let stack: ConsoleStack;
let cookie = '';
beforeAll(async () => {
  stack = await startConsoleStack();
  cookie = cookieOf(await signIn({ name: 'Maria Lead', key: stack.consoleKey }));
}, 180_000);
afterAll(async () => stack.close());

const { open, post } = visit({ host: () => stack.host() }, () => ({ cookie }));

async function signIn(fields: Fields): Promise<Answer> {
  return post('-session', fields, {});
}

async function report(path: string, headers: Fields = {}): Promise<Answer> {
  const { url, functionKey } = stack.host();
  return send(`${url}/api/reports/${path}`, { headers: { 'x-functions-key': functionKey, ...headers } });
}

const PAGES = [
  'today',
  'findings',
  'nights',
  'plans',
  'proposed-plans',
  'groups',
  'people',
  'days',
  'requests',
  'dead-letters',
  'sources',
];

describe('reports over HTTP', () => {
  it('are listed by night', async () => {
    const { nights } = (await report(ORGANIZATION)).json as {
      nights: Array<{ night: string; result: string }>;
    };
    expect(nights.map(({ night, result }) => [night, result])).toEqual([
      [NIGHTS[0], 'green'],
      [NIGHTS[1], 'red'],
      [NIGHTS[2], 'red'],
    ]);
  });

  it.each([
    ['latest', {}, 'application/json'],
    ['latest', { accept: 'text/html' }, 'text/html'],
    [`${NIGHTS[1]}?format=csv`, {}, 'text/csv'],
    ['latest?format=sarif', {}, 'application/sarif+json'],
    ['latest?format=ocsf', {}, 'application/x-ndjson'],
    ['latest?format=oscal', {}, 'application/oscal+json'],
  ])('are answered for %s with %j as %s', async (path, headers, type) => {
    const answer = await report(`${ORGANIZATION}/${path}`, headers);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('are compared', async () => {
    const { json } = await report(`${ORGANIZATION}/latest?compare=${NIGHTS[1]}`);
    expect(json).toMatchObject({ night: NIGHTS[2], comparedWith: NIGHTS[1], stillOpen: 1 });
  });

  it.each([
    [`${ORGANIZATION}/20200101T0200`, 404, 'report-unknown'],
    ['other/latest', 404, 'report-unknown'],
    [`${ORGANIZATION}/latest?format=pdf`, 406, 'format-unsupported'],
    [`${ORGANIZATION}/latest?format=csv&compare=${NIGHTS[1]}`, 406, 'format-unsupported'],
  ])('that cannot be had, such as %s, are a %i with %s', async (path, status, code) => {
    const answer = await report(path);
    expect([answer.status, answer.json['code']]).toEqual([status, code]);
  });

  it('need a function key', async () => {
    expect((await send(`${stack.host().url}/api/reports/${ORGANIZATION}/latest`)).status).toBe(401);
  });
});

describe('whoever is not signed in', () => {
  it.each(['', ...PAGES.map((page) => `/${ORGANIZATION}/${page}`), `/${ORGANIZATION}/report/latest`])(
    'sees of %j the form to sign in and nothing else',
    async (path) => {
      const answer = await open(path, {});
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('type="password"');
      expect(answer.text).not.toContain(ORGANIZATION);
    },
  );

  it.each([
    [
      'a header that only the platform may set',
      {
        'x-ms-client-principal-name': 'olga@acme.example',
        'x-ms-client-principal': Buffer.from('{"auth_typ":"aad","claims":[]}').toString('base64'),
      },
    ],
    [
      'a cookie of their own making',
      {
        cookie: `access-console=${Buffer.from('{"name":"Eve","id":"1","untilMs":9e15}').toString('base64url')}.c2ln`,
      },
    ],
    ['the key in place of a cookie', { cookie: 'access-console=KEY' }],
  ])('stays outside with %s', async (_what, headers) => {
    const said = {
      ...headers,
      ...('cookie' in headers ? { cookie: headers.cookie.replace('KEY', stack.consoleKey) } : {}),
    };
    expect((await open(`/${ORGANIZATION}/today`, said as Fields)).status).toBe(401);
  });

  it.each([
    ['a wrong key', { name: 'Eve', key: 'no' }],
    ['no key', { name: 'Eve', key: '' }],
    ['no name', { name: ' ', key: 'KEY' }],
    ['the name of the policy', { name: 'Policy ', key: 'KEY' }],
    ['a name that turns the line around', { name: 'Eve \u202Enimda', key: 'KEY' }],
  ])('does not get in with %s', async (_what, fields) => {
    const answer = await signIn({ ...fields, key: fields.key.replace('KEY', stack.consoleKey) });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined]);
  });

  it('waits after several wrong keys, and keeps nobody else out', async () => {
    const from = (address: string): Fields => ({ 'x-forwarded-for': `10.0.0.1, ${address}` });
    const answers: Answer[] = [];
    for (let time = 0; time < 10; time += 1)
      answers.push(await post('-session', { name: 'Eve', key: 'no' }, from('192.0.2.7:4000')));
    expect(answers.slice(0, 5).map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const waits = answers.find(({ status }) => status === 429);
    expect(Number(waits?.headers['retry-after'])).toBeGreaterThan(0);
    expect(waits?.text).toContain('sign-in-too-often');
    const right = { name: 'Maria Lead', key: stack.consoleKey };
    expect((await post('-session', right, from('192.0.2.8'))).status).toBe(303);
  });

  it('decides nothing', async () => {
    expect((await post(`/${ORGANIZATION}/plans/${stack.planHash}`, { token: 'x' }, {})).status).toBe(401);
  });
});

describe('the console', () => {
  it('gives a cookie that no script reads and no other site sends, and that does not hold the key', async () => {
    const answer = await signIn({ name: 'Maria Lead', key: stack.consoleKey });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/api/console']);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    );
    expect(String(answer.headers['set-cookie'])).not.toContain(stack.consoleKey);
  });

  it('leads to the first organization', async () => {
    const answer = await open('');
    expect([answer.status, answer.headers['location']]).toEqual([303, `/api/console/${ORGANIZATION}/today`]);
  });

  it.each(PAGES)('shows %s under strict headers, with what comes from outside as text', async (page) => {
    const answer = await open(`/${ORGANIZATION}/${page}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.text).not.toContain(HOSTILE);
    // Tickets are what leads elsewhere.
    expect(answer.text.replaceAll('https://tickets.acme.example/', '')).not.toMatch(/<script|https?:\/\//);
  });

  it.each([
    ['/nobody/today', 403, 'not-permitted'],
    [`/${ORGANIZATION}/settings`, 404, 'page-unknown'],
    [`/${ORGANIZATION}/report/20200101T0200`, 404, 'report-unknown'],
    [`/${ORGANIZATION}/report/latest?format=pdf`, 406, 'format-unsupported'],
  ])('answers %s as a page with %i and %s', async (path, status, code) => {
    const answer = await open(path);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.text).toContain(code);
  });

  it('says why somebody has access: lines of the policy, tickets with approvers, and the evidence', async () => {
    const { text } = await open(`/${ORGANIZATION}/people?email=${encodeURIComponent(ANA.toUpperCase())}`);
    expect(text).toContain('line <bdi>everybody-in-automation</bdi> of the policy');
    expect(text).toMatch(/approved by <a href="[^"]*"><bdi>ben\.lead@acme\.example<\/bdi>/);
    expect(text).toContain('membership-added');
    expect(text).not.toContain('The evidence is not whole');
  });

  it('says where a request stands', async () => {
    expect((await open(`/${ORGANIZATION}/requests?id=REQ-1`)).text).toContain(
      '<strong>applied</strong>: <bdi>in force at their next sign-in',
    );
    expect((await open(`/${ORGANIZATION}/requests?id=REQ-9`)).text).toContain('There is no request');
  });

  it('ends a session of whoever asks for it, and of nobody else', async () => {
    const token = tokenIn(await open(`/${ORGANIZATION}/today`));
    const ends = async (fields: Fields, headers?: Fields) => {
      const { status, headers: answered } = await post('-session/end', fields, headers);
      return [status, answered['set-cookie']];
    };
    expect(await ends({ token: 'x' })).toEqual([403, undefined]);
    expect(await ends({ token }, {})).toEqual([401, undefined]);
    expect(await ends({ token })).toEqual([303, [expect.stringMatching(/^access-console=; .*Max-Age=0/)]]);
    const kept = cookie;
    cookie = cookieOf(await signIn({ name: 'Maria Lead', key: stack.consoleKey }));
    expect((await open(`/${ORGANIZATION}/today`, { cookie: kept })).status).toBe(401);
    expect((await open(`/${ORGANIZATION}/today`)).status).toBe(200);
  });
});

describe('the nights', () => {
  const textOf = async (query: string): Promise<string> =>
    (await open(`/${ORGANIZATION}/nights${query}`)).text;

  it('are listed, newest first, each with its report', async () => {
    const text = await textOf('');
    const listed = [...text.matchAll(/<th scope="row"><a href="[^"]*\/report\/(\w+)\?format=html">/g)];
    expect(listed.map(([, night]) => night)).toEqual(NIGHTS.toReversed());
  });

  it.each([
    ['the last with the one before', '', 'Since <time datetime="2026-11-20T02:00:00.000Z">'],
    ['the last with the first', `?before=${NIGHTS[0]}`, 'Since <time datetime="2026-11-19T02:00:00.000Z">'],
    [
      'one with an earlier one',
      `?night=${NIGHTS[1]}&before=${NIGHTS[0]}`,
      'Since <time datetime="2026-11-19T02:00:00.000Z">2026-11-19 02:00 UTC</time>: 2 appeared, 0 came back',
    ],
    [
      'the same two in the other order',
      `?night=${NIGHTS[0]}&before=${NIGHTS[1]}`,
      'Since <time datetime="2026-11-19T02:00:00.000Z">2026-11-19 02:00 UTC</time>: 2 appeared, 0 came back',
    ],
  ])('are compared: %s', async (_what, query, expected) => {
    expect((await textOf(query)).replaceAll(/\s+/g, ' ')).toContain(expected);
  });

  it.each(['?night=20200101T0200', '?night=..%2Fother%2Flatest', `?night=latest&before=${HOSTILE}`])(
    'that there are not are said to be so: %s',
    async (query) => {
      const text = await textOf(query);
      expect(text).toContain('There is no such night.');
      expect(text).not.toContain('appeared');
    },
  );
});

describe('a decision', () => {
  it.each([
    ['without a token', {}, {}, 403],
    ['with the token of somebody else', { token: 'OTHER' }, {}, 403],
    ['from another site', { token: 'OWN' }, { 'sec-fetch-site': 'cross-site' }, 403],
    ['as JSON', { token: 'OWN' }, { 'content-type': 'application/json' }, 415],
    ['about a plan that there is not', { token: 'OWN' }, {}, 404],
  ])('%s is refused', async (what, fields: Fields, headers, status) => {
    const other = cookieOf(await signIn({ name: 'Eve Other', key: stack.consoleKey }));
    const tokens: Fields = {
      OWN: tokenIn(await open(`/${ORGANIZATION}/plans`)),
      OTHER: tokenIn(await open(`/${ORGANIZATION}/plans`, { cookie: other })),
    };
    const said = fields['token'] === undefined ? {} : { token: tokens[fields['token']] ?? '' };
    const hash = what.startsWith('about') ? 'none' : stack.planHash;
    const answer = await post(`/${ORGANIZATION}/plans/${hash}`, said, { cookie, ...headers });
    expect(answer.status).toBe(status);
    expect((await createHoldStore(stack.storage).get(ORGANIZATION, stack.planHash))?.state).toBe('held');
  });

  it('releases a plan in the name of who signed in, once, and the evidence has it', async () => {
    const page = await open(`/${ORGANIZATION}/plans`);
    expect(page.text).toContain('Release 3 removals');
    const path = `/${ORGANIZATION}/plans/${stack.planHash}`;
    for (const sure of [{}, { sure: '2' }, { sure: 'yes' }] as Fields[]) {
      const asked = await post(path, { token: tokenIn(page), ...sure });
      expect([asked.status, asked.text.includes('Really take this access away?')]).toEqual([200, true]);
    }
    expect((await createHoldStore(stack.storage).get(ORGANIZATION, stack.planHash))?.state).toBe('held');
    const answer = await post(path, { token: tokenIn(page), sure: '3' });
    expect([answer.status, answer.headers['location']]).toEqual([
      303,
      `/api/console/${ORGANIZATION}/plans?done=released`,
    ]);
    const plan = await createHoldStore(stack.storage).get(ORGANIZATION, stack.planHash);
    const by = { kind: 'key-holder', name: 'Maria Lead', establishedBy: 'console-key' };
    expect(plan?.releasedBy).toMatchObject(by);
    const { records } = await createLedgerStore(stack.storage).evidence({
      organization: ORGANIZATION,
      kind: 'organization',
      key: 'organization',
    });
    expect(records.filter(({ kind }) => kind === 'plan-released').map(({ facts }) => facts)).toEqual([
      { planHash: stack.planHash, by: { ...by, establishedAtMs: expect.any(Number) } },
    ]);
    expect((await post(path, { token: tokenIn(page), sure: '3' })).status).toBe(409);
    expect((await open(`/${ORGANIZATION}/plans?done=released`)).text).toContain('The plan is released.');
  });

  it('accepts a finding until the end of a day, and not without a reason, a ticket or a day', async () => {
    const page = await open(`/${ORGANIZATION}/findings`);
    const [, id = ''] = /id="f-([0-9a-f]{16})" data-severity="critical"/.exec(page.text) ?? [];
    const path = `/${ORGANIZATION}/findings/${id}`;
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const fields = { token: tokenIn(page), reason: 'Known', owner: 'ops', ticket: 'CHG-9', until };
    for (const blank of ['reason', 'owner', 'ticket', 'until'])
      expect((await post(path, { ...fields, [blank]: ' ' })).status).toBe(422);
    expect((await post(path, fields)).headers['location']).toMatch(/done=waived$/);
    const waived = (await createFindingStore(stack.storage).list(ORGANIZATION)).find(
      (known) => known.id === id,
    );
    expect(waived).toMatchObject({
      state: 'waived',
      waiver: { reason: 'Known', owner: 'ops', ticket: 'CHG-9', untilMs: Date.parse(until) + 86_400_000 },
    });
    const { text: accepted } = await open(`/${ORGANIZATION}/findings?show=waived`);
    expect(accepted).toContain('ticket CHG-9');
    expect(accepted).toContain('accepted by <bdi>Maria Lead (with the key)</bdi>');
  });

  it('says why somebody cannot be erased, erases who can be, and tells of it', async () => {
    const page = `/${ORGANIZATION}/people`;
    const atWork = await open(`${page}?person=${personKey(ANA)}`);
    expect(atWork.text).toContain('Not now: they work here');
    const gone = personSubject(ORGANIZATION, personKey('gone@acme.example'));
    const entry = {
      kind: 'worker-event',
      atMs: Date.now(),
      policyHash: 'p',
      facts: { said: 'gone@acme.example' },
    };
    await createLedgerStore(stack.storage).write(gone, emptyPersonLedger('gone@acme.example'), undefined, [
      entry,
    ]);
    const shown = await open(`${page}?person=${gone.key}`);
    expect(shown.text).toContain('Erase for good');
    const fields = { token: tokenIn(shown), decision: 'erase', reason: 'CHG-8' };
    expect((await post(`${page}/${personKey(ANA)}`, fields)).text).toContain('person-not-erasable');
    expect((await post(`${page}/${gone.key}`, { ...fields, reason: '' })).status).toBe(400);
    expect((await post(`${page}/${gone.key}`, fields)).headers['location']).toMatch(/done=erased$/);
    const after = await open(`${page}?person=${gone.key}`);
    expect(after.text).toContain('Somebody who was erased');
    expect(after.text).not.toContain('gone@acme.example');
    expect(after.text).not.toContain('Erase for good');
  });

  it('carries out no plan of a finding but the one that was shown', async () => {
    const page = await open(`/${ORGANIZATION}/findings`);
    const [, id = ''] = /id="f-([0-9a-f]{16})"/.exec(page.text) ?? [];
    const answer = await post(`/${ORGANIZATION}/findings/${id}`, {
      token: tokenIn(page),
      planHash: 'another',
    });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('plan-unknown');
  });

  it('tries a dead letter again with a corrected id, and refuses one that is none', async () => {
    const page = await open(`/${ORGANIZATION}/dead-letters`);
    const path = `/${ORGANIZATION}/dead-letters/letter-1`;
    const retry = { token: tokenIn(page), decision: 'retry-change' };
    expect((await post(path, { ...retry, memberId: 'no id' })).status).toBe(400);
    const memberId = '2A5E494C-5ce6-46a8-8ef1-bd26a9602ecd';
    expect((await post(path, { ...retry, memberId })).status).toBe(303);
    const letter = await createRefusedChangeStore(stack.storage).get(ORGANIZATION, 'letter-1');
    expect(letter?.history.at(-1)).toMatchObject({
      event: 'retried',
      by: { kind: 'key-holder', name: 'Maria Lead' },
    });
    const { records } = await createLedgerStore(stack.storage).evidence({
      organization: ORGANIZATION,
      kind: 'person',
      key: personKey(ANA),
    });
    expect(records.find(({ kind }) => kind === 'dead-letter-retried')?.facts).toMatchObject({
      correctedId: memberId.toLowerCase(),
    });
  });
});
