import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMINISTRATOR, BEN, GROUPS, MALLORY, ORGANIZATION } from '../../../sandbox/demo-organization';
import { groupsOf } from '../../../sandbox/story-looks';
import { createDeadDeliveries } from '../../../shared/storage/dead-deliveries';
import { createLedgerStore } from '../../../shared/storage/ledger';
import { DEAD, startConsoleStack, type ConsoleStack } from '../../fixtures/console-stack';
import { cookieOf, tokenIn, visit, type Fields } from '../../fixtures/console-visit';
import { eventually, send } from './calls';

let stack: ConsoleStack;
let cookie = '';
const { open, post } = visit({ host: () => stack.host() }, () => ({ cookie }));

beforeAll(async () => {
  stack = await startConsoleStack();
  cookie = cookieOf(await post('-session', { name: 'Maria Lead', key: stack.consoleKey }, {}));
}, 180_000);
afterAll(async () => stack.close());

const MARIA = {
  kind: 'key-holder',
  name: 'Maria Lead',
  establishedBy: 'console-key',
  establishedAtMs: expect.any(Number),
};

describe('a dead delivery', () => {
  const pathOf = (id: string): string => `/${ORGANIZATION}/dead-letters/${id}`;
  const evidenceOf = async (kind: string) => {
    const { records } = await createLedgerStore(stack.storage).evidence({
      organization: ORGANIZATION,
      kind: 'organization',
      key: 'organization',
    });
    return records.filter((record) => record.kind === kind).map(({ facts }) => facts);
  };
  const deadIds = async (): Promise<readonly string[]> =>
    (await createDeadDeliveries(stack.storage).list('hr', 'standard')).map(({ deliveryId }) => deliveryId);
  const isMember = async (email: string): Promise<boolean> =>
    eventually(`${email} is in`, () => groupsOf(stack, email).includes(GROUPS.developers));

  it('is shown with source, time, code and tries, and nothing of what it says', async () => {
    const { text } = await open(`/${ORGANIZATION}/dead-letters`);
    expect(text).toContain('HR: <bdi>standard</bdi>, 3 dead');
    expect(text).toContain(
      `<span class="mark">policy-invalid</span> tried 10 times, id <code>${DEAD[0]}</code>`,
    );
    const [deliveries = '', changes] = text.split('<h2>Refused changes</h2>');
    expect(deliveries).not.toContain('@acme.example');
    expect(changes).toContain('@acme.example');
    const today = (await open(`/${ORGANIZATION}/today`)).text;
    expect(today).toContain('3 deliveries of standard could not be used');
    expect(today).toContain(`<a href="/api/console/${ORGANIZATION}/dead-letters">Mend or close</a>`);
  });

  it.each([
    ['without a token', DEAD[0], { token: '', decision: 'retry-delivery' }, 403],
    ['without a decision', DEAD[0], {}, 404],
    ['with another decision', DEAD[0], { decision: 'delete' }, 404],
    ['of an id that is none', 'none', { decision: 'retry-delivery' }, 404],
    ['of an id that nobody knows', 'f'.repeat(64), { decision: 'close-delivery', reason: 'No' }, 404],
    ['closed without a reason', DEAD[0], { decision: 'close-delivery' }, 400],
    ['closed for blanks', DEAD[0], { decision: 'close-delivery', reason: ' ' }, 400],
    ['closed for too long a reason', DEAD[0], { decision: 'close-delivery', reason: 'x'.repeat(501) }, 400],
    ['with a form beyond all size', DEAD[0], { decision: 'close-delivery', reason: 'x'.repeat(20_000) }, 413],
    ['of a source that there is not', 'all', { decision: 'retry-source', source: 'hr/none' }, 404],
    ['of no source', 'all', { decision: 'retry-source' }, 404],
  ])('stays as it is when a form comes %s', async (_what, id, fields: Fields, status) => {
    const token = tokenIn(await open(`/${ORGANIZATION}/dead-letters`));
    expect((await post(pathOf(id), { token, ...fields })).status).toBe(status);
    expect(await deadIds()).toEqual(DEAD);
  });

  it('is put back in the name of who signed in, once, and processed', async () => {
    const form = { token: tokenIn(await open(`/${ORGANIZATION}/dead-letters`)), decision: 'retry-delivery' };
    const answers = await Promise.all([post(pathOf(DEAD[0]), form), post(pathOf(DEAD[0]), form)]);
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['303', '404']);
    expect(answers.find(({ status }) => status === 303)?.headers['location']).toMatch(/done=redelivered$/);
    expect(await evidenceOf('deliveries-retried')).toEqual([
      { feed: 'hr', source: 'standard', deliveryIds: [DEAD[0]], by: MARIA },
    ]);
    await expect(isMember(BEN)).resolves.toBe(true);
    expect((await post(pathOf(DEAD[0]), form)).status).toBe(404);
  });

  it('is closed over HTTP too, by somebody who is named', async () => {
    const { url, functionKey } = stack.host();
    const say = async (body: string, key = functionKey) =>
      send(`${url}/api/dead-letters/${ORGANIZATION}/deliveries/${DEAD[1]}/close`, {
        method: 'POST',
        pieces: [body],
        headers: {
          'content-type': 'application/json',
          'content-length': String(body.length),
          'x-functions-key': key,
        },
      });
    expect((await say('{"by":"olga","reason":"No"}', 'another')).status).toBe(401);
    for (const body of ['{"reason":"No"}', '{"by":"olga"}', '{"by":"olga","reason":5}', '[]', 'no'])
      expect(await say(body)).toMatchObject({ status: 400, json: { code: 'body-invalid' } });
    expect(await say('{"by":"olga","reason":"Sent twice"}')).toMatchObject({
      status: 200,
      json: { id: DEAD[1], closedBy: { kind: 'key-holder', name: 'olga', establishedBy: 'function-key' } },
    });
    expect(await say('{"by":"olga","reason":"Sent twice"}')).toMatchObject({
      status: 404,
      json: { code: 'dead-letter-unknown' },
    });
    expect(await evidenceOf('delivery-closed')).toMatchObject([
      { by: { kind: 'key-holder', name: 'olga' }, reason: 'Sent twice' },
    ]);
  });

  it('is put back with all of its source', async () => {
    const list = await send(`${stack.host().url}/api/dead-letters/${ORGANIZATION}`, {
      headers: { 'x-functions-key': stack.host().functionKey },
    });
    expect(list.json['deliveries']).toMatchObject([{ deliveryId: DEAD[2], source: 'standard' }]);
    const token = tokenIn(await open(`/${ORGANIZATION}/dead-letters`));
    const form = { token, decision: 'retry-source', source: 'hr/standard' };
    expect((await post(pathOf('all'), form)).headers['location']).toMatch(/done=redelivered$/);
    await expect(isMember(MALLORY)).resolves.toBe(true);
    expect((await post(pathOf('all'), form)).status).toBe(404);
    expect(await deadIds()).toEqual([]);
    expect(groupsOf(stack, ADMINISTRATOR)).toEqual([]);
  });
});
