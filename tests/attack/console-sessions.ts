import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { ORGANIZATION } from '../../sandbox/demo-organization';
import type { ConsoleStack } from '../fixtures/console-stack';
import { cookieOf, fromSomewhere, tokenIn, visit, type Fields } from '../fixtures/console-visit';
import { attacksOn } from './attack';
import type { Control } from './control';
import { releases, SURE } from './held-plan';

const PLANS = `/${ORGANIZATION}/plans`;
const visitTo = (stack: ConsoleStack) => visit(stack, () => ({}));

async function signIn(stack: ConsoleStack, name = 'Maria Lead'): Promise<string> {
  const answer = await visitTo(stack).post('-session', { name, key: stack.consoleKey }, fromSomewhere());
  return cookieOf(answer);
}

/** Whether a cookie opens a page that only who signed in may see. */
async function opens(stack: ConsoleStack, cookie: string): Promise<boolean> {
  const { status, text } = await visitTo(stack).open(PLANS, { cookie });
  return status === 200 && text.includes('signed in as');
}

const sessionControl: Control = {
  id: 'a session of the console',
  says: 'Whoever signs in with the key sees the pages and releases a plan with the form that was made for them',
  works: async (target) => {
    const stack = await target.console();
    const cookie = await signIn(stack);
    const token = tokenIn(await visitTo(stack).open(PLANS, { cookie }));
    return (
      (await opens(stack, cookie)) &&
      releases(stack, async (path) => visitTo(stack).post(path, { token, ...SURE }, { cookie }))
    );
  },
};

function partsOf(cookie: string): readonly [content: string, signature: string] {
  const [, content = '', signature = ''] = /^access-console=([^.]*)\.(.*)$/.exec(cookie) ?? [];
  return [content, signature];
}

function changed(content: string, changes: object): string {
  const said = JSON.parse(Buffer.from(content, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...said, ...changes })).toString('base64url');
}

const forever = 9e15;

