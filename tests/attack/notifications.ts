import { ADMINISTRATOR, GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { HOSTILE_GROUPS } from './attacked-policy';
import { verifyPosted } from './verify-posted';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import type { Control } from './control';
import { eventually } from '../integration/stack/calls';

type Posted = Readonly<{ headers: Readonly<Record<string, unknown>>; body: string }>;

const told = new WeakMap<AttackedStack, Promise<Posted>>();

/** What the chat was told after an audit that found members in groups with hostile names. */
async function toldOf(app: AttackedStack): Promise<Posted> {
  const known = told.get(app) ?? tell(app);
  told.set(app, known);
  return known;
}

async function tell(app: AttackedStack): Promise<Posted> {
  const member = app.person();
  for (const group of HOSTILE_GROUPS)
    app.stack.uipath.actAsPerson(ORGANIZATION, {
      kind: 'change-members',
      actor: { name: '<b>[Olga](https://evil.example)</b> @channel', email: ADMINISTRATOR },
      group,
      add: [member],
    });
  await app.stack.host().invokeTimer('access-audit');
  const { headers, body } = await eventually(
    'the chat is told',
    () =>
      app.canary.calls().find(({ path, body: text }) => path === '/chat' && text.includes('access-audit')),
    60_000,
  );
  return { headers, body };
}

const chatControl: Control = {
  id: 'a notification after an audit',
  says: 'The chat is told of what an audit found, with the names and signed',
  works: async (target) => {
    const app = await target.app();
    const posted = await toldOf(app);
    return verifyPosted(posted, app.secrets.chat) && textIn(posted).includes('evil');
  },
};

function textIn({ body }: Posted): string {
  return (JSON.parse(body) as { text: string }).text;
}

/** Names of groups that a chat would make something of. */
export const notificationAttacks = attacksOn('notifications', chatControl, [
  {
    id: 'chat-link',
    tries: 'Has a group whose name is a link in Markdown, in the form of Slack, and bare',
    must: 'No link is in the text',
    run: async (target) => {
      const text = textIn(await toldOf(await target.app()));
      return /https?:\/\/|\]\(|<https?|\bwww\.\w/.test(text);
    },
  },
  {
    id: 'chat-mention',
    tries: 'Has a group whose name calls everybody or somebody',
    must: 'Nobody is called',
    run: async (target) => {
      const text = textIn(await toldOf(await target.app()));
      return /(?:^|[^\w.])@\w|<[!@#]|<at>/.test(text);
    },
  },
  {
    id: 'chat-formatting',
    tries: 'Has a group whose name ends the code that it stands in, to write a message of its own',
    must: 'Each name stays in its code span',
    run: async (target) => {
      const text = textIn(await toldOf(await target.app()));
      const outside = text.replaceAll(/`[^`\n]*`/g, '');
      return /`|evil|pwned|\*\*/i.test(outside);
    },
  },
  {
    id: 'chat-line',
    tries: 'Has a group whose name has line breaks, to write a line that the audit did not',
    must: 'No line begins with what the name says',
    run: async (target) => {
      const text = textIn(await toldOf(await target.app()));
      return text.split(/[\n\r\u2028\u2029]/).some((line) => line.startsWith('new: critical: pwned'));
    },
  },
  {
    id: 'chat-direction',
    tries: 'Has a group whose name turns the direction of the text around, or cannot be seen',
    must: 'No such character is in the text',
    run: async (target) => /(?!\n)[\p{Cf}\p{Cc}]/u.test(textIn(await toldOf(await target.app()))),
  },
  {
    id: 'notification-forged',
    tries: 'Posts a notification to the chat that the app did not sign',
    must: 'Whoever checks the signature sees that it is none of the app',
    run: async (target) => {
      const app = await target.app();
      const { headers, body } = await toldOf(app);
      return (
        verifyPosted({ headers, body: body.replace('red', 'green') }, app.secrets.chat) ||
        verifyPosted({ headers, body }, app.secrets.moved)
      );
    },
  },
  {
    id: 'notification-redirected',
    tries: 'Has a receiver answer with a redirect to another machine, to have what was found sent there',
    must: 'The other machine is not called',
    run: async (target) => {
      const app = await target.app();
      await toldOf(app);
      await eventually('the receiver that moved is told', () => app.canary.heard('/moved'), 30_000);
      return app.canary.heard('/followed');
    },
  },
  {
    id: 'notification-with-a-secret',
    tries: 'Looks for secrets in what the chat is told',
    must: 'There is none',
    run: async (target) => {
      const app = await target.app();
      const { body } = await toldOf(app);
      return [app.secrets.chat.slice(6), app.stack.consoleKey, 'whsec_'].some((one) => body.includes(one));
    },
  },
]);

const logControl: Control = {
  id: 'a log of deliveries',
  says: 'What is refused leaves a line in the log',
  works: async (target) => {
    const app = await target.app();
    await app.sayHr('{}');
    return eventually(
      'the log has a line',
      () => app.log().includes('refused') || app.log().includes('event'),
    );
  },
};

const MARK = 'zq-forged-line';

/** Values that a careless log writes as lines, colours and turns. */
export const logAttacks = attacksOn('notifications', logControl, [
  {
    id: 'log-line',
    tries: 'Sends ids, names and headers with line breaks, to write a line of the log of its own',
    must: 'No line of the log begins so',
    run: async (target) => {
      const app = await target.app();
      const line = `\n{"event":"plan-released","${MARK}":1}`;
      await app.sayHr({ type: `x${line}`, id: `x${line}`, worker: { email: line } });
      await app.sayHr('{}', { source: encodeURIComponent(`standard${line}`) });
      await app.get(`reports/${encodeURIComponent(line)}`);
      await app.get(`requests/${ORGANIZATION}/${encodeURIComponent(line)}`);
      await app.settle();
      return app
        .log()
        .split('\n')
        .some((one) => one.trimStart().startsWith(`{"event":"plan-released","${MARK}"`));
    },
  },
  {
    id: 'log-colours',
    tries: 'Sends texts with escape sequences, which change what a terminal shows',
    must: 'No escape sequence is in the log',
    run: async (target) => {
      const app = await target.app();
      const text = '\u001B[2J\u001B]0;owned\u0007\u009B31m';
      await app.sayHr({ type: text, id: text, worker: { email: `${text}@acme.example` } });
      await app.sayTicket({ id: text, type: text, requester: text });
      await app.get(`requests/${ORGANIZATION}/${encodeURIComponent(text)}`);
      await app.settle();
      return ['\u001B]0;owned', '\u001B[2J', '\u009B31m'].some((sequence) => app.log().includes(sequence));
    },
  },
  {
    id: 'log-direction',
    tries: 'Sends names that turn the text around, so that a reader sees another one',
    must: 'No such character is in the log',
    run: async (target) => {
      const app = await target.app();
      const text = 'eve\u202Enimda';
      await app.sayHr({ type: text, id: text, worker: { email: `${text}@acme.example` } });
      await app.get(`requests/${ORGANIZATION}/${encodeURIComponent(text)}`);
      await app.settle();
      return app.log().includes('\u202E');
    },
  },
  {
    id: 'log-of-people',
    tries: 'Looks for addresses of people in the log, with deliveries that are taken and refused',
    must: 'There is none: people are hashed there',
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      await app.sayHr({ type: 'worker.joined', id: email, worker: { email } });
      await app.sayTicket({ id: email, requester: email });
      await app.settle();
      return app.log().includes(email) || app.log().includes(GROUPS.users.repeat(2));
    },
  },
]);
