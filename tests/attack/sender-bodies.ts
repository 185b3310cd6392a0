import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { GROUPS } from '../../sandbox/demo-organization';
import { signPosting } from '../../sandbox/sender';
import { send } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { bodyOfJoiner, isTaken, joinerControl, joins, joinsOrIsKept } from './attempts';

const MEGABYTE = 1_048_576;
/** Senders give up after three seconds; on a machine that is busy with something else, after so many times what an answer takes there. */
const PATIENCE_MS = 3_000;
const PATIENCE_RATIO = 10;

/** Whether the app answers nobody else in time while `attack` goes on, or is gone after it: twice, as a machine may be busy once. */
async function isSlowedBy(
  app: AttackedStack,
  attack: (app: AttackedStack) => Promise<unknown>,
): Promise<boolean> {
  return (await isSlowedOnce(app, attack)) && isSlowedOnce(app, attack);
}

async function isSlowedOnce(
  app: AttackedStack,
  attack: (app: AttackedStack) => Promise<unknown>,
): Promise<boolean> {
  const pid = app.stack.host().pid;
  const before = await timed(app);
  const attacking = attack(app);
  await sleep(200);
  const meanwhile = await timed(app);
  await attacking.catch(() => undefined);
  const patienceMs = Math.max(PATIENCE_MS, PATIENCE_RATIO * before.tookMs);
  return !meanwhile.isTaken || meanwhile.tookMs > patienceMs || app.stack.host().pid !== pid;
}

/** How long another sender waits for an answer. */
async function timed(app: AttackedStack): Promise<Readonly<{ isTaken: boolean; tookMs: number }>> {
  const startedAtMs = performance.now();
  const answer = await app.sayHr(bodyOfJoiner(app.person()));
  return { isTaken: isTaken(answer), tookMs: performance.now() - startedAtMs };
}

/** Signed as by the sender itself: what an authentic sender may not do to the app either. */
async function flood(app: AttackedStack, body: string, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) await app.sayHr(body);
}

/** Opens a request and sends it a byte at a time, for as long as the other side lets. */
function drip(url: string, forMs: number): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': '1000' },
    });
    const timer = setInterval(() => sent.write(' '), 250);
    const end = (): void => {
      clearInterval(timer);
      sent.destroy();
      resolve();
    };
    sent.on('error', end).on('response', end);
    setTimeout(end, forMs).unref();
  });
}