/** Whoever does not have the key of the console, or has it no longer. */
export const sessionAttacks = attacksOn('console', sessionControl, [
  {
    id: 'cookie-made-up',
    tries: 'Makes a session without a signature, with an empty one, and one signed with a guessed key',
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const session = { name: 'Eve', id: randomUUID(), sinceMs: Date.now(), untilMs: forever };
      const content = Buffer.from(JSON.stringify(session)).toString('base64url');
      const guesses = ['', 'key', 'console-key', 'secret'].map((key) =>
        createHmac('sha256', key).update(content).digest('base64url'),
      );
      for (const signature of ['', 'null', ...guesses])
        if (await opens(stack, `access-console=${content}.${signature}`)) return true;
      return opens(stack, `access-console=${content}`);
    },
  },
  {
    id: 'cookie-signed-with-the-key-itself',
    tries: 'Signs a session with the key of the console as it is typed in',
    must: 'No page opens: what signs is derived from it',
    run: async (target) => {
      const stack = await target.console();
      const session = { name: 'Eve', id: randomUUID(), sinceMs: Date.now(), untilMs: forever };
      const content = Buffer.from(JSON.stringify(session)).toString('base64url');
      const signature = createHmac('sha256', stack.consoleKey).update(content).digest('base64url');
      return opens(stack, `access-console=${content}.${signature}`);
    },
  },
  {
    id: 'cookie-with-a-later-end',
    tries: "Edits the end of a session of one's own",
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const [content, signature] = partsOf(await signIn(stack));
      return opens(stack, `access-console=${changed(content, { untilMs: forever })}.${signature}`);
    },
  },
  {
    id: 'cookie-with-another-name',
    tries: "Edits the name in a session of one's own",
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const [content, signature] = partsOf(await signIn(stack));
      return opens(stack, `access-console=${changed(content, { name: 'Olga Admin' })}.${signature}`);
    },
  },
  {
    id: 'cookie-with-a-signature-cut-short',
    tries: 'Shows a part of the signature, and more parts than there are',
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const [content, signature] = partsOf(await signIn(stack));
      for (const rest of [signature.slice(0, 20), `${signature}.${signature}`, `${signature}AA`])
        if (await opens(stack, `access-console=${content}.${rest}`)) return true;
      return false;
    },
  },
  {
    id: 'cookie-fixed-beforehand',
    tries: 'Gives somebody a cookie before they sign in, to share their session',
    must: 'The cookie opens nothing afterwards',
    run: async (target) => {
      const stack = await target.console();
      const fixed = `access-console=${randomBytes(20).toString('base64url')}.${randomBytes(32).toString('base64url')}`;
      await visitTo(stack).post(
        '-session',
        { name: 'Maria Lead', key: stack.consoleKey },
        { ...fromSomewhere(), cookie: fixed },
      );
      return opens(stack, fixed);
    },
  },
  {
    id: 'cookie-sent-twice',
    tries: 'Sends two cookies of the name, a forged one and an empty one, in both orders',
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const [content] = partsOf(await signIn(stack));
      const forged = `access-console=${content}.AAAA`;
      return (await opens(stack, `${forged}; access-console=`)) || opens(stack, `access-console=; ${forged}`);
    },
  },
  {
    id: 'session-after-the-sign-out',
    tries: 'Uses the cookie of a session that was signed out of',
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const cookie = await signIn(stack);
      const token = tokenIn(await visitTo(stack).open(PLANS, { cookie }));
      await visitTo(stack).post('-session/end', { token }, { cookie });
      return opens(stack, cookie);
    },
  },
  {
    id: 'session-ended-by-another',
    tries: "Ends the session of somebody else with a token of one's own",
    must: 'Their session goes on',
    run: async (target) => {
      const stack = await target.console();
      const [theirs, own] = [await signIn(stack), await signIn(stack, 'Eve')];
      const token = tokenIn(await visitTo(stack).open(PLANS, { cookie: own }));
      await visitTo(stack).post('-session/end', { token }, { cookie: theirs });
      return !(await opens(stack, theirs));
    },
  },
  {
    id: 'session-after-a-new-key',
    tries: 'Uses a session after the key of the console was replaced',
    must: 'No page opens',
    alone: true,
    run: async (target) => {
      const stack = await target.console();
      const cookie = await signIn(stack);
      stack.vault.setSecret('console-key', randomBytes(32).toString('base64url'));
      await stack.killAndRestart();
      const isOpen = await opens(stack, cookie);
      stack.vault.setSecret('console-key', stack.consoleKey);
      await stack.killAndRestart();
      return isOpen;
    },
  },
  {
    id: 'key-guessed-many-times',
    tries: 'Tries thirty keys one after another from one address',
    must: 'Most are not looked at any more: the address has to wait',
    run: async (target) => {
      const stack = await target.console();
      const at = fromSomewhere();
      const answers = [];
      for (let time = 0; time < 30; time += 1)
        answers.push(await visitTo(stack).post('-session', { name: 'Eve', key: `guess ${time}` }, at));
      return answers.filter(({ status }) => status === 429).length < 20;
    },
  },
  {
    id: 'key-guessed-at-once',
    tries: 'Tries forty keys at the same moment from one address',
    must: 'Most are not looked at: each is counted before it is',
    run: async (target) => {
      const stack = await target.console();
      const at = fromSomewhere();
      const answers = await Promise.all(
        Array.from({ length: 40 }, async (_, time) =>
          visitTo(stack).post('-session', { name: 'Eve', key: `guess ${time}` }, at),
        ),
      );
      return answers.filter(({ status }) => status === 429).length < 20;
    },
  },
  {
    id: 'key-guessed-from-invented-addresses',
    tries: 'Writes another address in front of its own with each key',
    must: 'Most are not looked at: only what the platform appended counts',
    run: async (target) => {
      const stack = await target.console();
      const own = fromSomewhere()['x-forwarded-for'] ?? '';
      const answers = [];
      for (let time = 0; time < 30; time += 1)
        answers.push(
          await visitTo(stack).post(
            '-session',
            { name: 'Eve', key: `guess ${time}` },
            { 'x-forwarded-for': `203.0.113.${time}, ${own}`, 'x-real-ip': `203.0.113.${time}` },
          ),
        );
      return answers.filter(({ status }) => status === 429).length < 20;
    },
  },
  {
    id: 'key-in-place-of-a-session',
    tries: 'Sends the key as a cookie, as a bearer token and in the address',
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const { consoleKey } = stack;
      const bearer = await visitTo(stack).open(`${PLANS}?key=${consoleKey}&code=${consoleKey}`, {
        authorization: `Bearer ${consoleKey}`,
        'x-functions-key': stack.host().functionKey,
      });
      return bearer.status === 200 || opens(stack, `access-console=${consoleKey}`);
    },
  },
  {
    id: 'name-of-the-policy',
    tries: 'Signs in with the key under the name of the policy, and under names that look like others',
    must: 'There is no session',
    run: async (target) => {
      const stack = await target.console();
      for (const name of ['policy', ' Policy ', 'Olga\u202E', 'A\u200Bna', '', '\u0000', 'pοlicy\u200D'])
        if ((await signIn(stack, name)) !== '') return true;
      return false;
    },
  },
  {
    id: 'platform-headers-where-keys-are-taken',
    tries: 'Sends the headers of a person whom the platform signed in to a console that takes keys',
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.console();
      const principal = {
        auth_typ: 'aad',
        claims: [{ typ: 'preferred_username', val: 'olga.admin@acme.example' }],
      };
      const { status } = await visitTo(stack).open(PLANS, {
        'x-ms-client-principal': Buffer.from(JSON.stringify(principal)).toString('base64'),
        'x-ms-client-principal-name': 'olga.admin@acme.example',
        'x-ms-client-principal-idp': 'aad',
      });
      return status === 200;
    },
  },
]);

