import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANA, ORGANIZATION } from '../../../sandbox/demo-organization';
import { personKey } from '../../../shared/domain/person-key';
import { createRequestIndex } from '../../../shared/storage/request-index';
import { HOSTILE, startConsoleStack, type ConsoleStack } from '../../fixtures/console-stack';
import { cookieOf, visit } from '../../fixtures/console-visit';
import { send } from './calls';

let stack: ConsoleStack;
let cookie = '';
const { open, post } = visit({ host: () => stack.host() }, () => ({ cookie }));

beforeAll(async () => {
  stack = await startConsoleStack();
  cookie = cookieOf(await post('-session', { name: 'Maria Lead', key: stack.consoleKey }, {}));
}, 180_000);
afterAll(async () => stack.close());

describe('requests over HTTP', () => {
  const ask = async (path: string, key = stack.host().functionKey) =>
    send(`${stack.host().url}/api/requests/${path}`, { headers: { 'x-functions-key': key } });

  it('are listed', async () => {
    const answer = await ask(`${ORGANIZATION}?state=applied&text=ANA.POP`);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.json).toEqual({
      requests: [
        expect.objectContaining({ requestId: 'REQ-1', source: 'standard', state: 'applied', person: ANA }),
      ],
    });
  });

  it.each([
    [`${ORGANIZATION}?state=done`, 400, 'query-invalid'],
    [`${ORGANIZATION}?cursor=${encodeURIComponent("x' or RowKey gt '")}`, 400, 'query-invalid'],
    [`${ORGANIZATION}?text=${'x'.repeat(201)}`, 400, 'query-invalid'],
    ['other', 404, 'request-unknown'],
    [encodeURIComponent("acme' or '1' eq '1"), 404, 'request-unknown'],
  ])('are for %s a %i with %s', async (path, status, code) => {
    const answer = await ask(path);
    expect([answer.status, answer.json['code']]).toEqual([status, code]);
  });

  it('need a function key', async () => {
    expect((await ask(ORGANIZATION, 'another')).status).toBe(401);
  });
});

describe('the page of requests', () => {
  it('lists requests with a way to each and to the person, and turns the page', async () => {
    const index = createRequestIndex(stack.storage);
    for (let number = 1; number <= 24; number += 1)
      await index.put(ORGANIZATION, {
        requestId: `standard/OLD-${number}`,
        source: 'standard',
        action: 'grant',
        receivedAtMs: number,
        subject: { kind: 'person', key: personKey(ANA) },
        group: HOSTILE,
        refusal: 'group-not-managed',
      });
    const { text } = await open(`/${ORGANIZATION}/requests`);
    expect(text).toContain(
      `<a href="/api/console/${ORGANIZATION}/requests?id=REQ-1&amp;source=standard"><bdi>REQ-1</bdi></a>`,
    );
    expect(text).toContain(
      `<a href="/api/console/${ORGANIZATION}/people?email=${encodeURIComponent(ANA)}"><bdi>${ANA}</bdi></a>`,
    );
    expect(text).not.toContain(HOSTILE);
    const [, older = ''] = /href="\/api\/console([^"]+)">Older/.exec(text) ?? [];
    const second = (await open(older.replaceAll('&amp;', '&'))).text;
    expect(second.match(/<th scope="row">/g)).toHaveLength(1);
    expect(second).toContain('<bdi>OLD-1</bdi>');
    expect(second).not.toContain('>Older<');
    const waiting = (await open(`/${ORGANIZATION}/requests?state=waiting`)).text;
    expect(waiting).toContain('There is none.');
    expect(waiting).toContain('<option selected>waiting</option>');
  });

  it.each(['state=done', 'cursor=1', `text=${'x'.repeat(201)}`])(
    'answers the list of requests for %s as a page that says so',
    async (words) => {
      const answer = await open(`/${ORGANIZATION}/requests?${words}`);
      expect([answer.status, answer.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
      expect(answer.text).toContain('query-invalid');
    },
  );
});
