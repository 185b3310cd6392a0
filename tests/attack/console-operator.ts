import { ORGANIZATION } from '../../sandbox/demo-organization';
import { principalHeaders } from '../fixtures/easy-auth';
import type { ConsoleStack } from '../fixtures/console-stack';
import { cookieOf, fromSomewhere, visit, type Fields } from '../fixtures/console-visit';
import { send, type Answer } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { Control } from './control';
import { releases } from './held-plan';

const STATUS = `/${ORGANIZATION}/status`;

function basic(name: string, key: string): Fields {
  return { authorization: `Basic ${Buffer.from(`${name}:${key}`).toString('base64')}` };
}

const ask = async (stack: ConsoleStack, path: string, headers: Fields): Promise<Answer> =>
  send(`${stack.host().url}/api/operator${path}`, { headers: { ...fromSomewhere(), ...headers } });

const tells = async (stack: ConsoleStack, headers: Fields, path = STATUS): Promise<boolean> =>
  (await ask(stack, path, headers)).status === 200;

const decide = async (stack: ConsoleStack, path: string, headers: Fields, body = '{}'): Promise<Answer> =>
  send(`${stack.host().url}/api/operator${path}`, {
    method: 'POST',
    pieces: [body],
    headers: {
      ...fromSomewhere(),
      'content-type': 'application/json',
      'content-length': `${body.length}`,
      ...headers,
    },
  });

const operatorControl: Control = {
  id: 'an operator with the key',
  says: 'Whoever asks with the key and a name is answered, and releases a plan in that name',
  works: async (target) => {
    const stack = await target.console();
    const key = basic('Maria Lead', stack.consoleKey);
    return (await tells(stack, key)) && releases(stack, async (path) => decide(stack, path, key));
  },
};

/** Whoever asks or decides by the way of the command line and may not. */
export const operatorAttacks = attacksOn('console', operatorControl, [
  {
    id: 'operator-without-a-key',
    tries: 'Asks without a sign-in, with an empty key, with half of the key, and with a token of nobody',
    must: 'Nothing is told',
    run: async (target) => {
      const stack = await target.console();
      const { consoleKey } = stack;
      const tried: readonly Fields[] = [
        {},
        basic('Eve', ''),
        basic('Eve', consoleKey.slice(0, 20)),
        basic('', consoleKey),
        { authorization: `Bearer ${consoleKey}` },
        { authorization: consoleKey },
        { 'x-functions-key': consoleKey },
      ];
      for (const headers of tried) if (await tells(stack, headers)) return true;
      return tells(stack, {}, `${STATUS}?code=${encodeURIComponent(consoleKey)}`);
    },
  },
  {
    id: 'operator-by-the-headers-of-the-platform',
    tries: 'Says whom the platform signed in, where the platform signs nobody in',
    must: 'Nothing is told',
    run: async (target) => tells(await target.console(), principalHeaders('olga.admin@acme.example')),
  },
  {
    id: 'operator-by-a-cookie-of-the-console',
    tries: 'Asks and decides with the cookie of a session of the console, as a page elsewhere would',
    must: 'Nothing is told, and nothing is released',
    run: async (target) => {
      const stack = await target.console();
      const fields = { name: 'Maria Lead', key: stack.consoleKey };
      const cookie = cookieOf(await visit(stack, () => ({})).post('-session', fields, fromSomewhere()));
      return (
        (await tells(stack, { cookie })) || releases(stack, async (path) => decide(stack, path, { cookie }))
      );
    },
  },
  {
    id: 'operator-decision-from-a-page',
    tries: 'Decides with the key, but from a page of another site, and as a form',
    must: 'Nothing is released',
    run: async (target) => {
      const stack = await target.console();
      const key = basic('Maria Lead', stack.consoleKey);
      const tried: readonly Fields[] = [
        { ...key, 'sec-fetch-site': 'cross-site' },
        { ...key, 'sec-fetch-site': 'same-origin' },
        { ...key, 'content-type': 'text/plain' },
        { ...key, 'content-type': 'application/x-www-form-urlencoded' },
      ];
      for (const headers of tried)
        if (await releases(stack, async (path) => decide(stack, path, headers))) return true;
      return false;
    },
  },
  {
    id: 'operator-in-the-name-of-the-policy',
    tries: 'Decides under the name of the policy, and under one that turns the line around',
    must: 'Nothing is released',
    run: async (target) => {
      const stack = await target.console();
      for (const name of ['policy', 'Policy', 'Maria\u202EdaeL'])
        if (await releases(stack, async (path) => decide(stack, path, basic(name, stack.consoleKey))))
          return true;
      return false;
    },
  },
  {
    id: 'operator-key-guessed-many-times',
    tries: 'Tries thirty keys one after another from one address',
    must: 'Most are not looked at any more: the address has to wait',
    run: async (target) => {
      const stack = await target.console();
      const at = fromSomewhere();
      const answers = [];
      for (let time = 0; time < 30; time += 1)
        answers.push(await ask(stack, STATUS, { ...at, ...basic('Eve', `guess ${time}`) }));
      return answers.filter(({ status }) => status === 429).length < 20;
    },
  },
  {
    id: 'operator-who-asks-elsewhere',
    tries:
      'Asks for an organization that there is not, by a path that leads elsewhere, and by a kind of a key',
    must: 'Nothing is told',
    run: async (target) => {
      const stack = await target.console();
      const key = basic('Maria Lead', stack.consoleKey);
      for (const path of [
        '/globex/status',
        '/__proto__/status',
        '/constructor/status',
        `/${ORGANIZATION}%2f..%2fglobex/status`,
      ])
        if (await tells(stack, key, path)) return true;
      return false;
    },
  },
  {
    id: 'operator-export-from-a-made-up-place',
    tries:
      'Goes on with an export from a place that was never told: without a seal, with that of another place, and with a filter in it',
    must: 'Nothing is told',
    run: async (target) => {
      const stack = await target.console();
      const key = basic('Maria Lead', stack.consoleKey);
      const place = {
        atMs: Date.now(),
        place: { part: 'person', after: "' or PartitionKey ne '", log: '0/0' },
      };
      const encoded = Buffer.from(JSON.stringify(place)).toString('base64url');
      for (const cursor of [
        encoded,
        `${encoded}.`,
        `${encoded}.00000000:${'A'.repeat(43)}`,
        '.',
        'x'.repeat(3_000),
      ])
        if (await tells(stack, key, `/${ORGANIZATION}/evidence-export?cursor=${encodeURIComponent(cursor)}`))
          return true;
      return false;
    },
  },
  {
    id: 'operator-place-that-is-a-filter',
    tries:
      'Lists and replays kept deliveries, and listens, from places that end a filter of storage and begin another',
    must: 'Nothing is told, and nothing is processed again',
    run: async (target) => {
      const stack = await target.console();
      const key = basic('Maria Lead', stack.consoleKey);
      const filter = "t:' or PartitionKey ne '";
      const asked = new URLSearchParams({ source: 'hr/standard', since: '2026-01-01', place: filter });
      const answers = [
        await tells(stack, key, `/${ORGANIZATION}/replay?${asked.toString()}`),
        await tells(stack, key, `/${ORGANIZATION}/events?after=${encodeURIComponent("1' or '1.1")}`),
      ];
      const body = JSON.stringify({ source: 'hr/standard', deliveries: filter });
      const replayed = await decide(stack, `/${ORGANIZATION}/replay/deliveries`, key, body);
      return answers.includes(true) || replayed.status === 200;
    },
  },
]);