/** Whoever makes the browser of somebody who is signed in send something. */
export const forgeryAttacks = attacksOn('console', sessionControl, [
  ...(
    [
      ['without-a-token', 'Has the browser of an operator post a form without a token', {}, {}],
      ['with-an-empty-token', 'The same with an empty token', { token: '' }, {}],
      [
        'of-another-site',
        'The same from another site, with the right token',
        { token: 'OWN' },
        { 'sec-fetch-site': 'cross-site' },
      ],
      [
        'of-a-sibling-site',
        'The same from another host of the same site',
        { token: 'OWN' },
        { 'sec-fetch-site': 'same-site' },
      ],
      [
        'as-plain-text',
        'The same as plain text, which needs no permission of the browser',
        { token: 'OWN' },
        { 'content-type': 'text/plain' },
      ],
      [
        'as-parts',
        'The same as a form of parts',
        { token: 'OWN' },
        { 'content-type': 'multipart/form-data; boundary=x' },
      ],
      ['as-json', 'The same as JSON', { token: 'OWN' }, { 'content-type': 'application/json' }],
      ['with-a-token-of-another', 'The same with the token of another session', { token: 'OTHER' }, {}],
    ] as const
  ).map(([id, tries, fields, headers]) => ({
    id: `form-${id}`,
    tries,
    must: 'Nothing is released',
    run: async (target: Parameters<typeof sessionControl.works>[0]) => {
      const stack = await target.console();
      const [cookie, other] = [await signIn(stack), await signIn(stack, 'Eve')];
      const tokenOf = async (session: string): Promise<string> =>
        tokenIn(await visitTo(stack).open(PLANS, { cookie: session }));
      const tokens: Fields = { OWN: await tokenOf(cookie), OTHER: await tokenOf(other) };
      const said = 'token' in fields ? { token: tokens[fields.token] ?? fields.token } : {};
      return releases(stack, async (path) =>
        visitTo(stack).post(path, { ...said, ...SURE }, { cookie, ...headers }),
      );
    },
  })),
  {
    id: 'form-as-a-link',
    tries: 'Has the browser of an operator open an address that releases',
    must: 'Nothing is released',
    run: async (target) => {
      const stack = await target.console();
      const cookie = await signIn(stack);
      const token = tokenIn(await visitTo(stack).open(PLANS, { cookie }));
      return releases(stack, async (path) =>
        visitTo(stack).open(`${path}?token=${token}&sure=1`, { cookie }),
      );
    },
  },
  {
    id: 'form-too-large',
    tries: 'Posts a form of a megabyte with the right token, whose fields repeat',
    must: 'Nothing is released',
    run: async (target) => {
      const stack = await target.console();
      const cookie = await signIn(stack);
      const token = tokenIn(await visitTo(stack).open(PLANS, { cookie }));
      return releases(stack, async (path) =>
        visitTo(stack).post(path, { token, ...SURE, more: 'x'.repeat(1_000_000) }, { cookie }),
      );
    },
  },
  {
    id: 'frame-around-a-page',
    tries: 'Shows a page of the console in a frame of another site, to have somebody click in it',
    must: 'No page may be framed, and each answer says so',
    run: async (target) => {
      const stack = await target.console();
      const cookie = await signIn(stack);
      for (const page of ['today', 'plans', 'findings', 'dead-letters', 'report/latest?format=html']) {
        const { headers } = await visitTo(stack).open(`/${ORGANIZATION}/${page}`, { cookie });
        if (!String(headers['content-security-policy']).includes("frame-ancestors 'none'")) return true;
      }
      return false;
    },
  },
  {
    id: 'cookie-for-other-sites',
    tries: 'Reads the cookie by a script, or has it sent by another site',
    must: 'The cookie is for this site alone and closed to scripts',
    run: async (target) => {
      const stack = await target.console();
      const answer = await visitTo(stack).post(
        '-session',
        { name: 'Maria Lead', key: stack.consoleKey },
        fromSomewhere(),
      );
      const cookie = String(answer.headers['set-cookie']);
      return !/HttpOnly/.test(cookie) || !/SameSite=Strict/.test(cookie);
    },
  },
]);
