import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { SANDBOX_EVIDENCE_KEY } from '../../sandbox/evidence-key';
import { ORGANIZATION } from '../../sandbox/demo-organization';
import { faultInKeys, secretsThatCanBeGuessed } from './guessable-secrets';
import { send } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { bodyOfJoiner, isTaken, joinerControl, joinsOrIsKept } from './attempts';
import type { Control } from './control';

/** Every secret of the running app, in the forms in which it could be written down. */
function secretsOf(app: AttackedStack): readonly string[] {
  const { stack, secrets } = app;
  const plain = [
    stack.hr().signingSecret,
    stack.tickets().signingSecret,
    stack.consoleKey,
    SANDBOX_EVIDENCE_KEY,
    'globex-secret-of-its-own',
    ...Object.values(secrets),
    ...Object.values(stack.vendors.secrets),
  ];
  return plain.flatMap((one) => [
    one,
    one.replace(/^whsec_/, ''),
    Buffer.from(one).toString('base64'),
    encodeURIComponent(one),
  ]);
}

const secretControl: Control = {
  id: 'secrets are used',
  says: 'What is signed with a secret of the vault is taken, so that the app has read it',
  works: async (target) => {
    const app = await target.app();
    const answer = await app.sayHr(bodyOfJoiner(app.person()));
    return isTaken(answer) && secretsOf(app).every((one) => one.length > 8);
  },
};

/** Has everything fail that a caller can have fail, and gives all that came back. */
async function provoke(app: AttackedStack): Promise<string> {
  const { url, functionKey } = app.stack.host();
  const answers = await Promise.all([
    app.sayHr('{'),
    app.sayHr('', { source: 'nobody' }),
    app.sayHr(bodyOfJoiner('x'), { headers: { 'content-type': 'text/html' } }),
    app.sayHr(bodyOfJoiner('x@acme.example'), { headers: { 'webhook-timestamp': 'x' } }),
    send(`${url}/api/health/ready`, { headers: { 'x-functions-key': functionKey } }),
    send(`${url}/api/health/ready`),
    send(`${url}/api/reports/${ORGANIZATION}/x`, { headers: { 'x-functions-key': functionKey } }),
    send(`${url}/api/console/${ORGANIZATION}/sources`),
    send(`${url}/api/nothing`),
  ]);
  return answers.map(({ text, headers }) => text + JSON.stringify(headers)).join('\n');
}

const leaks = attacksOn('vault', secretControl, [
  {
    id: 'secret-in-an-answer',
    tries: 'Has every kind of request fail and looks for secrets, stacks and paths in the answers',
    must: 'There is none',
    run: async (target) => {
      const app = await target.app();
      const text = await provoke(app);
      return (
        secretsOf(app).some((one) => text.includes(one)) || /\n\s+at \w|node_modules|\/dist\/main/.test(text)
      );
    },
  },
  {
    id: 'secret-in-the-log',
    tries: 'Looks for secrets and tokens in everything that the app wrote to its log',
    must: 'There is none',
    run: async (target) => {
      const app = await target.app();
      await provoke(app);
      await app.settle();
      const text = app.log();
      if (text === '') throw new Error('Nothing was logged');
      return secretsOf(app).some((one) => text.includes(one)) || /Bearer\s+[\w-]{20}/.test(text);
    },
  },
  {
    id: 'secret-in-storage',
    tries: 'Looks for secrets in every row and blob about people and deliveries',
    must: 'There is none',
    run: async (target) => {
      const app = await target.app();
      await app.settle();
      for (const one of [
        app.stack.consoleKey,
        SANDBOX_EVIDENCE_KEY,
        app.stack.hr().signingSecret.slice(6),
        'globex-secret-of-its-own',
      ])
        if (await app.isStored(one)) return true;
      return false;
    },
  },
  {
    id: 'secret-in-the-bundle',
    tries: 'Looks for secrets of the local stack in what is deployed',
    must: 'There is none',
    run: async () => {
      const bundle = await readFile(join(process.cwd(), 'dist', 'main.js'), 'utf8');
      return [SANDBOX_EVIDENCE_KEY, 'globex-secret-of-its-own'].some((one) => bundle.includes(one));
    },
  },
]);

const guessable = attacksOn(
  'vault',
  secretControl,
  secretsThatCanBeGuessed.map(([id, secret]) => ({
    id: `key-that-can-be-guessed-${id}`,
    tries: `Has an operator store a key that can be guessed: ${id}`,
    must: 'It is refused as the key of the console, of the evidence and of a sender',
    run: async () => faultInKeys(secret).some((fault) => fault === undefined),
  })),
);

const versions = attacksOn('vault', joinerControl, [
  {
    id: 'vault-that-is-down',
    tries: 'Has the vault be unreachable for a new process, and announces a joiner with a made-up signature',
    must: 'Nobody joins: what cannot be checked is not taken',
    alone: true,
    run: async (target) => {
      const app = await target.app();
      await app.stack.killAndRestart();
      app.stack.vault.injectFault({ isDown: true });
      try {
        return await joinsOrIsKept(
          { app: async () => ({ ...app, settle: async () => undefined }) },
          async (_, body) => app.sayHr(body, { secret: app.secrets.globex }),
        );
      } finally {
        app.stack.vault.clearFaults();
        await app.stack.killAndRestart();
      }
    },
  },
  {
    id: 'secret-that-was-replaced-twice',
    tries: 'Signs with a secret that was replaced, and whose successor was replaced too',
    must: 'Nobody joins',
    alone: true,
    run: async (target) => {
      const app = await target.app();
      const { vault } = app.stack;
      const own = app.secrets.globex;
      // A version is as old as its second.
      for (const secret of [own, app.secrets.chat]) {
        vault.setSecret('webhook-hr', secret);
        await sleep(1_100);
      }
      vault.setSecret('webhook-hr', app.stack.hr().signingSecret);
      await app.stack.killAndRestart();
      return joinsOrIsKept(target, async (_, body) => app.sayHr(body, { secret: own }));
    },
  },
]);

export const vaultAttacks = [...leaks, ...guessable, ...versions];