/** Bodies that are too large, too deep, too slow or of two meanings. */
export const bodyAttacks = attacksOn('sender', joinerControl, [
  {
    id: 'body-over-the-limit',
    tries: 'Announces a joiner in a signed body of two megabytes',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) =>
        app.sayHr(JSON.stringify(body) + ' '.repeat(2 * MEGABYTE)).catch(() => undefined),
      ),
  },
  {
    id: 'body-that-says-it-is-small',
    tries: 'Sends two megabytes in chunks, without saying how much comes',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        const whole = JSON.stringify(body) + ' '.repeat(2 * MEGABYTE);
        const pieces = Array.from({ length: 32 }, (_, at) => whole.slice(at * 65_536, (at + 1) * 65_536));
        return app.sayHr(whole, { pieces: [...pieces, whole.slice(32 * 65_536)] }).catch(() => undefined);
      }),
  },
  {
    id: 'body-compressed',
    tries: 'Sends a signed body compressed, a small one that grows to a hundred megabytes',
    must: 'Everybody else is answered in time, and nothing is kept',
    alone: true,
    run: async (target) =>
      isSlowedBy(await target.app(), async (app) => {
        const bomb = gzipSync(Buffer.alloc(100 * MEGABYTE, ' '));
        return app.sayHr('', { pieces: [bomb], headers: { 'content-encoding': 'gzip' } });
      }),
  },
  {
    id: 'body-nested-deep',
    tries: 'Sends signed JSON of a hundred thousand open brackets',
    must: 'Everybody else is answered in time',
    alone: true,
    run: async (target) => isSlowedBy(await target.app(), async (app) => flood(app, '['.repeat(100_000), 5)),
  },
  {
    id: 'body-of-many-keys',
    tries: 'Sends signed JSON with fifty thousand attributes',
    must: 'Everybody else is answered in time',
    alone: true,
    run: async (target) =>
      isSlowedBy(await target.app(), async (app) => {
        const attributes = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, '']));
        return flood(app, JSON.stringify({ ...bodyOfJoiner('x@acme.example'), attributes }), 3);
      }),
  },
  {
    id: 'body-that-never-ends',
    tries: 'Opens a hundred requests and sends each a byte every quarter of a second',
    must: 'Everybody else is answered in time',
    alone: true,
    run: async (target) =>
      isSlowedBy(await target.app(), async (app) =>
        Promise.all(Array.from({ length: 100 }, async () => drip(app.stack.hr().url, 4_000))),
      ),
  },
  {
    id: 'address-that-costs-time',
    tries: 'Writes addresses on which careless patterns work for ever',
    must: 'Everybody else is answered in time',
    alone: true,
    run: async (target) =>
      isSlowedBy(await target.app(), async (app) => {
        for (const email of [`${'a.'.repeat(60_000)}@`, `${'@'.repeat(60_000)}x`, `${' '.repeat(60_000)}a@b`])
          await flood(app, JSON.stringify(bodyOfJoiner(email)));
      }),
  },
  {
    id: 'number-that-costs-time',
    tries: 'Writes a number of half a million digits',
    must: 'Everybody else is answered in time',
    alone: true,
    run: async (target) =>
      isSlowedBy(await target.app(), async (app) =>
        flood(app, `{"schemaVersion":${'9'.repeat(500_000)}}`, 3),
      ),
  },
  {
    id: 'key-of-the-prototype',
    tries: 'Writes members of `__proto__`, `constructor` and `prototype` into a signed body',
    must: 'No other joiner has what they say',
    run: async (target) => {
      const app = await target.app();
      const text = JSON.stringify(bodyOfJoiner(app.person()));
      const members = '{"department":"Automation","attributes":{"department":"Automation"}}';
      for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])
        await app.sayHr(`${text.slice(0, -1)},"${key}":${members}}`);
      const other = app.person();
      await app.sayHr({ ...bodyOfJoiner(other), attributes: {} });
      await app.settle();
      return app.isIn(other, GROUPS.developers);
    },
  },
  {
    id: 'key-that-is-encoded',
    tries: 'Writes the department a second time, with a letter of its key encoded',
    must: 'The department of Finance gives nothing of Automation, nor both',
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      const text = JSON.stringify({ ...bodyOfJoiner(email), attributes: { department: 'Finance' } });
      await app.sayHr(
        text.replace('"department":"Finance"', '"dep\\u0061rtment":"Automation","department":"Finance"'),
      );
      await app.settle();
      return app.isIn(email, GROUPS.developers);
    },
  },
  {
    id: 'person-named-twice',
    tries: 'Names two people in one signed JSON object, to have two of them join',
    must: 'One joins at most',
    run: async (target) => {
      const app = await target.app();
      const [one, other] = [app.person(), app.person()];
      const text = JSON.stringify(bodyOfJoiner(one));
      await app.sayHr(`${text.slice(0, -1)},"worker":{"email":"${other}"}}`);
      await app.settle();
      return app.isIn(one, GROUPS.users) && app.isIn(other, GROUPS.users);
    },
  },
  {
    id: 'address-of-two-people',
    tries: 'Writes two addresses into one, parted by a comma, a line break, a blank and a null byte',
    must: 'Neither joins',
    run: async (target) => {
      const app = await target.app();
      const [one, other] = [app.person(), app.person()];
      for (const between of [',', '\n', '\r\nBcc: ', ' ', '\0', ';', '%0a', '\u2028'])
        await app.sayHr(bodyOfJoiner(`${one}${between}${other}`));
      await app.settle();
      return app.isIn(one, GROUPS.users) || app.isIn(other, GROUPS.users);
    },
  },
  {
    id: 'content-type-of-a-form',
    tries: 'Sends the signed JSON as a form, as plain text and as parts, as a page of another site can',
    must: 'Nobody joins',
    run: async (target) =>
      joins(target, async (app, body) => {
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'text/plain; application/json',
          'application/jsonp',
        ])
          await app.sayHr(body, { headers: { 'content-type': type } });
      }),
  },
  {
    id: 'letters-of-another-encoding',
    tries: 'Says that the signed bytes are of UTF-7 and UTF-16, or sends bytes that are no UTF-8',
    must: 'Nobody joins',
    run: async (target) =>
      joins(target, async (app, body, email) => {
        for (const charset of ['utf-7', 'utf-16', 'latin1'])
          await app.sayHr(body, { headers: { 'content-type': `application/json; charset=${charset}` } });
        const text = JSON.stringify({ ...body, note: 'X' });
        const bytes = Buffer.from(text);
        bytes[text.indexOf('X')] = 0xff;
        const { url, signingSecret } = app.stack.hr();
        const { headers } = signPosting(signingSecret, bytes.toString('latin1'), `msg_${email}`);
        await send(url, { method: 'POST', headers, pieces: [bytes] });
      }),
  },
  {
    id: 'method-of-another-kind',
    tries: 'Sends the signed delivery with other methods, and asks for another one by headers',
    must: 'Nobody joins',
    run: async (target) =>
      joins(target, async (app, body) => {
        const text = JSON.stringify(body);
        const { url, signingSecret } = app.stack.hr();
        const { headers } = signPosting(signingSecret, text);
        for (const method of ['PUT', 'PATCH', 'DELETE', 'QUERY'])
          await send(url, {
            method,
            headers: { ...headers, 'x-http-method-override': 'POST' },
            pieces: [text],
          }).catch(() => undefined);
      }),
  },
  {
    id: 'address-of-another-source',
    tries: 'Sends the signed delivery to addresses that a careless router takes for its source',
    must: 'Nobody joins and nothing is kept',
    run: async (target) =>
      joinsOrIsKept(target, async (app, body) => {
        for (const source of [
          'globex%2f..%2fstandard',
          'standard%00',
          '..%2fhr%2fstandard',
          'globex/../../tickets/standard',
          '__proto__',
          'constructor',
          '%2e%2e%2fstandard',
          'standard;a=b',
        ])
          await app.sayHr(body, { source, secret: app.secrets.globex });
      }),
  },
]);
